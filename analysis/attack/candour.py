"""The files that Candour writes, read by their published form and nothing else.

What an outsider knows beside the files is how the program works, because that is public: figures
of a group count every part of it by its people, and groups under 50 answers go up in fives.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from analysis.attack.model import EVERYBODY, Facet, Group, Hidden, Line, Release, Said
from analysis.attack.printed import Cell, parse, refused

SHARES = ("favourable", "neutral", "unfavourable")
SHARE_ENDS = ("share low", "share high")
MOVED = ("moved low", "moved high")
BESIDE = ("shrunk", "worst", "best")
# Columns of the CSV beside those of a figure, and the roles they have.
_COLUMNS = {
    "favourable_low": SHARE_ENDS[0], "favourable_high": SHARE_ENDS[1],
    "shrunk": "shrunk", "shrunk_low": "shrunk low", "shrunk_high": "shrunk high",
    "lowest_possible": "lowest", "highest_possible": "highest",
    "moved_low": MOVED[0], "moved_high": MOVED[1],
}  # fmt: skip
SENTENCES = ("alike", "make_up")
DIMENSION = "group"
BLANKS = 1.0
_KNOWN = frozenset(
    ("format", "instrument", "instrument_version", "items", "notes", "participation", "programme")
    + (
        "evenness",
        "not_quoted",
        "pairs",
        "readings",
        "together",
        "quotes",
        "rows",
        "rule",
        "silence",
        "subjects",
        "text",
        "themes",
        "units",
        "wave",
    )
)
_FIGURES = frozenset(("n", "score", "low", "high", "band", "shares", "likely_share"))
_ROW = frozenset(("theme", "unit", "figure", "change", "rest", *BESIDE))


def is_summary(body: object) -> bool:
    if not isinstance(body, dict):
        return False
    pulses = body.get("pulses", [body])
    return (
        isinstance(pulses, list)
        and bool(pulses)
        and all(
            isinstance(one, dict) and {"rows", "units", "wave", "themes"} <= one.keys()
            for one in pulses
        )
    )


def is_models(body: object) -> bool:
    """Whether this is what ``python -m analysis models`` writes."""
    return isinstance(body, dict) and {"format", "pulse", "models"} <= body.keys()


def said_of_models(body: Mapping[str, Any]) -> str:
    """Its sentences, and how many people it says that they are about."""
    said: list[str] = []
    for model in body["models"]:
        said += [*model["in_words"], *model["left_out"]]
        said += [str(one["people"]) for one in model["figures"].values() if "people" in one]
    return " ".join(said)


def known(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The parts of published results that readers are told of."""
    return [
        {key: part for key, part in pulse.items() if key in _KNOWN}
        for pulse in body.get("pulses", [body])
    ]


def is_figures(header: tuple[str, ...]) -> bool:
    return {"pulse", "kind", "id", "group", "answers", "score", "favourable"} <= set(header)


def read_summary(body: Mapping[str, Any], source: str, release: Release) -> None:
    """Results of one or several pulses as JSON."""
    pulses = body.get("pulses", [body])
    for pulse in pulses:
        _pulse(pulse, source, release)
    release.read.append(
        f"{source}: results in Candour's own form, {len(pulses)} "
        f"{'pulse' if len(pulses) == 1 else 'pulses'}, "
        f"{max(len(pulse['units']) for pulse in pulses)} groups."
    )


def _pulse(pulse: Mapping[str, Any], source: str, release: Release) -> None:
    wave = str(pulse["wave"]["id"])
    place = (wave, source)
    root = next(unit["id"] for unit in pulse["units"] if unit["parent"] is None)

    def group(unit: str) -> Group:
        return EVERYBODY if unit == root else frozenset({(DIMENSION, unit)})

    parents: dict[Facet, Facet | None] = {}
    for unit in pulse["units"]:
        facet = (DIMENSION, unit["id"])
        if unit["id"] != root:
            parents[facet] = None if unit["parent"] == root else (DIMENSION, unit["parent"])
        release.names[("", "") if unit["id"] == root else facet] = unit["name"]
        if unit["headcount"] is not None:
            release.people.setdefault(place, {})[group(unit["id"])] = float(unit["headcount"])
    release.parents.setdefault(place, {}).update(parents)
    silence = {line["theme"]: line for line in pulse["silence"]}
    for row in pulse["rows"]:
        ends = silence.get(row["theme"], {}) if row["unit"] == root else row
        extra = {"lowest": ends.get("worst"), "highest": ends.get("best")}
        shrunk = row.get("shrunk") or {}
        extra |= {
            role: shrunk.get(key)
            for role, key in (("shrunk", "score"), ("shrunk low", "low"), ("shrunk high", "high"))
        }
        cells = _figure(row["figure"], extra)
        release.lines.extend(_lines(source, wave, row["theme"], group(row["unit"]), cells))
        _extra(row, source, f"{row['theme']} in {row['unit']}", release)
    for item in pulse["items"]:
        cells = _figure(item["figure"], {})
        release.lines.extend(_lines(source, wave, f"question {item['item']}", EVERYBODY, cells))
    items = {item["item"]: item["figure"] for item in pulse["items"]}
    for theme in pulse["themes"]:
        asked = [items.get(item["id"]) for item in theme["items"]]
        release.lines.extend(_of_items(source, wave, theme, asked))
    release.said.extend(_said(pulse, source, wave))
    for name in sorted(set(pulse) - _KNOWN):
        release.hidden.append(Hidden(source, f"an unknown key '{name}'", str(pulse[name])))


def _said(pulse: Mapping[str, Any], source: str, wave: str) -> Iterator[Said]:
    """The sentences that hold points."""
    for reading in pulse.get("readings", ()):
        for kind in SENTENCES:
            if reading.get(kind):
                yield Said(source, wave, reading["theme"], kind, reading[kind])
    pairs = pulse.get("pairs") or {"themes": ()}
    for one in pairs["themes"]:
        yield Said(source, wave, one["theme"], "pairs", pairs["people"])


def _of_items(
    source: str, wave: str, theme: Mapping[str, Any], asked: Sequence[Mapping[str, Any] | None]
) -> Iterator[Line]:
    """What a theme's questions say of the theme in the whole organisation.

    A theme of one question has that question's figures. Otherwise its score is the mean of its
    questions' scores, but for questions left blank: :data:`BLANKS` points are allowed for those.
    """
    told = [figure for figure in asked if figure is not None]
    if not told or len(told) < len(asked):
        return
    if len(told) == 1:
        texts = {role: text for role, text in _figure(told[0], {}).items() if role not in
                 ("low", "high")}  # fmt: skip
        if theme["formula"] == "favourable":
            texts.pop("mean", None)
            if "favourable" in texts:
                texts["mean"] = texts["favourable"].removesuffix("%")
        yield from _lines(source, wave, theme["id"], EVERYBODY, texts)
    elif theme["formula"] == "mean" and all(figure["score"] is not None for figure in told):
        cells = [_steps(_scores(figure))["mean"] for figure in told]
        low, high = (sum(ends) / len(cells) for ends in zip(*((c.low, c.high) for c in cells),
                     strict=True))  # fmt: skip
        mean = Cell(f"{(low + high) / 2:.0f}", low - BLANKS, high + BLANKS, words=True)
        yield Line(source, wave, theme["id"], EVERYBODY, {"mean": mean}, shared=True)


def _scores(figure: Mapping[str, Any]) -> dict[str, Cell]:
    cells = {role: parse(text) for role, text in _figure(figure, {}).items()}
    return {role: cell for role, cell in cells.items() if cell is not None}


def _extra(row: Mapping[str, Any], source: str, where: str, release: Release) -> None:
    """Keys beside the known ones, and numbers in a row whose figure is hidden."""
    strange = {key: value for key, value in row.items() if key not in _ROW}
    figure = row["figure"] or {}
    strange |= {key: value for key, value in figure.items() if key not in _FIGURES}
    if row["figure"] is None:
        strange |= {name: row.get(name) for name in BESIDE}
        for name in ("change", "rest"):
            told = {k: v for k, v in row[name].items() if isinstance(v, int | float)}
            strange |= {f"{name}.{key}": value for key, value in told.items()}
    for key, value in strange.items():
        if value is not None:
            release.hidden.append(Hidden(source, f"an extra key '{key}' at {where}", str(value)))


def _figure(figure: Mapping[str, Any] | None, extra: Mapping[str, Any]) -> dict[str, str]:
    if figure is None:
        return dict.fromkeys(("n", "mean", *SHARES), "Not shown")
    texts = {"n": figure["n"]}
    for role, key in (("mean", "score"), ("low", "low"), ("high", "high")):
        if figure[key] is not None:
            texts[role] = f"{figure[key]:g}"
    if figure["shares"]:
        texts |= dict(zip(SHARES, figure["shares"], strict=True))
        likely = figure.get("likely_share") or ()
        texts |= {role: f"{end:g}" for role, end in zip(SHARE_ENDS, likely, strict=False)}
    if figure["band"] and texts.get("favourable") is None:
        texts["favourable"] = figure["band"]
    return texts | {role: f"{value:g}" for role, value in extra.items() if value is not None}


def read_figures(rows: Iterator[Mapping[str, str]], source: str, release: Release) -> None:
    """The CSV of figures. It names no parents: those come from the JSON where that is there."""
    read, roots = 0, _roots(release)
    known = {facet[1] for tree in release.parents.values() for facet in tree}
    for row in rows:
        read += 1
        if row["kind"] not in ("theme", "question"):
            continue
        # Without the tree, which group holds which is not known: each stands by itself.
        name = row["group"]
        group: Group = frozenset({(DIMENSION if name in known else name, name)})
        if row["kind"] == "question" or row["group"] in roots:
            group = EVERYBODY
        texts = {"n": row["answers"], "mean": row["score"], "low": row["low"], "high": row["high"]}
        texts |= {name: row[name] for name in SHARES}
        texts |= {role: row.get(column, "") for column, role in _COLUMNS.items()}
        if row["band"] and parse(texts["favourable"]) is None and not refused(row["band"]):
            texts["favourable"] = row["band"]
        if refused(row["answers"]):
            texts = dict.fromkeys(("n", "mean", *SHARES), row["answers"])
        else:
            texts = {role: text for role, text in texts.items() if not refused(text)}
        # A question may have the same id as a theme.
        measure = f"question {row['id']}" if row["kind"] == "question" else row["id"]
        release.lines.extend(_lines(source, row["pulse"], measure, group, texts))
    release.read.append(f"{source}: figures in Candour's own form, {read} lines.")


def _roots(release: Release) -> set[str]:
    """Ids of the whole organisation, where another file told its name."""
    known = {facet[1] for tree in release.parents.values() for facet in tree}
    told = {p[1] for tree in release.parents.values() for p in tree.values() if p}
    return {"org", release.names.get(("", ""), "org")} - (known | told)


def _lines(
    source: str, wave: str, measure: str, group: Group, texts: Mapping[str, str]
) -> Iterator[Line]:
    """One line for the score and one for each share, all with the same number of answers."""
    cells, refusals = {}, {}
    for role, text in texts.items():
        if text and refused(text):
            refusals[role] = text
        elif (cell := parse(text)) is not None:
            cells[role] = _rounded(cell, role)
    cells = _by_ends(_steps(cells))
    of_shares = (*SHARES, *SHARE_ENDS, *MOVED)
    common = {role: cell for role, cell in cells.items() if role not in of_shares}
    yield Line(source, wave, measure, group, common, refusals, shared=True)
    for place, name in enumerate(SHARES):
        told = {"n": cells["n"]} if "n" in cells else {}
        if name in cells:
            told["share"] = cells[name]
            if name == SHARES[0]:
                told |= {role: cells[role] for role in of_shares[3:] if role in cells}
        if told or refusals:
            yield Line(
                source, wave, f"{measure} · {name}", group, told, refusals,
                shared=True, one_sided=place > 0,
            )  # fmt: skip


def _rounded(cell: Cell, role: str) -> Cell:
    """Answers from 50 on are printed to the nearest 5."""
    if role != "n" or cell.words or cell.step == 5 or cell.middle < 50:
        return cell
    return Cell(cell.text, max(cell.middle - 2.5, 49.5), cell.middle + 2.5, 5.0)


def _by_ends(cells: dict[str, Cell]) -> dict[str, Cell]:
    """A score that is not in the middle of its likely range: the range was laid around the score
    before it was rounded, and its middle says what that was, but for the ends' own rounding."""
    if not {"mean", "low", "high"} <= cells.keys() or cells["mean"].words:
        return cells
    mean, low, high = cells["mean"], round(cells["low"].middle), round(cells["high"].middle)
    middle, half = (low + high) / 2, mean.step / 2
    if low <= 0 or high >= 100 or abs(middle - mean.middle) < half / 2:
        return cells
    ends = max(mean.low, middle - half), min(mean.high, middle + half)
    return cells | {"mean": Cell(mean.text, *ends, mean.step)} if ends[0] <= ends[1] else cells


def _steps(cells: dict[str, Cell]) -> dict[str, Cell]:
    """Figures of a group that are all multiples of 5 went up in fives."""
    plain = {r: c for r, c in cells.items() if r in ("mean", *SHARES) and not c.words}
    if not plain or any(round(cell.middle) % 5 for cell in plain.values()):
        return cells
    if len(plain) < 3 and "n" in cells and cells["n"].low >= 50:
        return cells
    wide = {r: Cell(c.text, c.middle - 2.5, c.middle + 2.5, 5.0) for r, c in plain.items()}
    return cells | wide
