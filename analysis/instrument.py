"""Items, scales and themes, with their source and licence, read from a TOML file.

An instrument says what was asked and how an answer becomes a number. It is data: the file is
documented in ``docs/instruments.md``, and everything wrong with one is reported at once.
"""

import hashlib
import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from analysis.instrument_settings import check_ids, check_settings

BUNDLED = Path(__file__).parent / "instruments"

# Codes of a rating that is no option: chosen not to say; and never put to the person.
PREFER_NOT_TO_SAY = -1
NOT_ASKED = -2

Kind = Literal["rating", "choice", "number", "text"]
Purpose = Literal[
    "tracker", "shadow", "peak", "wish", "scaling", "offer", "seen", "attribute", "open"
]
Formula = Literal["mean", "favourable"]


class InstrumentError(ValueError):
    """The instrument file cannot be used; ``problems`` holds one sentence for each reason."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Option:
    """One answer that can be chosen: the whole number stored and the words shown."""

    code: int
    label: str


@dataclass(frozen=True)
class ResponseSet:
    """The options of a question, in the order shown. ``scored`` are those that carry a number."""

    id: str
    options: tuple[Option, ...]

    @property
    def low(self) -> int:
        return min(option.code for option in self.options)

    @property
    def high(self) -> int:
        return max(option.code for option in self.options)

    def codes(self) -> tuple[int, ...]:
        return tuple(option.code for option in self.options)


@dataclass(frozen=True)
class Item:
    """One question.

    ``column`` is its name in an imported table (several names, one a file, stand between " | "),
    ``values`` maps that table's words to codes.
    ``breaks`` names waves from which its figures cannot be compared with those before.
    ``asked_if`` maps a column to the values for which the item was asked at all.
    """

    id: str
    kind: Kind
    text: str
    theme: str = ""
    responses: str = ""
    reversed: bool = False
    sensitive: bool = False
    purpose: Purpose = "tracker"
    column: str = ""
    values: Mapping[str, int] = field(default_factory=dict)
    waves: tuple[str, ...] = ()
    breaks: tuple[str, ...] = ()
    asked_if: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Scale:
    """Items scored together. Its id is the theme's id; a higher score is always better.

    ``formula`` is ``mean`` (mean of the answered items, rescaled to 0–100) or ``favourable``
    (share of answers in the top two options). ``min_answered`` is the half rule unless given.
    """

    id: str
    title: str
    description: str
    items: tuple[str, ...]
    formula: Formula = "mean"
    min_answered: int = 0
    validated: bool = False
    sensitive: bool = False
    fear: bool = False
    text_theme: str = ""
    breaks: tuple[str, ...] = ()

    @property
    def needed(self) -> int:
        """Answers a person must give for a score: ceil(k/2), but both of two items."""
        size = len(self.items)
        return self.min_answered or (size if size <= 2 else -(-size // 2))


@dataclass(frozen=True)
class Source:
    """Where the wording comes from and what its licence allows."""

    licence: str
    attribution: str
    url: str = ""
    may_bundle: bool = False
    may_modify: bool = False


@dataclass(frozen=True)
class Columns:
    """Which columns of an imported table hold the wave, the unit and the rest.

    ``wave`` and ``unit`` may be empty: one wave a file, one group. ``files`` maps patterns of
    file names to waves, ``waves`` maps waves to the day they closed, ``units`` maps words of the
    unit column to paths ("Service/Team"). ``use`` names a column with the author's choice for
    comments. An empty cell counts as ``missing``; words in ``not_asked`` mean that the question
    did not apply.
    """

    wave: str = "wave"
    unit: str = "unit"
    use: str = ""
    waves: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ("", "NA", "N/A", "NaN", "nan")
    no_answer: tuple[str, ...] = ("Prefer not to say",)
    not_asked: tuple[str, ...] = ()


@dataclass(frozen=True)
class Instrument:
    """A checked instrument. Build one with :func:`read` or :func:`parse`."""

    id: str
    version: str
    language: str
    title: str
    source: Source
    responses: Mapping[str, ResponseSet]
    items: tuple[Item, ...]
    scales: tuple[Scale, ...]
    columns: Columns = Columns()
    simulated: bool = False
    wording_sha256: str = ""

    def item(self, item_id: str) -> Item:
        return next(item for item in self.items if item.id == item_id)

    def scale(self, scale_id: str) -> Scale:
        return next(scale for scale in self.scales if scale.id == scale_id)

    def response_set(self, item: Item) -> ResponseSet:
        return self.responses[item.responses]

    @property
    def ratings(self) -> tuple[Item, ...]:
        """Items stored as a whole number a person, in file order."""
        return tuple(item for item in self.items if item.kind in ("rating", "choice", "number"))

    @property
    def texts(self) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.kind == "text")


def bundled(name: str) -> Instrument:
    """The instrument of that name from the bank shipped with Candour."""
    path = BUNDLED / f"{name}.toml"
    if not path.is_file():
        known = ", ".join(sorted(file.stem for file in BUNDLED.glob("*.toml")))
        raise InstrumentError([f"There is no instrument called {name!r}. Choose one of: {known}."])
    return read(path)


def read(path: Path) -> Instrument:
    """Read and check an instrument file. Raises :class:`InstrumentError`."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InstrumentError([f"{path.name} could not be read: {error}."]) from error
    return parse(text, name=path.name)


def parse(text: str, name: str = "instrument") -> Instrument:
    """Check an instrument given as TOML text. Every problem is reported, not only the first."""
    try:
        raw = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InstrumentError([f"{name} is not valid TOML: {error}."]) from error
    return from_dict(raw, name)


def from_dict(raw: Mapping[str, Any], name: str = "instrument") -> Instrument:
    """Check an instrument given as the tables of its file. The inverse of :func:`to_dict`."""
    try:
        instrument = _build(raw)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise InstrumentError([f"{name} lacks or misspells a setting: {error}."]) from error
    problems = check(instrument)
    if problems:
        raise InstrumentError(problems)
    return instrument


def to_dict(instrument: Instrument) -> dict[str, Any]:
    """The tables of the instrument's file, ready for JSON; what a covenant freezes."""
    raw = asdict(instrument)
    head = {key: raw[key] for key in ("id", "version", "language", "title", "simulated")}
    responses = {
        key: {"options": [asdict(option) for option in body.options]}
        for key, body in instrument.responses.items()
    }
    return {
        "instrument": head,
        "source": raw["source"],
        "columns": raw["columns"],
        "responses": responses,
        "items": raw["items"],
        "scales": raw["scales"],
    }


def select(instrument: Instrument, item_ids: Sequence[str], *, id: str, title: str) -> Instrument:
    """A shorter instrument with these items, in this order; a scale keeps the items it still has.

    A scale left with none of its items goes; one left with fewer is scored from those.
    """
    raw = to_dict(instrument)
    raw["instrument"] |= {"id": id, "title": title}
    by_id = {item["id"]: item for item in raw["items"]}
    raw["items"] = [by_id[item_id] for item_id in item_ids]
    kept = set(item_ids)
    raw["scales"] = [
        scale | {"items": [item_id for item_id in scale["items"] if item_id in kept]}
        for scale in raw["scales"]
        if kept.intersection(scale["items"])
    ]
    return from_dict(raw, title)


def check(instrument: Instrument) -> list[str]:
    """One sentence for each thing that is wrong, in file order; empty when all is well."""
    problems = check_settings(_parts(instrument))
    if problems:
        return problems
    ids = [item.id for item in instrument.items]
    for kind, known in (("Item", ids), ("Scale", [scale.id for scale in instrument.scales])):
        problems.extend(check_ids(kind, known))
    for answers in instrument.responses.values():
        problems.extend(_check_codes(answers))
    for item in instrument.items:
        if item.kind in ("rating", "choice"):
            if item.responses not in instrument.responses:
                problems.append(
                    f"Item {item.id!r} uses the answers {item.responses!r}, which are not defined."
                )
                continue
            allowed = instrument.response_set(item).codes()
            for word, code in item.values.items():
                if code not in allowed:
                    problems.append(f"Item {item.id!r}: {word!r} gives {code}, which is no answer.")
    for scale in instrument.scales:
        problems.extend(_check_scale(instrument, scale, set(ids)))
    return problems


def _parts(instrument: Instrument) -> list[tuple[str, object]]:
    """Everything with settings of its own, each with its name in a sentence."""
    parts: list[tuple[str, object]] = [("The instrument", instrument)]
    parts.append(("The source", instrument.source))
    parts += [(f"Item {item.id!r}", item) for item in instrument.items]
    parts += [(f"Scale {scale.id!r}", scale) for scale in instrument.scales]
    for answers in instrument.responses.values():
        parts += [(f"The answers {answers.id!r}", option) for option in answers.options]
    return parts


def _check_codes(answers: ResponseSet) -> list[str]:
    codes = answers.codes()
    if len(codes) < 2:
        return [f"The answers {answers.id!r} need at least two options."]
    if len(set(codes)) < len(codes):
        return [f"The answers {answers.id!r} give two options the same code."]
    # Below nought stand what was not said; a stored answer is one byte.
    return [
        f"The answers {answers.id!r} use the code {code}; codes run from 0 to 127."
        for code in codes
        if not 0 <= code <= 127
    ]


def _check_scale(instrument: Instrument, scale: Scale, ids: set[str]) -> list[str]:
    problems = [
        f"Scale {scale.id!r} names the item {item_id!r}, which is not in the file."
        for item_id in scale.items
        if item_id not in ids
    ]
    if not scale.items:
        problems.append(f"Scale {scale.id!r} has no items.")
    if problems:
        return problems
    for item_id in scale.items:
        if instrument.item(item_id).kind != "rating":
            problems.append(f"Scale {scale.id!r}: {item_id!r} is not a rating, so has no score.")
    return problems


def _build(raw: Mapping[str, Any]) -> Instrument:
    head = dict(raw["instrument"])
    source = Source(**raw["source"])
    responses = {
        key: ResponseSet(
            key, tuple(Option(int(o["code"]), str(o["label"])) for o in body["options"])
        )
        for key, body in raw.get("responses", {}).items()
    }
    items = tuple(_item(body) for body in raw.get("items", []))
    scales = tuple(
        Scale(**{**body, "items": tuple(body["items"]), "breaks": tuple(body.get("breaks", ()))})
        for body in raw.get("scales", [])
    )
    columns = dict(raw.get("columns", {}))
    for key in ("missing", "no_answer", "not_asked"):
        if key in columns:
            columns[key] = tuple(columns[key])
    return Instrument(
        id=head["id"],
        version=str(head["version"]),
        language=head.get("language", "en"),
        title=head["title"],
        simulated=bool(head.get("simulated", False)),
        source=source,
        responses=responses,
        items=items,
        scales=scales,
        columns=Columns(**columns),
        wording_sha256=wording_hash(items, responses),
    )


def _item(body: Mapping[str, Any]) -> Item:
    settings = dict(body)
    settings.setdefault("text", "")
    for key in ("waves", "breaks"):
        settings[key] = tuple(str(value) for value in settings.get(key, ()))
    settings["asked_if"] = {
        column: tuple(str(value) for value in values)
        for column, values in settings.get("asked_if", {}).items()
    }
    return Item(**settings)


def wording_hash(items: tuple[Item, ...], responses: Mapping[str, ResponseSet]) -> str:
    """SHA-256 over every word a respondent reads: changes when, and only when, wording does."""
    words = [
        [item.id, item.text, [[o.code, o.label] for o in responses[item.responses].options]]
        if item.responses in responses
        else [item.id, item.text, []]
        for item in items
    ]
    return hashlib.sha256(json.dumps(words, ensure_ascii=False).encode()).hexdigest()
