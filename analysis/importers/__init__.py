"""Tables of other tools, read into PulseData: all of a file, or nothing and the reasons."""

from collections.abc import Sequence
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path

from analysis.dataset import DataError, PulseData, Wave, check_wave
from analysis.importers.groups import Groups
from analysis.importers.part import Part, read_part
from analysis.importers.table import capped, read_table
from analysis.importers.waves import build_wave
from analysis.instrument import Instrument

TABLES = (".csv", ".tsv", ".tab", ".txt")


def load(path: Path | Sequence[Path], instrument: Instrument) -> PulseData:
    """Waves from a file, several files, or the files of a folder, by the instrument's columns.

    Which wave a row belongs to is said by the wave column, or by the file's name where the
    instrument lists ``columns.files``. Blank answers stay blank; an answer out of range refuses
    the whole import. Raises :class:`DataError` with line numbers.
    """
    paths = [path] if isinstance(path, Path) else list(path)
    files: list[tuple[Path, str]] = []
    problems: list[str] = []
    for one in paths:
        if one.is_dir():
            found = [(file, _wave_of(file, instrument)) for file in _tables_in(one)]
            files.extend(pair for pair in found if pair[1] or not instrument.columns.files)
            continue
        wave = _wave_of(one, instrument)
        if instrument.columns.files and not wave:
            problems.append(f"Nothing says which wave {one.name} holds. Add it to [columns.files].")
        files.append((one, wave))
    if not files and not problems:
        problems.append("There is no CSV or TSV file here that the instrument knows.")
    if problems:
        raise DataError(problems)
    return _load(files, instrument)


def _load(files: Sequence[tuple[Path, str]], instrument: Instrument) -> PulseData:
    parts: list[Part] = []
    problems: list[str] = []
    wanted = _wanted(instrument)
    for path, wave in files:
        try:
            parts.append(read_part(read_table(path, wanted), instrument, wave))
        except DataError as error:
            problems.extend(error.problems)
    if problems:
        raise DataError(capped(problems))
    problems = _lacking(parts, instrument)
    dates: dict[str, str] = {}
    for wave in sorted({wave for part in parts for wave in part.waves}):
        try:
            dates[wave] = _closing_day(wave, instrument)
        except ValueError:
            problems.append(
                f"Nothing says when the wave “{wave}” closed. "
                f"Add its day to [columns.waves], as 2026-03-31."
            )
    if problems:
        raise DataError(capped(problems))
    groups = Groups((cell for part in parts for cell in part.groups), instrument.columns.units)
    waves: list[Wave] = []
    notes: list[str] = []
    for wave in sorted(dates, key=lambda one: (dates[one], one)):
        built, said = build_wave(parts, instrument, groups, wave, dates[wave])
        waves.append(built)
        notes.extend(said)
        problems.extend(check_wave(built, instrument))
    if problems:
        raise DataError(capped(problems))
    return PulseData(instrument, tuple(waves), tuple(notes))


def _tables_in(folder: Path) -> list[Path]:
    return sorted(file for file in folder.iterdir() if file.suffix.lower() in TABLES)


def _wave_of(file: Path, instrument: Instrument) -> str:
    patterns = instrument.columns.files.items()
    return next((wave for pattern, wave in patterns if fnmatchcase(file.name, pattern)), "")


def _wanted(instrument: Instrument) -> set[str]:
    columns = instrument.columns
    named = {item.column or item.id for item in instrument.items}
    return named | {name for name in (columns.wave, columns.unit, columns.use) if name}


def _closing_day(wave: str, instrument: Instrument) -> str:
    return date.fromisoformat(instrument.columns.waves.get(wave, wave)).isoformat()


def _lacking(parts: Sequence[Part], instrument: Instrument) -> list[str]:
    """Questions that a wave should have and that none of its files holds."""
    problems: list[str] = []
    for wave in sorted({wave for part in parts for wave in part.waves}):
        holding = [part for part in parts if wave in part.waves]
        lacking = [
            item.column or item.id
            for item in instrument.items
            if (not item.waves or wave in item.waves)
            and not any(item.id in part.found for part in holding)
        ]
        if lacking:
            names = ", ".join(f"“{name}”" for name in lacking)
            where = ", ".join(sorted({part.table.name for part in holding}))
            problems.append(
                f"{where}: there is no column {names}. Add it, name yours in the instrument, "
                f"or list the waves that asked the question."
            )
    return problems
