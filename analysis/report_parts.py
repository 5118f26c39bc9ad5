"""What a report is made of. Content is written once; HTML and PDF only set it."""

from dataclasses import dataclass
from typing import Literal

Tone = Literal["lead", "plain", "quiet"]


class ReportError(ValueError):
    """The report cannot be built; the message names the section or sentence at fault."""


@dataclass(frozen=True)
class Words:
    """A paragraph. ``lead`` is the sentence a section opens with, ``quiet`` is small print."""

    text: str
    tone: Tone = "plain"


@dataclass(frozen=True)
class Points:
    """A short list under its own small heading. ``panel`` sets it apart from what is known."""

    title: str
    lines: tuple[str, ...]
    panel: bool = False


@dataclass(frozen=True)
class Chart:
    """A picture as SVG bytes with its words; ``name`` is a file name without ending."""

    name: str
    svg: bytes
    alt: str


@dataclass(frozen=True)
class Table:
    """Cells as printed. The first column names the row; ``indent`` is its depth in a tree."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    indent: tuple[int, ...] = ()
    note: str = ""

    def __post_init__(self) -> None:
        if any(len(row) != len(self.head) for row in self.rows):
            raise ReportError(f"The table “{self.caption}” has a row of another length.")

    def slices(self, columns: int) -> "tuple[Table, ...]":
        """The table in pieces of at most ``columns`` columns beside the first, for paper."""
        size = len(self.head) - 1
        if size <= columns:
            return (self,)
        pieces = -(-size // columns)
        width = -(-size // pieces)
        starts = range(1, size + 1, width)
        return tuple(
            Table(
                f"{self.caption} ({number} of {len(starts)})",
                (self.head[0], *self.head[start : start + width]),
                tuple((row[0], *row[start : start + width]) for row in self.rows),
                self.indent,
                self.note if number == len(starts) else "",
            )
            for number, start in enumerate(starts, 1)
        )


@dataclass(frozen=True)
class Quotes:
    """Comments word for word, each cleared for publication. ``notes`` say something of each and
    stand apart from its words; empty where there is nothing to say."""

    title: str
    lines: tuple[str, ...]
    notes: tuple[str, ...]


Block = Words | Points | Chart | Table | Quotes


@dataclass(frozen=True)
class Section:
    """A part of the report under its own heading, and its ``name`` in the list of contents.

    ``marks`` are labels beside the heading.
    """

    id: str
    name: str
    title: str
    blocks: tuple[Block, ...]
    marks: tuple[str, ...] = ()


@dataclass(frozen=True)
class ThemeSection(Section):
    """A theme. It does not build without saying what we do not know."""

    unknown: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not any(line.strip() for line in self.unknown):
            raise ReportError(f"The section “{self.name}” does not say what we don’t know.")


@dataclass(frozen=True)
class Report:
    """A whole report. ``labels`` stand on every page of every format; ``foot`` under each page."""

    programme: str
    title: str
    subtitle: str
    labels: tuple[str, ...]
    foot: str
    sections: tuple[Section, ...]
    language: str = "en"
    direction: Literal["ltr", "rtl"] = "ltr"

    @property
    def themes(self) -> tuple[ThemeSection, ...]:
        return tuple(part for part in self.sections if isinstance(part, ThemeSection))

    @property
    def charts(self) -> tuple[Chart, ...]:
        return tuple(b for part in self.sections for b in part.blocks if isinstance(b, Chart))
