"""Released figures as a workbook: the lines of the CSV file, numbers as numbers.

Same figures, same bytes: nothing in the file says when or by whom it was made. No cell is ever a
formula or a link, whatever a group or a pulse is called.
"""

import io
from collections.abc import Sequence
from datetime import UTC, datetime

import xlsxwriter

from analysis.report_tables import COLUMNS, OF_COMMENTS, OF_TWO_PEOPLE, rows
from analysis.summary import Summary

SHEET = "Figures"
WIDTH = 16
# The columns that hold a plain number where a figure is shown.
NUMBERS = frozenset(
    {
        "score", "low", "high", "favourable_low", "favourable_high",
        "shrunk", "shrunk_low", "shrunk_high", "moved_low", "moved_high",
        "difference", "difference_low", "difference_high", "lowest_possible", "highest_possible",
        *OF_COMMENTS, *OF_TWO_PEOPLE,
    }
)  # fmt: skip
# A file needs a date; this one says nothing about when the file was made.
MADE = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
SETTINGS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}


def xlsx(summaries: Sequence[Summary]) -> bytes:
    """One line a figure, oldest pulse first, in the columns of :func:`analysis.report_tables.csv`.

    A hidden cell is the words "Not shown", as everywhere; an empty one does not apply.
    """
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, SETTINGS) as book:
        book.set_properties({"created": MADE})
        sheet = book.add_worksheet(SHEET)
        heading = book.add_format({"bold": True})
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(COLUMNS) - 1, WIDTH)
        for column, name in enumerate(COLUMNS):
            sheet.write_string(0, column, name, heading)
        last = 0
        for last, line in enumerate(rows(summaries), start=1):
            for column, name in enumerate(COLUMNS):
                _write(sheet, last, column, line.get(name, ""), number=name in NUMBERS)
        sheet.autofilter(0, 0, last, len(COLUMNS) - 1)
    return stream.getvalue()


def _write(
    sheet: xlsxwriter.worksheet.Worksheet, row: int, column: int, value: str, *, number: bool
) -> None:
    if not value:
        return
    if number and value.lstrip("-").replace(".", "", 1).isdigit():
        sheet.write_number(row, column, float(value))
    else:
        sheet.write_string(row, column, value)
