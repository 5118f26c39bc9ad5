"""Everything of one pulse's review, and how it is put away once results are out."""

import json
from dataclasses import asdict, dataclass
from typing import Any

from surveyapp.services import review_sheets as sheets

FORMAT = 1


@dataclass(frozen=True)
class Record:
    """Everything of one wave's review."""

    sheet: sheets.Sheet
    entries: tuple[sheets.Entry, ...]
    readings: dict[int, list[sheets.Reading]]
    subjects: tuple[sheets.Subject, ...]
    namings: tuple[sheets.Naming, ...]

    def reader(self, mark: str) -> str:
        """``reader 1``, ``reader 2``: tells reviewers apart and names nobody."""
        marks = sorted({one.reader for read in self.readings.values() for one in read})
        return f"reader {marks.index(mark) + 1}"

    def to_bytes(self) -> bytes:
        """As it is put away with the answers."""
        readings = [asdict(one) for read in self.readings.values() for one in read]
        raw: dict[str, Any] = {
            "format": FORMAT,
            "sheet": asdict(self.sheet),
            "entries": [asdict(entry) for entry in self.entries],
            "readings": readings,
            "subjects": [asdict(one) for one in self.subjects],
            "namings": [asdict(one) for one in self.namings],
        }
        return json.dumps(raw).encode()

    @classmethod
    def from_bytes(cls, block: bytes) -> "Record":
        raw = json.loads(block)
        readings: dict[int, list[sheets.Reading]] = {}
        for one in map(sheets.reading_from, raw["readings"]):
            readings.setdefault(one.place, []).append(one)
        entries = tuple(map(sheets.entry_from, raw["entries"]))
        # A review may have been put away before new subjects were looked for.
        subjects = tuple(map(sheets.subject_from, raw.get("subjects", ())))
        namings = tuple(sheets.Naming(**one) for one in raw.get("namings", ()))
        return cls(sheets.sheet_from(raw["sheet"]), entries, readings, subjects, namings)
