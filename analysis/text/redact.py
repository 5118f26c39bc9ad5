"""Take what could point to a person out of a comment, and flag what a rule should not decide.

What is sure is masked by a typed mark. What is doubtful ("the only night worker") and what
discloses harm is flagged for people to read; nothing about it is masked silently (TEXT 2.1).
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

from analysis.text.language import words_of

Kind = Literal["name", "place", "date", "number", "contact"]
IsName = Callable[[str], bool]

MOST_WORDS = 5_000
TYPO_LENGTH = 5

MONTH = (
    "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    "|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
FULL_MONTH = (
    "(?-i:January|February|March|April|May|June|July|August|September|October|November|December)"
)
TITLE = "(?:mr|mrs|ms|miss|mx|dr|doctor|prof|professor|cllr|councillor|sir|dame|rev|judge)"
ROLE = (
    "(?:manager|supervisor|boss|director|colleague|leader|deputy|head of service|worker|mentor"
    "|friend|named|called)"
)
CAPITAL = r"(?-i:[A-Z][a-zà-ÿ]+(?:['’-][A-Z]?[a-zà-ÿ]{2,})?)"


class Pattern(NamedTuple):
    """What to look for. A group named ``<name>_only`` narrows the mask to that part."""

    name: str
    kind: Kind
    regex: str


CONTACTS = (
    Pattern("url", "contact", r"\b(?:https?://|www\.)[^\s<>]+"),
    Pattern("email", "contact", r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}"),
    Pattern("handle", "contact", r"(?<![\w@])@[A-Za-z]\w{2,30}"),
)
NUMBERS = (
    Pattern("nino", "number", r"\b[A-CEGHJ-PR-TW-Z]{2} ?\d\d ?\d\d ?\d\d ?[A-D]\b"),
    Pattern("iso", "date", r"\b\d{4}-\d\d-\d\d\b"),
    Pattern("numeric", "date", r"\b\d{1,2}(?P<mark>[/.-])\d{1,2}(?P=mark)(?:\d{4}|\d\d)\b"),
    Pattern("day", "date", rf"\b\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {MONTH}\b(?:,? \d{{4}}\b)?"),
    Pattern("month", "date", rf"\b{FULL_MONTH} \d{{1,2}}(?:st|nd|rd|th)?\b(?:,? \d{{4}}\b)?"),
    Pattern("year", "date", rf"\b{FULL_MONTH},? (?:19|20)\d\d\b"),
    Pattern("phone", "contact", r"(?<![\w+])(?:\+44|0044|0)(?:[ ()-]{0,2}\d){9,10}(?!\d)"),
    Pattern("nhs", "number", r"(?<!\d)\d{3}[ -]\d{3}[ -]\d{4}(?!\d)"),
    Pattern("postcode", "place", r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{2}\b"),
    Pattern(
        "case",
        "number",
        r"\b(?:case|ref|reference|payroll|employee|staff|incident|file|badge|urn)"
        r"(?: no\.?| number| id| ref)?:? ?#?(?P<case_only>[A-Z]{0,4}[-/]?\d{3,}(?:[-/]\d+)?)\b",
    ),
    Pattern("code", "number", r"\b(?-i:[A-Z]{1,4}(?:\d\d[A-Z])?)[-/]?\d{4,}(?:[-/]\d+)?\b"),
    Pattern("long", "number", r"(?<![\w£$€.,])\d{6,}\b"),
)
NAMES = (
    Pattern("title", "name", rf"\b{TITLE}\b\.? (?P<title_only>{CAPITAL}(?: {CAPITAL}){{0,2}})"),
    Pattern("lower", "name", r"\b(?:mr|mrs|ms|cllr)\b\.? (?P<lower_only>[a-z][a-z'’-]+)"),
    Pattern("role", "name", rf"\b{ROLE},? (?P<role_only>{CAPITAL}(?: {CAPITAL})?)"),
)
WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")

AMBIGUOUS = frozenset(words_of("ambiguous"))
QUASI = re.compile(
    r"\b(?:the only|only (?:man|woman|male|female|one of us)|pregnan\w*|maternity|paternity"
    r"|disab\w+|wheelchair|deaf|blind|autis\w+|adhd|epilep\w+|muslim|christian|jewish|hindu|sikh"
    r"|catholic|church|mosque|nigerian|polish|romanian|indian|pakistani|bangladeshi|zimbabwean"
    r"|welsh-speaking|welsh speaking|caribbean|african|asian|transgender|trans (?:man|woman)|gay"
    r"|lesbian|tribunal|inquest|grievance|court hearing|in court|my wife|my husband|my visa)\b",
    re.IGNORECASE,
)
ESCALATE = re.compile(
    r"\b(?:sexual(?:ly)? (?:harass\w*|assault\w*|comments?)|harass(?:ed|ment|ing|es)"
    r"|discriminat(?:ed|ion|es|ing)|rac(?:ist|ism|ial abuse)|sexis[tm]|homophob\w+|islamophob\w+"
    r"|assault(?:ed|s)?|raped?|groped?|touched me|hit me|punched|threatened me|self[- ]harm\w*"
    r"|suicid\w+|kill(?:ing)? myself|end (?:my life|it all)|child(?:ren)? (?:is|are|was|were|being)"
    r" (?:at risk|hurt|harmed|unsafe|left|abused)|put children at risk|children at risk"
    r"|patients? at risk|unsafe for (?:children|patients)|neglected a child)\b",
    re.IGNORECASE,
)
ALLEGATION = re.compile(
    r"\[name\]\W+(?:\w+\W+){0,4}?(?:bull(?:y|ied|ies|ying)|harass\w*|stole|steals|lied|lies|fraud"
    r"|shout\w*|scream\w*|threat\w*|abus\w+|hit|sacked|drunk|fiddl\w+|falsif\w+)\b",
    re.IGNORECASE,
)
UNSEEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\x00-\x08\x0b-\x1f\x7f-\x9f]")


class Mask(NamedTuple):
    """A mark in the redacted text: its kind and where it stands. The original is not kept."""

    kind: Kind
    start: int
    end: int


@dataclass(frozen=True)
class Redacted:
    """A comment without what was masked. ``flags`` are ``quasi_identifier``, ``escalate`` and
    ``cut`` (longer than 5,000 words; the rest was left out)."""

    text: str
    masks: tuple[Mask, ...]
    flags: tuple[str, ...]


class _Found(NamedTuple):
    start: int
    end: int
    kind: Kind


def nobody(_word: str) -> bool:
    """The roster of which nothing is known."""
    return False


def redact(text: str, is_name: IsName = nobody) -> Redacted:
    """Mask names, places, dates, numbers and contacts; flag what people must look at.

    ``is_name`` says whether one word, in any case, is a given name, surname or nickname on the
    roster; it is also asked for the word without its last ``'s`` and, for a capitalised word of
    five letters or more, for the word with one letter left out. A word that is a common word too
    is masked only beside another name or capitalised within a sentence.

    >>> redact("Ask Dr Osei on 3 May or ring 01632 960 123.").text
    'Ask Dr [name] on [date] or ring [contact].'
    """
    clean, cut = _shorten(normalise(text))
    found = list(_patterns(clean))
    if is_name is not nobody:
        found.extend(_names(clean, is_name, found))
    redacted, masks = _replace(clean, found)
    return Redacted(redacted, masks, _flags(redacted, masks, cut))


def normalise(text: str) -> str:
    """NFC, without control and text-direction characters, and with single spaces at the ends."""
    return UNSEEN.sub("", unicodedata.normalize("NFC", text)).strip()


def _shorten(text: str) -> tuple[str, bool]:
    if len(text) < 2 * MOST_WORDS:
        return text, False
    ends = [match.end() for match in re.finditer(r"\S+", text)]
    return (text[: ends[MOST_WORDS - 1]], True) if len(ends) > MOST_WORDS else (text, False)


def _compiled(patterns: Iterable[Pattern]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?P<{p.name}>{p.regex})" for p in patterns), re.IGNORECASE)


CONTACT_REGEX, NUMBER_REGEX, NAME_REGEX = map(_compiled, (CONTACTS, NUMBERS, NAMES))
KINDS: dict[str, Kind] = {p.name: p.kind for p in (*CONTACTS, *NUMBERS, *NAMES)}
NARROWED = frozenset({"case", "title", "lower", "role"})
HAS_DIGIT = re.compile(r"\d")
NAME_CUE = re.compile(rf"\b(?:{TITLE}|{ROLE})\b", re.IGNORECASE)
HEADLINE = frozenset({"the", "i", "it", "and", "but", "who", "that", "is", "was", "said", "has"})


def _patterns(text: str) -> Iterable[_Found]:
    """Pattern hits in order of certainty; each kind is looked for only where a cue stands."""
    if "@" in text or "://" in text or "www." in text.lower():
        yield from _hits(CONTACT_REGEX, text)
    if HAS_DIGIT.search(text):
        yield from _hits(NUMBER_REGEX, text)
    if NAME_CUE.search(text):
        yield from _hits(NAME_REGEX, text)


def _hits(regex: re.Pattern[str], text: str) -> Iterable[_Found]:
    for match in regex.finditer(text):
        name = next(key for key in KINDS if key in match.re.groupindex and match.group(key))
        if name == "nhs" and not is_nhs_number(match.group()):
            continue
        start, end = match.span(f"{name}_only" if name in NARROWED else name)
        if KINDS[name] == "name" and text[start:end].casefold() in HEADLINE:
            continue
        yield _Found(start, end, KINDS[name])


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


def _names(text: str, is_name: IsName, taken: list[_Found]) -> Iterable[_Found]:
    known = lru_cache(maxsize=None)(is_name)
    words = list(WORD.finditer(text))
    named = [_name_length(match.group(), known) for match in words]
    for place, (match, length) in enumerate(zip(words, named, strict=True)):
        if not length or any(f.start < match.end() and match.start() < f.end for f in taken):
            continue
        word = match.group()
        common = word[:length].casefold() in AMBIGUOUS
        if common and not _in_context(text, words, named, place):
            continue
        yield _Found(match.start(), match.start() + length, "name")


def _name_length(word: str, known: IsName) -> int:
    """How many letters of the word are a name: all, all but a possessive ending, or none."""
    stem = re.sub(r"['’]s?$", "", word)
    if known(stem):
        return len(stem)
    parts = re.split(r"['’-]", stem)
    if any(known(part) and part.casefold() not in AMBIGUOUS for part in parts if len(part) > 2):
        return len(stem)
    if len(stem) > TYPO_LENGTH and stem[0].isupper():
        fewer = (stem[:i] + stem[i + 1 :] for i in range(1, len(stem)))
        if any(known(spelling) for spelling in fewer):
            return len(stem)
    return 0


def _in_context(text: str, words: list[re.Match[str]], named: list[int], place: int) -> bool:
    """A common word is a name beside another name, or capitalised away from a sentence's start."""
    word = words[place]
    for other in (place - 1, place + 1):
        if 0 <= other < len(words) and named[other]:
            neighbour = words[other]
            between = text[min(word.end(), neighbour.end()) : max(word.start(), neighbour.start())]
            if between == " " and word.group()[0].isupper():
                return True
    before = text[: word.start()].rstrip()
    return word.group()[0].isupper() and bool(before) and before[-1] not in ".!?:"


def _replace(text: str, found: list[_Found]) -> tuple[str, tuple[Mask, ...]]:
    """The text with marks for what was found; of two that overlap the one found first stays."""
    kept: list[_Found] = []
    for hit in found:
        if all(hit.end <= other.start or other.end <= hit.start for other in kept):
            kept.append(hit)
    pieces: list[str] = []
    masks: list[Mask] = []
    length = done = 0
    for hit in sorted(kept):
        between = text[done : hit.start]
        if masks and hit.kind == masks[-1].kind == "name" and between in (" ", "-"):
            done = hit.end
            continue
        mark = f"[{hit.kind}]"
        pieces += [between, mark]
        length += len(between)
        masks.append(Mask(hit.kind, length, length + len(mark)))
        length += len(mark)
        done = hit.end
    pieces.append(text[done:])
    return "".join(pieces), tuple(masks)


def _flags(redacted: str, masks: tuple[Mask, ...], cut: bool) -> tuple[str, ...]:
    flags = {
        "quasi_identifier": any(mask.kind in ("date", "place") for mask in masks)
        or QUASI.search(redacted) is not None,
        "escalate": ESCALATE.search(redacted) is not None
        or ALLEGATION.search(redacted) is not None,
        "cut": cut,
    }
    return tuple(flag for flag, raised in flags.items() if raised)
