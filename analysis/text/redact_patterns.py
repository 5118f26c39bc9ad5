"""Contacts, numbers, dates and postcodes by their written form. No pattern repeats within itself,
so each takes time linear in the text."""

import re
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

Kind = Literal["name", "place", "date", "number", "contact"]

MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
FULL_MONTH = (
    "(?-i:January|February|March|April|May|June|July|August|September|October|November|December"
    "|Jan|Feb|Aug|Sept|Oct|Nov|Dec)"
)

STREET = (
    "(?:Street|Road|Lane|Avenue|Close|Drive|Terrace|Crescent|Gardens|Court|Way|Place|Square|Row|Mews"
    "|Parade|Grove|Walk|Rise|Hill|View|St|Rd|Ave|Ln|Cres|Gdns)"
)
# Small letters, so fewer kinds, and not “10 minutes down the road”.
LOW_STREET = "(?:street|road|lane|avenue|crescent|terrace|rd|ave|st)"
NO_STREET = (
    "the|a|an|in|on|of|at|to|and|or|down|up|along|across|over|off|from|by|per|my|our|this|that|one|way"
    "|same|other|new|main|busy|side|slip|ring|single|dual|lane|risk|mph|miles?|km|min(?:ute)?s?|hours?|days?"
    "|weeks?|months?|years?|people|staff|cars?|vans?|men|women|children|homes?|houses?|visits|more"
)
WELSH_STREET = (
    "(?:Heol|Ffordd|Stryd|L[oô]n|Rhodfa|Clos|Maes|Bryn|Cae|Bro|Llys|Parc|Teras|Rhes|Cilgant|Gerddi)"
)
NUMBERED = (
    "case|ref|reference|payroll|employee|staff|incident|file|badge|urn|ticket|client|patient|personnel"
    "|assignment|membership|registration|complaint|grievance|account|worker|works|hr|nmc|hcpc|gmc|union"
)


class Pattern(NamedTuple):
    """What to look for. A group named ``<name>_only`` narrows the mask to that part."""

    name: str
    kind: Kind
    regex: str


class Hit(NamedTuple):
    """Where something stands in the text, what it is and which rule found it."""

    start: int
    end: int
    kind: Kind
    rule: str


CONTACTS = (
    Pattern("url", "contact", r"\b(?:https?://|www\.)[^\s<>\"]+"),
    Pattern("email", "contact", r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}"),
    Pattern("handle", "contact", r"(?<![\w@])@[A-Za-z]\w{2,30}"),
    Pattern("site", "contact", r"\b[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}/[^\s<>\"]+"),
)
NUMBERS = (
    Pattern("nino", "number", r"\b[A-CEGHJ-PR-TW-Z]{2} ?\d\d ?\d\d ?\d\d ?[A-D]\b"),
    Pattern("iso", "date", r"\b\d{4}(?P<bar>[-/])\d\d(?P=bar)\d\d\b"),
    Pattern("numeric", "date", r"\b\d{1,2}(?P<mark>[/.-])\d{1,2}(?P=mark)(?:\d{4}|\d\d)\b"),
    Pattern(
        "day",
        "date",
        rf"\b\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {MONTH}\b(?:,? \d{{4}}\b| ['’]\d\d\b)?",
    ),
    Pattern("month", "date", rf"\b{FULL_MONTH}\.? \d{{1,2}}(?:st|nd|rd|th)?\b(?:,? \d{{4}}\b)?"),
    Pattern("year", "date", rf"\b{FULL_MONTH}\.?,? (?:of )?(?:19|20)\d\d\b"),
    Pattern("phone", "contact", r"(?<![\w+])(?:\+44|0044|0)(?:[ ().-]{0,2}\d){9,10}(?!\d)"),
    Pattern("abroad", "contact", r"(?<![\w+])\+\d(?:[ ().-]{0,2}\d){7,13}(?!\d)"),
    Pattern("nhs", "number", r"(?<!\d)\d{3}[ -]\d{3}[ -]\d{4}(?!\d)"),
    Pattern("local", "contact", r"(?<![\w(])(?:\(\d{3}\) ?|\d{3}[.-])\d{3}[.-]\d{4}(?!\d)"),
    Pattern(
        "extension",
        "contact",
        r"\b(?:(?:ext|extn|extension|bleep|pager)\.?(?: number| no\.?)?(?: is)?:?"
        r"|(?:ring|call|phone|bleep|page) (?:me|us|her|him|them) on) ?"
        r"(?P<extension_only>\d{3,6})\b",
    ),
    Pattern("short", "contact", r"(?<![\w.])x\d{4,5}\b"),
    Pattern("street", "place", rf"\b\d{{1,4}}[a-z]? (?-i:(?:[A-Z][a-z’']+\.? ){{1,3}}{STREET})\b"),
    Pattern(
        "low_street",
        "place",
        rf"\b\d{{1,4}}[a-z]? (?:(?!(?:{NO_STREET})\b)"
        r"[^\W\d_]{1,30}(?:[’'][^\W\d_]{1,30})? ){1,2}"
        rf"{LOW_STREET}\b",
    ),
    Pattern(
        "welsh_street",
        "place",
        rf"\b\d{{1,4}}[a-z]? (?:(?-i:{WELSH_STREET})(?: yr?)? (?-i:[A-ZÂÊÎÔÛŴŶ])[^\W\d_]+"
        r"|(?:heol|stryd)(?: yr?)? [^\W\d_]+)",
    ),
    Pattern("postcode", "place", r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{2}\b"),
    Pattern(
        "case",
        "number",
        r"\b(?:case|ref|reference|payroll|employee|staff|incident|file|badge|urn|ticket|client|patient)"
        r"(?: no\.?| number| id| ref)?:? ?#?"
        r"(?P<case_only>(?:[A-Z]{0,4}[-/]?\d|\d\d?[-/])\d{2,}(?:[-/]\d+)?)\b",
    ),
    Pattern(
        "told",
        "number",
        rf"\b(?:{NUMBERED}) (?:no\.?|number|id|ref|reference|pin|code):? (?:(?:is|was) )?#?"
        r"(?P<told_only>(?:[A-Z]{1,4}[-/]?\d{3,}|\d{4,}|\d\d?[-/]\d{3,})(?:[-/]\d+)?)\b",
    ),
    Pattern("nmc", "number", r"\b\d\d[A-L]\d{4}[A-Z]\b"),
    Pattern("code", "number", r"\b(?-i:[A-Z]{1,4}(?:\d\d[A-Z])?)[-/]?\d{4,}(?:[-/]\d+)?\b"),
    Pattern("plate", "number", r"\b(?-i:[A-Z]{2}\d\d ?[A-Z]{3})\b"),
    Pattern("long", "number", r"(?<![\w£$€.,])\d{6,}\b"),
)
NARROWED = frozenset({"case", "told", "extension"})


def _compiled(patterns: Iterable[Pattern]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?P<{p.name}>{p.regex})" for p in patterns), re.IGNORECASE)


CONTACT_REGEX, NUMBER_REGEX = _compiled(CONTACTS), _compiled(NUMBERS)
KINDS: dict[str, Kind] = {p.name: p.kind for p in (*CONTACTS, *NUMBERS)}
HAS_DIGIT = re.compile(r"[0-9]")


def written_forms(text: str) -> Iterator[Hit]:
    """What is sure by its form, in order of certainty; each family only where its cue stands."""
    if "@" in text or "/" in text or "www." in text.lower():
        yield from _hits(CONTACT_REGEX, text)
    if HAS_DIGIT.search(text):
        yield from _hits(NUMBER_REGEX, text)


def _hits(regex: re.Pattern[str], text: str) -> Iterator[Hit]:
    position = 0
    while match := regex.search(text, position):
        position = match.end()
        name = next(key for key in KINDS if key in regex.groupindex and match.group(key))
        if name == "nhs" and not is_nhs_number(match.group()):
            if "-" not in match.group():
                continue
            name = "local"
        start, end = match.span(f"{name}_only" if name in NARROWED else match.lastgroup or 0)
        yield Hit(start, end, KINDS[name], name)


def is_nhs_number(text: str) -> bool:
    """Whether ten digits carry the NHS check digit: 11 − Σ(11 − i)·dᵢ mod 11, with 11 as 0.

    Source: NHS Data Dictionary, NHS Number. The example is its published test number.

    >>> is_nhs_number("943 476 5919"), is_nhs_number("943 476 5918")
    (True, False)
    """
    digits = [int(character) for character in text if character.isdigit()]
    if len(digits) != 10:
        return False
    check = 11 - sum((10 - place) * digit for place, digit in enumerate(digits[:9])) % 11
    return digits[9] == (0 if check == 11 else check)
