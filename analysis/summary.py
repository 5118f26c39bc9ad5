"""What may be shown of a wave: frozen results that have passed disclosure control.

Everything people see (pages, charts, exports, reports) is made from these types and from nothing
else. They hold no number that was not released, and no digit more than is printed.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from analysis.frozen import builder, parts
from analysis.text.audited import AuditedQuestion, AuditedShare

NOT_SHOWN = "Not shown"
THE_REST = "the rest"
# Why a theme whose questions seem to have changed their meaning is not compared.
UNLIKE = "People seem to read these questions differently since then."
FORMAT = 1

Band = Literal["few", "mixed", "most"]
Verdict = Literal["higher", "lower", "same", "cannot_tell", "not_shown", "first", "break"]
Origin = Literal["ballots", "imported"]

VERDICT_WORDS: Mapping[Verdict, str] = {
    "higher": "likely higher",
    "lower": "likely lower",
    "same": "about the same",
    "cannot_tell": "can’t tell",
    "not_shown": NOT_SHOWN,
    "first": "first pulse",
    "break": "not comparable",
}
VERDICT_SHAPES: Mapping[Verdict, str] = {
    "higher": "▲",
    "lower": "▼",
    "same": "=",
    "cannot_tell": "?",
    "not_shown": "▨",
    "first": "•",
    "break": "¦",
}
BAND_WORDS: Mapping[Band, str] = {"few": "few agree", "mixed": "mixed", "most": "most agree"}


@dataclass(frozen=True)
class WaveHead:
    """Which wave: ``date`` is the day it closed, ISO. ``imported`` waves had no covenant."""

    id: str
    label: str
    date: str
    origin: Origin
    simulated: bool


@dataclass(frozen=True)
class UnitHead:
    """A group of the covenant's tree. ``too_few``: known before opening to be too small."""

    id: str
    name: str
    parent: str | None
    headcount: int | None
    too_few: bool


@dataclass(frozen=True)
class ItemHead:
    """A question as it was asked. ``reversed``: agreeing is the worse answer."""

    id: str
    theme: str
    text: str
    reversed: bool


@dataclass(frozen=True)
class ThemeHead:
    """A theme and what is known of its quality. ``reliability`` is a sentence, or empty."""

    id: str
    title: str
    description: str
    formula: Literal["mean", "favourable"]
    validated: bool
    fear: bool
    text_theme: str
    items: tuple[ItemHead, ...]
    reliability: str


@dataclass(frozen=True)
class Figure:
    """One released figure, rounded as printed (rule D8).

    ``n`` is words ("395", "about 45", "10–19"). Groups of 10–19 answers have a ``band`` and no
    number. ``low`` and ``high`` are the ends of the 95 % interval, rounded outward.
    ``shares`` are percent favourable, neutral, unfavourable, as printed ("under 6" possible), and
    ``likely_share`` the ends of the 95 % interval of the first, in percent, rounded outward.
    """

    n: str
    score: float | None
    low: float | None
    high: float | None
    band: Band | None
    shares: tuple[str, str, str] | None
    likely_share: tuple[float, float] | None = None


@dataclass(frozen=True)
class Comparison:
    """A verdict and the words behind it. ``difference`` with its interval only where released."""

    verdict: Verdict
    against: str
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    why: str = ""


@dataclass(frozen=True)
class Shrunk:
    """A group's score with chance allowed for, drawn towards the other groups, and the ends of its
    95 % interval; made from printed figures alone."""

    score: float
    low: float
    high: float


@dataclass(frozen=True)
class Row:
    """One theme in one group: ``figure`` is ``None`` where it is not shown.

    ``worst`` and ``best``: between which its score would lie whatever the silent had said, where
    many were; for the whole organisation see :class:`Silence`. ``shrunk``: with chance allowed
    for, where the groups of a theme differ at all.
    """

    theme: str
    unit: str
    figure: Figure | None
    change: Comparison
    rest: Comparison
    worst: float | None = None
    best: float | None = None
    shrunk: Shrunk | None = None


@dataclass(frozen=True)
class ItemRow:
    """One question, for the whole organisation."""

    item: str
    figure: Figure | None


@dataclass(frozen=True)
class Participation:
    """Answers received of people invited, for groups large enough. ``None``: not shown."""

    unit: str
    invited: int | None
    answered: str | None
    rate: str | None


@dataclass(frozen=True)
class Silence:
    """What was not said about a theme, whole organisation: words as printed."""

    theme: str
    prefer_not: str
    skipped: str
    worst: float | None
    best: float | None


@dataclass(frozen=True)
class Reading:
    """How a theme's score in the whole organisation may be read, in sentences; empty where there
    is nothing to say.

    ``split``: how far opinions lie apart. ``meaning``: do the questions mean what they meant in
    the wave before. ``make_up``: how much of a change lies in groups' answers and how much comes
    with groups growing or shrinking. ``alike``: the score without sheets that give one answer
    throughout. ``since_first`` sets the score against the first wave it can be compared with,
    where that is not the wave before.
    """

    theme: str
    split: str = ""
    meaning: str = ""
    make_up: str = ""
    alike: str = ""
    since_first: Comparison | None = None


@dataclass(frozen=True)
class Together:
    """Which themes go together with ``theme``. ``groups`` are theme ids, the closest group first,
    in it those that cannot be told apart; all together share so many ``tenths`` of its spread."""

    theme: str
    groups: tuple[tuple[str, ...], ...]
    tenths: int
    people: str


@dataclass(frozen=True)
class PairedChange:
    """How a theme moved, from the wave before, for the same people."""

    theme: str
    change: Comparison


@dataclass(frozen=True)
class Pairs:
    """What those who kept a diary phrase moved by, all together: ``people`` is words, and holds
    for every theme told."""

    people: str
    themes: tuple[PairedChange, ...]


@dataclass(frozen=True)
class TextTheme:
    """A theme in what people wrote to one question. ``count`` is words; no share unless audited.
    ``note`` says where its title, or the theme itself, is the organisation's own."""

    theme: str
    title: str
    count: str
    negative: str
    positive: str
    suggestion: str
    note: str = ""


@dataclass(frozen=True)
class WrittenTheme:
    """A theme of an audited question. ``leaning`` says what most of it is, or is empty; ``change``
    is ``None`` where nothing can be compared. ``note`` says where its title, or the theme itself,
    is the organisation's own."""

    theme: str
    title: str
    leaning: str = ""
    change: Comparison | None = None
    note: str = ""


@dataclass(frozen=True)
class WrittenGroup:
    """Whether people in one group write about a theme more or less often than all others: a word,
    never a figure."""

    unit: str
    theme: str
    rest: Comparison


@dataclass(frozen=True)
class TextAudit:
    """What people's random audit of one question allows to say. ``themes`` stand in the order of
    ``found.shares``, of which a direction (``theme/negative``) has words only. ``since`` is a
    sentence on the pulse before, ``agreement`` one on how far two people agreed, or empty.
    ``groups`` are those just below the whole, each with every theme that has a figure, in the order
    of the tree; empty where none may be set against the rest."""

    found: AuditedQuestion
    themes: tuple[WrittenTheme, ...]
    since: str = ""
    agreement: str = ""
    groups: tuple[WrittenGroup, ...] = ()

    def share(self, label: str) -> AuditedShare | None:
        return next((share for share in self.found.shares if share.label == label), None)


@dataclass(frozen=True)
class TextResult:
    """What people wrote to one question: the software's own counts, and what an audit says.

    ``audited`` goes with an ``audit``; without one ``unchecked`` may say why. Beside an audit the
    software's counts stay for whoever counts once more, and nothing prints them. ``coder`` is the
    mark of the software that made these counts, for the draft; the audit's may be a later one's.
    ``subjects`` are those that reviewers named beside the themes, each with its count in words.
    """

    question: str
    text: str
    comments: str
    themes: tuple[TextTheme, ...]
    no_theme: str
    withheld: tuple[tuple[str, str], ...]
    audited: bool = False
    coder: str = ""
    audit: TextAudit | None = None
    unchecked: str = ""
    subjects: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Quote:
    """A comment whose author let it be published and that two reviewers cleared; ``themes`` of
    those that are named."""

    question: str
    text: str
    themes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Summary:
    """A wave's results, safe to show to everybody invited. ``not_quoted``: how many comments the
    reviewers withheld, in words, by reason. ``subjects`` says what they made of groups of comments
    that no theme covers."""

    programme: str
    instrument: str
    instrument_version: str
    wave: WaveHead
    rule: Mapping[str, int]
    units: tuple[UnitHead, ...]
    themes: tuple[ThemeHead, ...]
    rows: tuple[Row, ...]
    items: tuple[ItemRow, ...]
    participation: tuple[Participation, ...]
    silence: tuple[Silence, ...]
    text: tuple[TextResult, ...]
    quotes: tuple[Quote, ...] = ()
    not_quoted: tuple[tuple[str, str], ...] = ()
    subjects: str = ""
    notes: tuple[str, ...] = ()
    readings: tuple[Reading, ...] = ()
    together: Together | None = None
    evenness: str = ""
    pairs: Pairs | None = None
    format: int = FORMAT

    @property
    def root(self) -> UnitHead:
        return next(unit for unit in self.units if unit.parent is None)

    def unit(self, unit_id: str) -> UnitHead:
        return next(unit for unit in self.units if unit.id == unit_id)

    def theme(self, theme_id: str) -> ThemeHead:
        return next(theme for theme in self.themes if theme.id == theme_id)

    def row(self, theme_id: str, unit_id: str | None = None) -> Row:
        """A theme in a group; in the whole organisation when no group is named."""
        wanted = unit_id or self.root.id
        return next(row for row in self.rows if row.theme == theme_id and row.unit == wanted)

    def children(self, unit_id: str) -> tuple[UnitHead, ...]:
        return tuple(unit for unit in self.units if unit.parent == unit_id)

    def participation_of(self, unit_id: str) -> Participation | None:
        return next((line for line in self.participation if line.unit == unit_id), None)

    def reading(self, theme_id: str) -> Reading:
        found = (reading for reading in self.readings if reading.theme == theme_id)
        return next(found, Reading(theme_id))

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    def to_json(self) -> str:
        """The bytes that are published: same summary, same text."""
        text = json.dumps(self, default=parts, ensure_ascii=False, sort_keys=True, indent=1)
        return text + "\n"

    def sha256(self) -> str:
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    @classmethod
    def from_json(cls, text: str) -> "Summary":
        return cls.from_dict(json.loads(text))

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> "Summary":
        if raw.get("format") != FORMAT:
            raise ValueError(f"These results have format {raw.get('format')}; this reads {FORMAT}.")
        built: Summary = builder(Summary)(raw)
        return built
