"""Letters that stand for somebody: beside a name, behind a title, before "said"."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from analysis.text.names import cue

INITIAL_BEFORE = re.compile(
    r"(?<![\w'’.])(?P<initials>(?:[A-Z]\.[ ]?|[a-z]\.[ ]?|[B-HJ-Z][ ]){1,2})$"
)
INITIAL_AFTER = re.compile(r" [B-HJ-Z]\b(?!['’\w])\.?(?=\W|$)|, ?[A-Z]\.")
# “Mr J S”, and “J.S. told me”: letters alone are no words.
TITLED_INITIALS = re.compile(
    r"\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Cllr)\.? (?P<initials>[A-Z](?:[. ]{1,2}[A-Z])*\b)(?![’'\w])\.?"
)
_SAID = "|".join(sorted(cue("sure_after")))
DOTTED_INITIALS = re.compile(rf"(?<![\w.])(?P<initials>(?:[A-Z]\.[ ]?){{2,3}})(?= ?(?:{_SAID})\b)")


class Span(NamedTuple):
    """A name's place in the text and the rule that found it."""

    rule: str
    start: int
    end: int


def initials_in(text: str) -> Iterator[Span]:
    """Letters that stand for somebody by what is beside them."""
    for pattern in (TITLED_INITIALS, DOTTED_INITIALS):
        for match in pattern.finditer(text):
            start, end = match.span("initials")
            yield Span("initials", start, end - (text[end - 1] == " "))
