"""Hints at what could give somebody away in a comment.

Found within the one request that shows them and stored nowhere. They warn and never block, so they
may be wider than what a published comment has masked.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec)[a-z]{0,6}"
DAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
NAME = r"[A-Z][a-zà-ÿ]+(?:['’-][A-Z]?[a-zà-ÿ]+)?"

PATTERNS: Mapping[str, str] = {
    "contact": (
        r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|https?://\S+|\bwww\.\S+|(?<!\w)@[A-Za-z]\w{2,}"
        r"|(?<!\d)(?:\+44|0)(?:[ ()-]{0,2}\d){9,10}(?!\d)"
    ),
    "age": (
        r"(?i:\baged? \d{1,3}\b|\b\d{1,3}[ -]years?[ -]old\b|\b\d{1,3} ?yo\b"
        r"|\bI(?:’|')?m \d{2}\b|\bI am \d{2}\b)"
    ),
    "time": (
        r"(?i:\b\d{1,2}(?:[:.]\d{2})? ?(?:am|pm)\b|\b(?:[01]?\d|2[0-3]):[0-5]\d\b"
        rf"|\b\d{{1,2}} o(?:’|')clock\b)(?: (?:on )?{DAY}s?\b)?"
    ),
    "date": (
        rf"\b\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {MONTH}\b|\b{MONTH} \d{{1,2}}(?:st|nd|rd|th)?\b"
        rf"|\b\d{{1,4}}[/.-]\d{{1,2}}[/.-]\d{{1,4}}\b|\b(?:last |this |on )?{DAY}\b"
    ),
    "number": r"\b(?=[A-Z]*[-/]?\d)[A-Z]{0,4}[-/]?\d{3,}(?:[-/]\d+)*\b",
    "only": (
        r"(?i:\b(?:I (?:was|am)|I(?:’|')m|as) the (?:only|first|last|youngest|oldest|newest)\b"
        r"(?: [\w’'-]+){0,2}|\bthe only [\w’'-]+|\bonly (?:man|woman|male|female)\b)"
    ),
    "name": (
        rf"\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Cllr|Sir)\.? {NAME}|(?<=[a-z,;] ){NAME} {NAME}\b"
        r"|(?i:\b(?:manager|supervisor|boss|director|colleague|leader|named|called),? )"
        rf"{NAME}\b"
    ),
}
ANY = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in PATTERNS.items()))
WORDS: Mapping[str, str] = {
    "contact": "There is a contact here",
    "age": "There is an age here",
    "time": "There is a time here",
    "date": "There is a date here",
    "number": "There is a number here",
    "only": "This may be true of one person only",
    "name": "There may be a name here",
}
MOST = 5
PARTS = re.compile(
    r"(?P<kept>\\.|\[[^\]]*\])|(?P<any>\(\?i:)|(?P<open>\((?:\?<\w+>)?)|(?P<close>\))"
    r"|(?P<letter>[A-Za-z])"
)


@dataclass(frozen=True)
class Hint:
    """A place in a comment that could point to its author or to somebody else."""

    kind: str
    found: str

    @property
    def words(self) -> str:
        return f"{WORDS[self.kind]} (“{self.found}”). Could only you have written it?"


def find(text: str) -> list[Hint]:
    """The first few hints, each once, in the order of the text.

    >>> [hint.words for hint in find("Rotas come at 6 am Sunday.")]
    ['There is a time here (“6 am Sunday”). Could only you have written it?']
    """
    seen: dict[Hint, None] = {}
    for match in ANY.finditer(text):
        seen.setdefault(Hint(str(match.lastgroup), match.group().strip()))
        if len(seen) == MOST:
            break
    return list(seen)


@cache
def for_script() -> str:
    """The same patterns for a browser, which knows no ``(?i:…)``: each letter stands twice."""
    folding = [False]

    def spell(match: re.Match[str]) -> str:
        kind, text = str(match.lastgroup), match.group()
        if kind in ("any", "open"):
            folding.append(kind == "any" or folding[-1])
            return "(?:" if kind == "any" else text
        if kind == "close":
            folding.pop()
        if kind == "letter" and folding[-1]:
            return f"[{text.lower()}{text.upper()}]"
        return text

    named = "|".join(f"(?<{kind}>{pattern})" for kind, pattern in PATTERNS.items())
    return PARTS.sub(spell, named)
