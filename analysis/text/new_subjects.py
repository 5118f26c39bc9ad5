"""Subjects that no theme covers and that reviewers named: what is kept, and what is told of them.

Software grouped the comments and nobody audited how well, so a count in words is all: no share, no
range, no change.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from analysis.disclosure import Rule
from analysis.summary import NOT_SHOWN, Summary, TextResult
from analysis.text.counts import in_words

MISSED = "Rare new themes are missed."


@dataclass(frozen=True)
class NamedSubject:
    """A subject by the name that reviewers gave it; ``questions`` each with its comments that may
    be read and its *themes only* ones."""

    name: str
    questions: tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class NewSubjects:
    """What came of a wave's new subjects: those ``named``, and how many groups of comments are in
    them (``kept``), went to a theme that is there (``merged``), were ``dropped``, or were not
    agreed on (``left``)."""

    named: tuple[NamedSubject, ...] = ()
    kept: int = 0
    merged: int = 0
    dropped: int = 0
    left: int = 0

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> "NewSubjects":
        named = tuple(
            NamedSubject(one["name"], tuple((q, int(n), int(m)) for q, n, m in one["questions"]))
            for one in raw["named"]
        )
        counts = {part: int(raw[part]) for part in ("kept", "merged", "dropped", "left")}
        return cls(named, **counts)


def with_subjects(
    summary: Summary, found: NewSubjects, rule: Rule, earlier: Sequence[Summary] = ()
) -> Summary:
    """A wave's results with the new subjects that reviewers named, question by question.

    A subject is told under a question whose comments are counted (rule D12), when at least
    ``rule.comments_theme`` comments of it may be read there: each is another person. *Themes only*
    comments are in the count alone. The order is that of the printed counts, then of the names. A
    subject that the results of an ``earlier`` wave, oldest first, have under the same name is there
    again: that is said in words, and no two counts are set against each other.
    """
    text = tuple(_with(result, found.named, rule) for result in summary.text)
    now = dict.fromkeys(name for result in text for name, _ in result.subjects)
    before = {
        name.casefold(): one.wave.label
        for one in earlier
        for result in one.text
        for name, _ in result.subjects
    }
    again = [(name, before[name.casefold()]) for name in now if name.casefold() in before]
    return replace(summary, text=text, subjects=in_a_sentence(found, again))


def in_a_sentence(found: NewSubjects, again: Sequence[tuple[str, str]] = ()) -> str:
    """What became of every group of comments that software laid before reviewers; empty where
    there was none. So nobody can let a subject vanish unseen. Those that are there ``again``
    follow, each with the wave that had it last.

    >>> in_a_sentence(NewSubjects(kept=1, dropped=2)).split(". ")[1]
    'Of these groups, reviewers named 1 and dropped 2'
    """
    parts = [
        f"{words} {count}"
        for words, count in (
            ("named", found.kept),
            ("put with a theme that is there", found.merged),
            ("dropped", found.dropped),
            ("did not agree on", found.left),
        )
        if count
    ]
    if not parts:
        return ""
    said = " and ".join(filter(None, [", ".join(parts[:-1]), parts[-1]]))
    back = "".join(
        f"“{name}” is there again: reviewers gave that name in “{wave}” too. "
        for name, wave in again
    )
    return (
        f"Software grouped comments that no theme covers. Of these groups, reviewers {said}. "
        f"{back}{MISSED}"
    )


def _with(result: TextResult, named: Sequence[NamedSubject], rule: Rule) -> TextResult:
    least = rule.comments_theme
    told: list[tuple[int, str, str]] = []
    for one in named:
        counts = {question: (n, closed) for question, n, closed in one.questions}
        readable, closed = counts.get(result.question, (0, 0))
        if result.comments != NOT_SHOWN and readable >= least:
            words = in_words(readable + closed, least)
            told.append((_rank(readable + closed), one.name, words))
    return replace(result, subjects=tuple((name, words) for _, name, words in sorted(told)))


def _rank(count: int) -> int:
    """Largest first, and equal for counts that print alike."""
    return -(5 * ((count + 2) // 5)) if count >= 20 else -(count // 10)
