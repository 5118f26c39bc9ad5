"""What a printed number may have been before it was rounded."""

import re
from dataclasses import dataclass
from functools import lru_cache

_REFUSALS = frozenset(
    ("not shown", "suppressed", "hidden", "n/a", "na", "-", "–", "—", "*", "**", "***", ".", "..")
    + ("…", "x", "c", "nan", "null", "none", "#", "(c)", "[c]", "s", "u", "not available", "low")
)
_REFUSAL_PARTS = ("too few", "suppress", "not shown", "withheld", "insufficient", "redact",
                  "protect", "confidential", "below threshold", "small number")  # fmt: skip
_NUMBER = r"-?\d+(?:\.\d+)?"
_SPAN = re.compile(rf"({_NUMBER})\s*(?:–|—|-|to|\.\.)\s*({_NUMBER})")
_OF = re.compile(rf"({_NUMBER})\s*(?:of|/|out of)\s*({_NUMBER})")
_UNDER = re.compile(rf"(?:under|fewer than|less than|below|<)\s*({_NUMBER})")
_OVER = re.compile(rf"(?:over|more than|above|>)\s*({_NUMBER})")
_ABOUT = re.compile(rf"(?:about|around|approx\.?|c\.|ca\.?|~|≈)\s*({_NUMBER})")
WORDS = {"few": (0.0, 40.0), "mixed": (40.0, 70.0), "most": (70.0, 100.0)}


@dataclass(frozen=True)
class Cell:
    """A printed figure and the closed interval in which the true one lies.

    ``step`` is what it was rounded to, 0 where it is a count given in full; ``words`` marks a
    range that was printed as one. ``percent`` marks a number with a percent sign.
    """

    text: str
    low: float
    high: float
    step: float = 0.0
    words: bool = False
    percent: bool = False

    @property
    def exact(self) -> bool:
        return self.low == self.high

    @property
    def middle(self) -> float:
        return (self.low + self.high) / 2


def refused(text: str) -> bool:
    """Whether a cell says that its figure is not given.

    >>> [refused(text) for text in ("Not shown", "n<5", "<10", "–", "12", "")]
    [True, True, True, True, False, False]
    """
    plain = text.strip().lower()
    if plain in _REFUSALS or any(part in plain for part in _REFUSAL_PARTS):
        return True
    return bool(re.fullmatch(r"n?\s*<\s*\d+", plain))


@lru_cache(maxsize=65536)
def points(text: str) -> str:
    """Numbers with a decimal comma as numbers with a point; commas before thousands go.

    Before three digits a comma stands for thousands, unless a lone 0 is before it.

    >>> points("66,7"), points("1.234,5"), points("1,234"), points("0,667"), points("50,5–61,0")
    ('66.7', '1234.5', '1234', '0.667', '50.5–61.0')
    """
    text = re.sub(r"\d{1,3}(?:\.\d{3})+(?=,\d{1,2}(?!\d))", lambda m: m[0].replace(".", ""), text)
    text = re.sub(r"(?<=\d),(?=\d{1,2}(?![\d,]))|(?<![\d.,])0,(?=\d)",
                  lambda m: m[0].replace(",", "."), text)  # fmt: skip
    return re.sub(r"(?<=\d),(?=\d{3}\b)", "", text)


def parse(text: str, top: float = 100.0) -> Cell | None:
    """A cell as an interval; ``None`` where it is no number.

    >>> parse("67%").low, parse("67%").high, parse("12.5").step
    (66.5, 67.5, 0.1)
    >>> [(c.low, c.high) for c in map(parse, ("about 45", "10–19", "under 4%", "most agree"))]
    [(42.5, 47.5), (10.0, 19.0), (0.0, 4.0), (70.0, 100.0)]
    """
    plain = (
        text.partition(" · ")[0]
        .strip()
        .lower()
        .replace("’", "")
        .replace("−", "-")
        .replace("\u00a0", " ")
    )
    plain = points(plain.lstrip("'"))
    percent = "%" in plain
    plain = plain.replace("%", "").strip()
    if re.fullmatch(_NUMBER, plain):
        decimals = len(plain.partition(".")[2])
        half = 0.5 * 10.0**-decimals
        value = float(plain)
        return Cell(text, value - half, value + half, 10.0**-decimals, percent=percent)
    if found := _SPAN.fullmatch(plain):
        return Cell(text, float(found[1]), float(found[2]), words=True, percent=percent)
    if found := _ABOUT.fullmatch(plain):
        value = float(found[1])
        return Cell(text, value - 2.5, value + 2.5, 5.0, percent=percent)
    if found := _UNDER.fullmatch(plain):
        return Cell(text, 0.0, float(found[1]), words=True, percent=percent)
    if found := _OVER.fullmatch(plain):
        return Cell(text, float(found[1]), top, words=True, percent=percent)
    first = plain.split(" ")[0]
    if first in WORDS and len(plain.split(" ")) <= 2:
        return Cell(text, *WORDS[first], words=True, percent=True)
    return None


def count_of(text: str) -> tuple[float, float] | None:
    """ "18/30" or "18 of 30" as a count and how many it is of."""
    found = _OF.fullmatch(text.strip().lower())
    return (float(found[1]), float(found[2])) if found else None


def whole(cell: Cell) -> tuple[float, float]:
    """The whole numbers that a printed count of people may stand for.

    >>> whole(parse("12")), whole(parse("about 45")), whole(parse("under 5"))
    ((12.0, 12.0), (43.0, 47.0), (0.0, 4.0))
    """
    if cell.step == 1.0 and not cell.words:
        return float(round(cell.middle)), float(round(cell.middle))
    if (
        cell.words
        and cell.low == 0
        and cell.high == int(cell.high)
        and _UNDER.match(cell.text.strip().lower())
    ):
        return 0.0, cell.high - 1
    return float(-(-cell.low // 1)), float(cell.high // 1)
