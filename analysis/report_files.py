"""The files of a report and putting them on disk: all of them, or none."""

import os
import shutil
import tempfile
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from analysis import report_html, report_pdf, report_tables, report_xlsx, reports
from analysis.report_parts import ReportError
from analysis.summary import Summary

PDF = "report.pdf"
CSV = "figures.csv"
JSON = "summary.json"
XLSX = "figures.xlsx"
OURS = frozenset({report_html.PAGE, report_html.CHARTS, PDF, CSV, JSON, XLSX})


def make(summaries: Sequence[Summary]) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """Relative file name to bytes, and sentences on what could not be made.

    Only the PDF may be missing, and only because its font lacks letters that the HTML can show.
    """
    report = reports.content(summaries)
    files = report_html.render(report)
    # The mark at the start tells spreadsheets that the file is UTF-8.
    files[CSV] = report_tables.csv(summaries).encode("utf-8-sig")
    files[JSON] = report_tables.json(summaries).encode()
    files[XLSX] = report_xlsx.xlsx(summaries)
    try:
        files[PDF] = report_pdf.render(report)
    except report_pdf.LettersError as error:
        return files, (str(error),)
    return files, ()


def refuse_strangers(folder: Path, ours: Collection[str] = OURS) -> None:
    """Raise :class:`ReportError` when the folder holds files that we did not write."""
    if folder.exists() and not folder.is_dir():
        raise ReportError(f"{folder} is a file. Name a folder to write into.")
    strangers = sorted(set(os.listdir(folder)) - set(ours)) if folder.is_dir() else []
    if strangers:
        raise ReportError(
            f"The folder {folder} holds other files ({', '.join(strangers[:3])}). "
            "Name a new folder, or one that this command wrote before."
        )


def write(files: Mapping[str, bytes], folder: Path, ours: Collection[str] = OURS) -> None:
    """Put the files into ``folder``, in place of those of an earlier run.

    They are written beside it first and moved into place at the end, so a failure leaves what was
    there before. A folder that holds anything but ``ours`` is refused.
    """
    folder = folder.resolve()
    refuse_strangers(folder, ours)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as name:
        fresh, old = Path(name, "new"), Path(name, "old")
        for relative, body in files.items():
            path = fresh / relative
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(body)
        if folder.exists():
            shutil.move(folder, old)
        shutil.move(fresh, folder)
