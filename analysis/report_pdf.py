"""The report as a tagged PDF (PDF/UA-1), set by typst from the same content as the HTML.

Fonts are DejaVu Sans only, copied into a folder of their own: given matplotlib's whole folder,
typst would set missing letters as boxes without a word. Any warning is a failure.
"""

import json
import shutil
import tempfile
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

import typst

from analysis.charts import brand
from analysis.charts.canvas import FT2Font, get_data_path
from analysis.report_parts import (
    Block,
    Chart,
    Points,
    Quotes,
    Report,
    ReportError,
    Section,
    Table,
    ThemeSection,
    Words,
)
from analysis.summary import NOT_SHOWN

FONT = "DejaVu Sans"
_FILES = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")
_TEMPLATE = Path(__file__).parent / "report.typ"
_COLUMNS = 5
_ON_A_NEW_PAGE = ("what-changed", "groups", "method")
_SHORT, _LEAST, _BROAD, _FULL = 24, 18, 40, 85  # letters
_COLOURS = ("INK", "MUTED", "LINE", "TEAL", "TEAL_LIGHT", "OCHRE", "OCHRE_LIGHT")


class LettersError(ReportError):
    """Some words are in letters our font lacks. The HTML report can show them."""


def render(report: Report) -> bytes:
    """PDF bytes, the same for the same report. Raises :class:`ReportError` on any warning."""
    data = json.dumps(_data(report), ensure_ascii=False, sort_keys=True)
    with tempfile.TemporaryDirectory(prefix="candour-pdf-") as folder:
        for path in _font_files():
            shutil.copy(path, folder)
        try:
            pdf, warnings = typst.compile_with_warnings(
                str(_TEMPLATE),
                root=str(_TEMPLATE.parent),
                format="pdf",
                sys_inputs={"report": data},
                font_paths=[folder],
                ignore_system_fonts=True,
                pdf_standards=["ua-1"],
            )
        except typst.TypstError as error:
            raise ReportError(f"The PDF could not be set: {error}") from error
    if warnings:
        raise ReportError(f"The PDF was set with a warning: {warnings[0]}")
    return bytes(pdf)


def _font_files() -> tuple[Path, ...]:
    return tuple(Path(get_data_path(), "fonts", "ttf", name) for name in _FILES)


def _data(report: Report) -> dict[str, Any]:
    """Everything the template sets, as plain JSON values."""
    letters = _letters()
    return {
        "title": _readable(report.title, letters),
        "subtitle": _readable(report.subtitle, letters),
        "labels": list(report.labels),
        "foot": _readable(report.foot, letters),
        "language": report.language,
        "direction": report.direction,
        "font": FONT,
        "hidden": NOT_SHOWN,
        "colours": {name.lower(): getattr(brand, name) for name in _COLOURS},
        "mark": brand.MARK,
        "mark_alt": "The mark of Candour",
        "sections": [_section(part, letters) for part in report.sections],
    }


def _section(part: Section, letters: frozenset[str]) -> dict[str, Any]:
    return {
        "title": _readable(part.title, letters),
        "theme": isinstance(part, ThemeSection),
        "alone": part.id in _ON_A_NEW_PAGE,
        "marks": list(part.marks),
        "blocks": [made for block in part.blocks for made in _block(block, letters)],
    }


def _block(block: Block, letters: frozenset[str]) -> list[dict[str, Any]]:
    """A block as the template reads it; a wide table comes in slices that fit the page."""
    match block:
        case Words():
            return [{"kind": "words", "text": _readable(block.text, letters), "tone": block.tone}]
        case Points():
            kind = "panel" if block.panel else "points"
            return [{"kind": kind, **_list(block.title, block.lines, letters)}]
        case Quotes():
            made = _list(block.title, block.lines, letters)
            return [{"kind": "quotes", **made, "notes": list(block.notes)}]
        case Chart():
            return [{"kind": "chart", "svg": block.svg.decode(), "alt": block.alt}]
        case Table():
            columns = len(block.head) if _fits(block) else _COLUMNS
            return [_table(piece, letters) for piece in block.slices(columns)]


def _list(title: str, lines: tuple[str, ...], letters: frozenset[str]) -> dict[str, Any]:
    return {
        "title": _readable(title, letters),
        "lines": [_readable(line, letters) for line in lines],
    }


def _table(table: Table, letters: frozenset[str]) -> dict[str, Any]:
    return {
        "kind": "table",
        "caption": _readable(table.caption, letters),
        "head": [_readable(cell, letters) for cell in table.head],
        "rows": [[_readable(cell, letters) for cell in row] for row in table.rows],
        "indent": list(table.indent),
        "widths": _widths(table),
        "note": _readable(table.note, letters),
    }


def _widths(table: Table) -> list[int]:
    """For each column 0 where its cells are short, so that it is just wide enough; else the share
    of the page that its longest cell asks for. The first column stretches where no other does,
    and where short cells leave the long ones too little every column has a share."""
    longest = _longest(table)
    if not _fits(table):
        return [min(most, _BROAD) for most in longest]
    widths = [0 if most <= _SHORT else min(most, _BROAD) for most in longest]
    return widths if any(widths) else [1, *widths[1:]]


def _fits(table: Table) -> bool:
    """Whether a page has room for every short cell in one line, and for some of the long ones."""
    return sum(most if most <= _SHORT else _LEAST for most in _longest(table)) <= _FULL


def _longest(table: Table) -> list[int]:
    """The letters of the longest cell in each column."""
    return [max(map(len, column)) for column in zip(table.head, *table.rows, strict=True)]


@cache
def _letters() -> frozenset[str]:
    """The letters that every cut of our font has."""
    maps = [set(FT2Font(str(path)).get_charmap()) for path in _font_files()]
    return frozenset(chr(code) for code in set.intersection(*maps))


def _readable(text: str, letters: frozenset[str]) -> str:
    """``text`` with signs our font lacks spelled out: 👍 becomes [thumbs up sign].

    Raises :class:`LettersError` where a letter is missing: words are never set as boxes.
    """
    return "".join(_sign(char, text, letters) for char in text)


def _sign(char: str, text: str, letters: frozenset[str]) -> str:
    if char in letters or char.isspace():
        return char
    if unicodedata.category(char)[0] in "LMN":
        if unicodedata.combining(char) == 0 and unicodedata.category(char) == "Mn":
            return ""  # a variation selector beside an emoji says only how to colour it
        raise LettersError(
            f"The PDF’s font lacks the letter “{char}” in “{text[:60]}”. "
            "The HTML report shows it; please use that one."
        )
    name = unicodedata.name(char, "").lower()
    return f"[{name}]" if name and unicodedata.category(char) != "Cf" else ""
