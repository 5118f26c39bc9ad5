"""Control charts and change points: formulae written out, ``NHSRplotthedots``, ``strucchange``."""

import math
import re
from collections.abc import Callable, Iterator, Mapping

import polars as pl

from analysis.change_point import ChangePointError, breaks, cusum, likely, sup_f
from analysis.control_chart import (
    EXACT_LIMIT,
    ChartError,
    Limits,
    Point,
    laney,
    limits,
    p_chart,
    signals,
)
from analysis.reference.calls import NAME
from analysis.reference.family import Family, Redo
from analysis.reference.folder import Entry, Folder, NotCovered

_NUMBERS = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")
_FLAGGED = {"series", "screen", "fix", "i", "y", "mean", "lpl", "upl", "special_cause"}
_WORDS = {
    "outside": ("Below LCL", "Above UCL"),
    "trend": ("7 Point Trend (Decreasing)", "7 Point Trend (Increasing)"),
    "two_of_three": ("2 in 3 Below CL", "2 in 3 Above CL"),
    "one_side": ("7 Points Below CL", "7 Points Above CL"),
}
_KINDS = ("special_cause_concern", "special_cause_improvement")


def _moving_range(entry: Entry, folder: Folder) -> Mapping[str, float]:
    """Names before a dot say which points set the limits, or that they are screened."""
    values = _series(entry, folder)
    result: dict[str, float] = {}
    for prefix in dict.fromkeys(name.rpartition(".")[0] for name in entry.values):
        first = re.fullmatch(r"base(\d+)", prefix)
        if prefix and prefix != "scr" and not first:
            continue
        baseline = int(first[1]) if first else None
        found = _limits(values, baseline, screen=prefix == "scr")
        result |= {f"{prefix}.{name}".lstrip("."): value for name, value in found.items()}
    return result


def _limits(values: list[float], baseline: int | None, *, screen: bool) -> Mapping[str, float]:
    """Screened limits are named without their factor, which is then the unrounded one."""
    exact = limits(values, baseline=baseline, screen=screen, factor=EXACT_LIMIT)
    if screen:
        return {
            "centre": exact.centre,
            "mRbar_screened": exact.moving_range,
            "sigma": exact.sigma,
            "LNPL": exact.low,
            "UNPL": exact.high,
        }
    found = limits(values, baseline=baseline, screen=False)
    return {
        "centre": found.centre,
        "mRbar": found.moving_range,
        "sigma": found.sigma,
        "LNPL": found.low,
        "UNPL": found.high,
        "LNPL_exact": exact.low,
        "UNPL_exact": exact.high,
        "URL": found.most_range,
        "n_out": float(sum(not found.low <= value <= found.high for value in values)),
    }


def _flags(entry: Entry, folder: Folder) -> Iterator[tuple[str, float, float]]:
    """Files of flags, point by point, beside the first entry of this family. A word that is the
    same counts as 1 on both sides; limits that neither side has are left out."""
    if next(one for one in folder.entries if _is_moving_range(one)) != entry:
        return
    for file in folder.files:
        table = folder.table(file.stem)
        if not set(table.columns) >= _FLAGGED:
            continue
        for key, part in table.group_by("series", "screen", "fix", maintain_order=True):
            yield from _flagged("/".join(map(str, key)), part.sort("i"))


def _flagged(name: str, part: pl.DataFrame) -> Iterator[tuple[str, float, float]]:
    first = part.row(0, named=True)
    values = part["y"].cast(pl.Float64).to_list()
    screened = str(first["screen"]).upper() == "TRUE"
    found = limits(values, baseline=int(first["fix"]) or None, screen=screened)
    points = signals(values, found)
    for row, point in zip(part.iter_rows(named=True), points, strict=True):
        at = f"{name}:{row['i']}"
        yield from _levels(at, row, found)
        yield f"{at} special_cause", 1.0, float(_in_words(point) == row["special_cause"])
        if "point_type" in row:
            yield f"{at} point_type", 1.0, float(_kind(point) == row["point_type"])


def _levels(
    at: str, row: Mapping[str, object], found: Limits
) -> Iterator[tuple[str, float, float]]:
    ours = {"mean": found.centre, "lpl": found.low, "upl": found.high}
    for name, mine in ours.items():
        given = row[name]
        theirs = math.nan if given is None else float(str(given))
        if not (math.isnan(theirs) and math.isnan(mine)):
            yield f"{at} {name}", theirs, mine


def _in_words(point: Point) -> str:
    return _WORDS[point.signal][point.side > 0] if point.signal else "Common Cause"


def _kind(point: Point) -> str:
    return _KINDS[point.side > 0] if point.signal else "common_cause"


def _of_shares(entry: Entry, folder: Folder) -> Mapping[str, float]:
    lists = {
        name: _read(text) for name, text in re.findall(rf"({NAME})\s*=\s*([-\d.,\s]+)", entry.data)
    }
    if not {"x", "n"} <= lists.keys():
        raise NotCovered("The counts and the numbers of answers are not given.")
    counts, answers = ([int(value) for value in lists[name]] for name in ("x", "n"))
    plain, wide = p_chart(counts, answers), laney(counts, answers)
    result = {"pbar": plain.centre, "laney_sigma_z": plain.sigma_z}
    for prefix, values in (
        ("LCL", plain.low),
        ("UCL", plain.high),
        ("laneyL", wide.low),
        ("laneyU", wide.high),
        ("z", plain.z),
    ):
        result |= {f"{prefix}{i}": float(value) for i, value in enumerate(values, 1)}
    return result


def _breaks(entry: Entry, folder: Folder) -> Mapping[str, float]:
    """The p of the supF test is left out: the other program reads it from a table of simulated
    values that it ships."""
    values = _series(entry, folder)
    counts = [int(name[3:]) for name in entry.values if re.fullmatch(r"(?:RSS|BIC)\d+", name)]
    found = breaks(values, max([*counts, 1]))
    result: dict[str, float] = {}
    for one in found:
        result |= {f"RSS{len(one.after)}": one.rss, f"BIC{len(one.after)}": one.bic}
    after = likely(breaks(values, len(values))).after
    result |= _places(after, _table(entry, folder))
    test = cusum(values)
    return result | {
        "cusum.S0": test.statistic,
        "cusum_p.S0": test.p,
        "supF.sup.F": sup_f(values),
    }


def _places(after: tuple[int, ...], table: pl.DataFrame | None) -> Mapping[str, float]:
    """Where the breaks are, and what each column says there."""
    result: dict[str, float] = {}
    for i, place in enumerate(after, 1):
        for number in [i] if len(after) > 1 else ["", 1]:
            result[f"bp{number}"] = float(place)
            for column in table.columns if table is not None else ():
                if table is not None and table[column].dtype.is_numeric():
                    result[f"{column}{number}"] = float(table[column][place - 1])
    return result


def _series(entry: Entry, folder: Folder) -> list[float]:
    """The numbers written in the entry; else the column that the call names; else the last one."""
    table = _table(entry, folder)
    if table is None:
        _, inline, text = entry.data.partition("inline")
        values = _read(text)
        if not inline or not values:
            raise NotCovered("The series is not named.")
        return values
    named = [word for word in re.findall(NAME, entry.call) if word in table.columns]
    numeric = [column for column in table.columns if table[column].dtype.is_numeric()]
    chosen = next((name for name in named if name in numeric), numeric[-1] if numeric else None)
    if chosen is None or table[chosen].null_count():
        raise NotCovered("There is no series of numbers without gaps.")
    return [float(value) for value in table[chosen].to_list()]


def _table(entry: Entry, folder: Folder) -> pl.DataFrame | None:
    tables = folder.tables_named(entry.data)
    return tables[0] if tables else None


def _read(text: str) -> list[float]:
    return [float(number) for number in _NUMBERS.findall(text)]


def _is_moving_range(entry: Entry) -> bool:
    return {"centre", "mRbar"} <= entry.values.keys()


def _or_say_why(redo: Redo) -> Redo:
    def tried(entry: Entry, folder: Folder) -> Mapping[str, float]:
        try:
            return redo(entry, folder)
        except (ChangePointError, ChartError) as error:
            raise NotCovered(str(error)) from error

    return tried


def _names(*names: str) -> Callable[[Entry], bool]:
    return lambda entry: set(names) <= entry.values.keys()


FAMILIES = (
    Family(_is_moving_range, _or_say_why(_moving_range), {}, _flags),
    Family(_names("pbar"), _or_say_why(_of_shares), {}),
    Family(lambda entry: "breakpoints(" in entry.call, _or_say_why(_breaks), {}),
)
