"""The common form of what files state: who is a group, and what is said of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from analysis.attack.printed import Cell

Facet = tuple[str, str]
Group = frozenset[Facet]
Range = tuple[float, float]
Place = tuple[str, str]  # a wave in a file
EVERYBODY: Group = frozenset()
SENTENCES = "its sentences"


@dataclass(frozen=True)
class Line:
    """One measure of one group in one wave, as one file states it.

    ``cells`` holds figures by role: ``n`` answers, ``people``, ``count``, ``share`` (percent),
    ``mean``, ``sd``, ``low``, ``high``, ``shrunk``, ``weight``, ``lowest``, ``highest``.
    ``refusals`` are the words that stand in place of figures, ``marks`` words of other columns.
    ``guess`` is what had to be assumed of a column: "if 'Agree' holds counts".
    ``shared`` says that figures of larger groups count every part by its people.
    """

    source: str
    wave: str
    measure: str
    group: Group
    cells: Mapping[str, Cell]
    refusals: Mapping[str, str] = field(default_factory=dict)
    marks: Mapping[str, str] = field(default_factory=dict)
    audience: str = ""
    shared: bool = False
    one_sided: bool = False
    guess: str = ""

    @property
    def hidden(self) -> bool:
        return not any(role in self.cells for role in ("count", "share", "mean"))


@dataclass(frozen=True)
class Hidden:
    """Text in a part of a file that a reader does not see, or that is compared with what is seen
    elsewhere."""

    source: str
    where: str
    text: str


@dataclass(frozen=True)
class Comments:
    """A table of comments: the roles its columns have, and its rows."""

    source: str
    beside: tuple[str, ...]
    texts: tuple[str, ...]
    groups: tuple[str, ...]
    wave: str = ""


@dataclass(frozen=True)
class Said:
    """A sentence with numbers about a measure of everybody; ``kind`` says which."""

    source: str
    wave: str
    measure: str
    kind: str
    text: str


@dataclass
class Release:
    """Everything that was read. ``parents`` says, for a wave in a file, which category holds which
    (``None``: everybody), and ``people`` how many are in each group."""

    lines: list[Line] = field(default_factory=list)
    hidden: list[Hidden] = field(default_factory=list)
    comments: list[Comments] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    parents: dict[Place, dict[Facet, Facet | None]] = field(default_factory=dict)
    people: dict[Place, dict[Group, float]] = field(default_factory=dict)
    names: dict[Facet, str] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    read: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    visible: set[str] = field(default_factory=set)

    def name(self, group: Iterable[Facet]) -> str:
        parts = [self.names.get(facet, facet[1]) for facet in sorted(group)]
        return " × ".join(parts) or self.names.get(("", ""), "everybody")

    def waves(self) -> list[str]:
        return list(dict.fromkeys(line.wave for line in self.lines))
