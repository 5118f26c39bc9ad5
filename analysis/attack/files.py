"""Reading published files, with what is in them and what a reader does not see."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import openpyxl
from pypdf import PdfReader
from pypdf.errors import PdfReadError

from analysis.attack import candour, tables
from analysis.attack.columns import is_total, plain, roles
from analysis.attack.markup import Page, picture
from analysis.attack.model import SENTENCES, Hidden, Release
from analysis.attack.plan import ReadError, Table
from analysis.attack.printed import points

NUMBER = re.compile(r"\d+(?:\.\d+)?")


class AttackError(ValueError):
    """Files that cannot be attacked, in a sentence."""


def load(paths: Sequence[Path], named: Mapping[str, str]) -> Release:
    """Read files and folders. ``named`` gives roles to columns by their plain names."""
    release, found = Release(), list(_files(paths))
    if not found:
        raise AttackError("There is no file to read: name CSV, XLSX, JSON, HTML, SVG or PDF files.")
    read: list[Table] = []
    # JSON first: it tells the tree that a table of the same release leaves out.
    for path in sorted(found, key=lambda path: (path.suffix.lower() != ".json", path.name)):
        release.files.append(path.name)
        try:
            read.extend(_READERS[path.suffix.lower()](path, release))
        except (ValueError, KeyError, zipfile.BadZipFile, PdfReadError, csv.Error) as error:
            raise AttackError(f"{path.name} could not be read: {error}") from error
    for table, dimension in zip(read, _dimensions(read, named), strict=True):
        _show(table, release)
        if candour.is_figures(table.header):
            candour.read_figures(iter(table.rows), table.source, release)
        else:
            try:
                tables.read(table, release, named, dimension)
            except ReadError as error:
                raise AttackError(str(error)) from error
    return release


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            inside = sorted(one for one in path.rglob("*") if one.suffix.lower() in _READERS)
            yield from inside
        elif not path.exists():
            raise AttackError(f"There is no file {path}.")
        elif path.suffix.lower() not in _READERS:
            raise AttackError(
                f"{path.name} is of a kind that I cannot read. I read CSV, TSV, XLSX, JSON, HTML, "
                "SVG and PDF files."
            )
        else:
            yield path


def _show(table: Table, release: Release) -> None:
    for row in table.rows:
        for text in row.values():
            release.visible.update(NUMBER.findall(text) + NUMBER.findall(points(text)))


def _table(source: str, part: str, lines: list[list[str]], title: str = "") -> Iterator[Table]:
    """A block of cells as a table: its header is the first line with two words or more."""
    start = next((i for i, line in enumerate(lines) if sum(map(bool, line)) > 1), None)
    if start is None:
        return
    header = [name.strip().lstrip("\ufeff") or f"column {i + 1}" for i, name in
              enumerate(lines[start])]  # fmt: skip
    rows = [dict(zip(header, line, strict=False)) for line in lines[start + 1 :] if any(line)]
    if rows:
        yield Table(source, part, tuple(header), tuple(rows), title)


def _csv(path: Path, _: Release) -> Iterator[Table]:
    text = path.read_text(encoding="utf-8-sig", errors="replace")
    first = text.partition("\n")[0]
    delimiter = max(",;\t|", key=first.count)
    lines = list(csv.reader(io.StringIO(text), delimiter=delimiter))
    header = next((line for line in lines if sum(map(bool, line)) > 1), [])
    for number, line in enumerate(lines, start=1):
        if header and any(cell.strip() for cell in line[len(header) :]):
            raise AttackError(
                f"Line {number} has more cells than the header. If a number has a decimal comma, "
                "put it in quotes, or put semicolons between the cells."
            )
    yield from _table(path.name, "", lines)


def _txt(path: Path, release: Release) -> Iterator[Table]:
    """A table, where lines are parted alike; otherwise sentences, which all readers see."""
    text = path.read_text(encoding="utf-8-sig", errors="replace")
    lines = [line for line in text.splitlines() if line.strip()]
    if lines and any(all(mark in line for line in lines[:5]) for mark in ",;\t|"):
        yield from _csv(path, release)
    else:
        _sentences(path, text, release)


def _sentences(path: Path, text: str, release: Release) -> None:
    release.hidden.append(Hidden(path.name, SENTENCES, text))
    release.read.append(f"{path.name}: sentences; their numbers are compared.")


def _xlsx(path: Path, release: Release) -> Iterator[Table]:
    book = openpyxl.load_workbook(path, data_only=True)
    for sheet in book.worksheets:
        shut = sheet.sheet_state != "visible"
        lines: list[list[str]] = []
        for row in sheet.iter_rows():
            kept = []
            for cell in row:
                text = "" if cell.value is None else str(cell.value)
                letter = openpyxl.utils.get_column_letter(cell.column)
                folded = (
                    sheet.row_dimensions[cell.row].hidden or sheet.column_dimensions[letter].hidden
                )
                white = bool(cell.font and cell.font.color and cell.font.color.rgb == "FFFFFFFF")
                white = white and cell.fill.fill_type is None
                if cell.comment is not None:
                    release.hidden.append(
                        Hidden(path.name, f"a note on {sheet.title}!{cell.coordinate}",
                               cell.comment.text)
                    )  # fmt: skip
                if text and (shut or folded or white):
                    why = f"the hidden sheet '{sheet.title}'" if shut else (
                        f"a hidden row or column of '{sheet.title}'" if folded else
                        f"white text on '{sheet.title}'"
                    )  # fmt: skip
                    release.hidden.append(Hidden(path.name, why, text))
                kept.append("" if folded or white else text)
            lines.append(kept)
        if not shut:
            yield from _table(path.name, sheet.title, lines)
    for name, defined in book.defined_names.items():
        if not re.search(r"[!$]", str(defined.value or "")):
            release.hidden.append(Hidden(path.name, f"the name '{name}'", str(defined.value)))


def _json(path: Path, release: Release) -> Iterator[Table]:
    body = json.loads(path.read_text(encoding="utf-8-sig"))
    if candour.is_summary(body):
        _numbers(candour.known(body), release)
        candour.read_summary(body, path.name, release)
        return
    if candour.is_models(body):
        _sentences(path, candour.said_of_models(body), release)
        return
    for part, records in _records(body, ""):
        flat = [_flat(record) for record in records]
        header = tuple(dict.fromkeys(key for record in flat for key in record))
        yield Table(path.name, part, header, tuple(flat))


def _numbers(body: Any, release: Release) -> None:
    if isinstance(body, dict):
        for value in body.values():
            _numbers(value, release)
    elif isinstance(body, list):
        for value in body:
            _numbers(value, release)
    elif body is not None:
        release.visible.update(
            NUMBER.findall(f"{body:g}" if isinstance(body, float) else str(body))
        )


def _records(body: Any, part: str) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    if isinstance(body, list) and body and all(isinstance(one, dict) for one in body):
        yield part, body
    elif isinstance(body, dict):
        for key, value in body.items():
            yield from _records(value, f"{part}.{key}" if part else key)


def _flat(record: Mapping[str, Any], before: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in record.items():
        name = f"{before}{key}"
        if isinstance(value, dict):
            found |= _flat(value, f"{name}.")
        else:
            found[name] = "" if value is None or isinstance(value, list) else str(value)
    return found


class _Html(HTMLParser):
    """Feeds a :class:`Page`."""

    def __init__(self, page: Page) -> None:
        super().__init__(convert_charrefs=True)
        self.page = page

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.page.opened(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        self.page.closed(tag)

    def handle_data(self, data: str) -> None:
        self.page.text(data)

    def handle_comment(self, data: str) -> None:
        self.page.remark(data)


def _html(path: Path, release: Release) -> Iterator[Table]:
    page = Page()
    _Html(page).feed(path.read_text(encoding="utf-8", errors="replace"))
    release.visible.update(NUMBER.findall(" ".join(page.shown)))
    release.hidden.extend(Hidden(path.name, where, text) for where, text in page.unseen)
    if "– Candour" in page.head:
        release.read.append(f"{path.name}: a page of Candour's; compared, not read again.")
        return
    for number, (title, lines) in enumerate(page.tables, start=1):
        yield from _table(path.name, f"table {number}", lines, title)


def _svg(path: Path, release: Release) -> Iterator[Table]:
    shown, unseen = picture(path.read_text(encoding="utf-8", errors="replace"))
    release.visible.update(NUMBER.findall(" ".join(shown)))
    release.hidden.extend(Hidden(path.name, where, text) for where, text in unseen)
    release.read.append(f"{path.name}: a chart.")
    return iter(())


def _pdf(path: Path, release: Release) -> Iterator[Table]:
    reader = PdfReader(path)
    text = " ".join(page.extract_text() for page in reader.pages)
    release.hidden.append(Hidden(path.name, "its text", text))
    for key, value in (reader.metadata or {}).items():
        if key not in ("/CreationDate", "/ModDate", "/Producer", "/Creator"):
            release.hidden.append(Hidden(path.name, f"its metadata {key}", str(value)))
    for name in reader.attachments:
        release.hidden.append(Hidden(path.name, "an attachment", f"{name} 0.0"))
    release.read.append(f"{path.name}: {len(reader.pages)} pages of text.")
    return iter(())


_READERS: Mapping[str, Callable[[Path, Release], Iterator[Table]]] = {
    ".csv": _csv, ".tsv": _csv, ".txt": _txt, ".xlsx": _xlsx, ".json": _json, ".html": _html,
    ".htm": _html, ".svg": _svg, ".pdf": _pdf,
}  # fmt: skip


def _dimensions(read: Sequence[Table], named: Mapping[str, str]) -> list[str]:
    """A name for what each table's one group column divides people by.

    Tables that share a category speak of the same division; those that share none do not, though
    their columns be called the same.
    """
    seen: list[tuple[str, set[str]]] = []
    found = []
    for table in read:
        groups = [name for name, role in roles(table.header, named).items() if role == "group"]
        if len(groups) != 1:
            found.append("")
            continue
        values = {row.get(groups[0], "").strip() for row in table.rows}
        values = {value for value in values if not is_total(value)}
        name = plain(groups[0])
        known = [(known, inside) for known, inside in seen if inside & values]
        if known:
            name = known[0][0]
            known[0][1].update(values)
        else:
            if any(before == name for before, _ in seen):
                name = f"{name} in {table.called}"
            seen.append((name, values))
        found.append(name)
    return found
