"""Answers on their way: carried from page to page in the form itself, stored nowhere."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from surveyapp.crypto.ballot import TEXT_LIMIT, USES, Comment
from surveyapp.respond.pulse import Pulse, Question

USE_LABELS: Mapping[str, str] = {
    "publish": "Publish after checking",
    "board": "Board only",
    "themes": "Themes only",
}
CONTROL = re.compile(r"[^\S\n\t ]|[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Problem:
    """What is wrong with one answer, and the field that it links to."""

    question: Question
    field: str
    text: str


@dataclass
class Answers:
    """What has been answered so far. ``wrong`` holds ids given a value that is no answer."""

    ratings: dict[str, int] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    uses: dict[str, str] = field(default_factory=dict)
    wrong: set[str] = field(default_factory=set)

    def clear(self, question_id: str) -> None:
        for part in (self.ratings, self.texts, self.uses):
            part.pop(question_id, None)

    def comments(self, pulse: Pulse) -> list[Comment]:
        return [
            Comment(one.id, self.texts[one.id], self.uses[one.id])
            for one in pulse.questions
            if one.id in self.texts
        ]

    def fields(self, questions: Iterable[Question]) -> list[tuple[str, str]]:
        """Names and values of hidden fields that carry the answers to these questions."""
        kept: list[tuple[str, str]] = []
        for one in questions:
            if one.id in self.ratings:
                kept.append((f"a.{one.id}", str(self.ratings[one.id])))
            if one.id in self.texts:
                kept.append((f"t.{one.id}", self.texts[one.id]))
            if one.id in self.uses:
                kept.append((f"u.{one.id}", self.uses[one.id]))
        return kept


def read(form: Mapping[str, str], pulse: Pulse) -> Answers:
    """The answers in a posted form. An empty field is no answer; an unknown one is ignored."""
    found = Answers()
    for one in pulse.questions:
        if one.is_comment:
            text = tidy(form.get(f"t.{one.id}", ""))
            if text:
                found.texts[one.id] = text
            use = form.get(f"u.{one.id}", "")
            if use in USES:
                found.uses[one.id] = use
            continue
        given = form.get(f"a.{one.id}", "")
        if given == "":
            continue
        code = int(given) if re.fullmatch(r"-?\d{1,5}", given, re.ASCII) else None
        if code in one.codes:
            found.ratings[one.id] = code
        else:
            found.wrong.add(one.id)
    return found


def tidy(text: str) -> str:
    """What was typed, composed, with plain line ends and no control characters."""
    plain = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return CONTROL.sub(" ", plain).strip()


def problems(answers: Answers, questions: Iterable[Question]) -> list[Problem]:
    """What must be put right before these answers can go on, in the order asked."""
    found: list[Problem] = []
    for one in questions:
        if one.id in answers.wrong:
            found.append(
                Problem(one, f"a-{one.number}-0", "Choose one of the answers shown, or none.")
            )
        text = answers.texts.get(one.id)
        if text is None:
            continue
        over = len(text) - TEXT_LIMIT
        if over > 0:
            found.append(
                Problem(
                    one,
                    f"t-{one.number}",
                    f"Your comment is {over} {'character' if over == 1 else 'characters'} too "
                    f"long. It can have {TEXT_LIMIT}.",
                )
            )
        if one.id not in answers.uses:
            found.append(Problem(one, f"u-{one.number}-0", "Choose how we may use what you wrote."))
    return found
