"""A batch of comments redacted, coded and written as lines of JSON."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from analysis.coding.comments_file import Written
from analysis.coding.roster_names import RosterNames
from analysis.text.codebook import load
from analysis.text.coder import NAME, VERSION, Coded, Coder, Question
from analysis.text.own_codebook import NONE as NO_OWN
from analysis.text.own_codebook import OwnCodebook, over
from analysis.text.redact import Redacted, Redactor, nobody

BATCH = 2_000
MOST_CHARACTERS = 2_000_000
MOST_QUESTIONS = 10_000
EMPTY, UNCOVERED = "empty", "other_language"
# Programs that read lines take these, too, for the end of one.
_LINE_ENDS = {ord(sign): f"\\u{ord(sign):04x}" for sign in "\x85\u2028\u2029"}


@dataclass(frozen=True, repr=False)
class Batch:
    """Comments that are coded together. It shows none of them, so that no log can hold one."""

    comments: tuple[Written, ...]


@dataclass(frozen=True, repr=False)
class Lines:
    """The lines of a batch, and how many of its comments have each flag or state."""

    written: bytes
    counts: Counter[str]


def batches(comments: Iterable[Written]) -> Iterator[Batch]:
    """Comments by the 2,000, fewer where they are long: what stays in memory at once."""
    held: list[Written] = []
    characters = 0
    for comment in comments:
        held.append(comment)
        characters += len(comment.text)
        if len(held) == BATCH or characters > MOST_CHARACTERS:
            yield Batch(tuple(held))
            held, characters = [], 0
    if held:
        yield Batch(tuple(held))


class LineWriter:
    """Writes the lines of batches with one coder, one roster and one own codebook, wherever it is
    sent. ``asked`` has questions whose meaning their words do not tell."""

    def __init__(
        self,
        coder: Coder,
        names: RosterNames | None,
        own: OwnCodebook = NO_OWN,
        asked: Mapping[str, Question] = MappingProxyType({}),
    ) -> None:
        self._coder, self._names, self._own, self._asked = coder, names, own, dict(asked)
        self._begin()

    def __getstate__(self) -> tuple[Coder, RosterNames | None, OwnCodebook, dict[str, Question]]:
        return self._coder, self._names, self._own, self._asked

    def __setstate__(
        self, state: tuple[Coder, RosterNames | None, OwnCodebook, dict[str, Question]]
    ) -> None:
        self._coder, self._names, self._own, self._asked = state
        self._begin()

    def _begin(self) -> None:
        book = over(load(), self._own)
        self._mark = {**mark(self._coder), "codebook": book.version}
        self._titles = {theme: book.titles[theme] for theme in book.notes}
        self._redactor = Redactor(self._names or nobody)
        self._questions: dict[str, Question] = {}

    def write(self, batch: Batch) -> Lines:
        """One line a comment, in the order of the batch."""
        redacted = [self._redactor.redact(one.text) for one in batch.comments]
        asked = [self._question(one.question) for one in batch.comments]
        coded = self._coder.code_all([one.text for one in redacted], asked)
        counts: Counter[str] = Counter()
        lines = []
        for each in zip(batch.comments, redacted, coded, strict=True):
            line = self._line(*each)
            counts.update(line["flags"])
            counts.update({mention["state"] for mention in line["themes"]} or {"none"})
            # Whatever was typed, a line of the file is one line for every program.
            text = json.dumps(line, ensure_ascii=False).translate(_LINE_ENDS)
            lines.append(f"{text}\n")
        return Lines("".join(lines).encode(), counts)

    def _question(self, words: str) -> Question:
        if words in self._asked:
            return self._asked[words]
        if words not in self._questions:
            if len(self._questions) >= MOST_QUESTIONS:
                self._questions.clear()
            self._questions[words] = self._coder.question(words)
        return self._questions[words]

    def _line(self, written: Written, clean: Redacted, coded: Coded) -> dict[str, Any]:
        states = {EMPTY: coded.empty, UNCOVERED: not coded.covered and not coded.empty}
        return {
            "id": written.id,
            **({"question": written.question} if written.question else {}),
            "themes": [
                {
                    "theme": one.theme,
                    **({"title": title} if (title := self._titles.get(one.theme)) else {}),
                    "direction": one.direction,
                    "function": one.function,
                    "probability": one.probability,
                    "state": one.state,
                    "span": [one.start, one.end],
                    "words": clean.text[one.start : one.end],
                }
                for one in coded.mentions
            ],
            "flags": [*clean.flags, *coded.flags, *(name for name, so in states.items() if so)],
            "text": clean.text,
            "masks": [mask._asdict() for mask in clean.masks],
            "coder": self._mark,
        }


def mark(coder: Coder) -> dict[str, str]:
    """What every line says of the coder: it is a machine, its name, version, codebook and hash."""
    return {
        "by": "machine",
        "name": NAME,
        "version": VERSION,
        "codebook": coder.codebook.version,
        "sha256": coder.sha256,
    }


def shares(counts: Counter[str], total: int) -> Sequence[str]:
    """What is to be said when all is done."""
    told = {
        "sure": ("has", "have", "a theme that is sure"),
        "check": ("has", "have", "a theme that somebody should check"),
        "none": ("has", "have", "no theme"),
        EMPTY: ("says", "say", "nothing (“n/a” and the like)"),
        UNCOVERED: ("is", "are", "in a language that is not covered"),
        "quasi_identifier": ("may", "may", "point to one person: read before anybody else does"),
        "escalate": ("tells", "tell", "of harm: read first"),
        "cut": ("was", "were", "longer than 5,000 words: the rest was left out"),
    }
    return [
        f"{total:,} comment{'' if total == 1 else 's'}.",
        *(
            f"  {counts[kind]:,} {one if counts[kind] == 1 else many} {rest}."
            for kind, (one, many, rest) in told.items()
            if counts[kind]
        ),
    ]
