"""What only people may decide: words that may point to one person, and words that tell of harm.

Nothing here masks; it flags a comment for review (TEXT 1 and 2.1). Phrases are looked for only
where one of their first words stands, because most comments hold none.
"""

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path

PHRASES: dict[str, list[str]] = tomllib.loads(
    (Path(__file__).parent / "disclosures.toml").read_text(encoding="utf-8")
)
FIRST_LETTERS = 3


def _any(phrases: Sequence[str]) -> str:
    return rf"\b(?:{'|'.join(phrases)})\b"


def _starts(phrases: Sequence[str]) -> frozenset[str]:
    """The first letters of each phrase, of each way it may begin."""
    found: set[str] = set()
    for phrase in phrases:
        ways = phrase[3:].partition(")")[0].split("|") if phrase.startswith("(?:") else [phrase]
        found.update(re.sub("[^a-z].*", "", way)[:FIRST_LETTERS] for way in ways)
    return frozenset(found)


QUASI = re.compile(_any(PHRASES["quasi_identifier"]), re.IGNORECASE)
ESCALATE = re.compile(_any(PHRASES["escalate"]), re.IGNORECASE)
ALLEGED = re.compile(
    rf"\[name\]\W+(?:\w+\W+){{0,4}}?{_any(PHRASES['alleged'])}"
    rf"|{_any(PHRASES['alleged_by'])}(?: \w+){{0,3}}? by \[name\]",
    re.IGNORECASE,
)
STARTS = _starts(PHRASES["quasi_identifier"]) | _starts(PHRASES["escalate"])


def may_begin(word: str) -> bool:
    """Whether a lower-case word may begin one of the phrases; never wrongly no."""
    return word[:FIRST_LETTERS] in STARTS


def is_quasi_identifier(redacted: str) -> bool:
    """Whether something in it may point to one person though it names nobody.

    >>> is_quasi_identifier("I am the only night worker."), is_quasi_identifier("More parking.")
    (True, False)
    """
    return QUASI.search(redacted) is not None


def is_disclosure(redacted: str) -> bool:
    """Whether it tells of harm, a risk of it, harassment or discrimination."""
    return ESCALATE.search(redacted) is not None


def is_allegation(redacted: str) -> bool:
    """Whether it says of somebody named that they did wrong."""
    return "[name]" in redacted and ALLEGED.search(redacted) is not None
