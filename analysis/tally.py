"""One pass over a wave's rows gives a tally: whole-number counts and sums that can be added.

Everything published about ratings is computed from tallies, so the rows are read in exactly one
place, shards can be counted apart, and ``Tally + Tally`` is the tally of both, to the last bit:
there is no float in it, but for the sums of weights where answers have them.
"""

import json
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import polars as pl

from analysis.counting.patterns import (
    SPECIAL,
    Products,
    count_columns,
    fold,
    item_tables,
    merged,
    points_of,
    products_of,
    sums,
)
from analysis.counting.tally_rows import bytes_of, places_of
from analysis.counting.theme_products import ThemeProducts, products_between
from analysis.counting.weighted import Folded, Weighted, weigh, weights_of
from analysis.dataset import UNIT, DataError, Unit, Wave, check_wave, descendants
from analysis.instrument import Instrument, Item
from analysis.one_answer import OneAnswer, count_throughout, throughout
from analysis.scoring import COLUMNS, IntArray, Key
from analysis.summary import WaveHead
from analysis.text.counts import QuestionCounts, count_comments
from analysis.text.own_codebook import NONE as NO_OWN
from analysis.text.own_codebook import OwnCodebook

FORMAT = 2
READABLE = (1, FORMAT)  # 1 lacks the products between themes


class TallyError(ValueError):
    """Two tallies that cannot be added, or stored bytes that are no tally."""


@dataclass(frozen=True, eq=False)
class ItemCounts:
    """How often each answer was given to one item.

    ``table`` has a row a unit and a column for each of ``codes``, then: any other number (only
    for items of kind *number*), preferred not to say, not asked, left blank.
    """

    codes: tuple[int, ...]
    table: IntArray

    @property
    def options(self) -> IntArray:
        return self.table[:, : len(self.codes)]

    @property
    def answered(self) -> IntArray:
        total: IntArray = self.table[:, : len(self.codes) + 1].sum(axis=1)
        return total

    @property
    def prefer_not(self) -> IntArray:
        return self.table[:, -3]

    @property
    def not_asked(self) -> IntArray:
        return self.table[:, -2]

    @property
    def blank(self) -> IntArray:
        return self.table[:, -1]


@dataclass(frozen=True, eq=False)
class Plan:
    """What counting needs of an instrument, worked out once for many tables."""

    codes: Mapping[str, tuple[int, ...]]
    keys: tuple[Key, ...]

    @classmethod
    def of(cls, instrument: Instrument) -> "Plan":
        return cls(
            {item.id: _codes(instrument, item) for item in instrument.ratings},
            tuple(Key.of(instrument, scale) for scale in instrument.scales),
        )


@dataclass(frozen=True, eq=False)
class Tally:
    """Counts of one wave by finest unit. Build one with :meth:`of`; add shards with ``+``.

    ``units`` are sorted ids and the rows of every table. ``scores[scale]`` has the shape
    (units, items + 1, 7): for each number of answered items the columns of ``analysis.scoring``.
    ``products[scale]`` is kept for the whole wave only, by the set of items asked. ``between``
    and ``one_answer`` are ``None`` in tallies stored before they were kept, ``weighted`` where
    answers have no weights.
    """

    units: tuple[str, ...]
    responses: IntArray
    items: Mapping[str, ItemCounts]
    scores: Mapping[str, IntArray]
    products: Mapping[str, Mapping[tuple[str, ...], Products]]
    between: ThemeProducts | None = None
    weighted: Weighted | None = None
    one_answer: OneAnswer | None = None

    @classmethod
    def of(
        cls,
        rows: pl.DataFrame,
        units: tuple[str, ...] | None,
        instrument: Instrument | Plan,
        weight: str | None = None,
    ) -> "Tally":
        """Count a table shaped as :class:`analysis.dataset.Wave` says.

        ``units`` of ``None`` are those that the rows name; ``weight`` names a column of weights.
        Raises :class:`~analysis.dataset.DataError` on a lost
        unit, on an answer that is no small whole number and on a weight that is none.
        """
        plan = instrument if isinstance(instrument, Plan) else Plan.of(instrument)
        codes = plan.codes
        weights = None if weight is None else weights_of(rows, weight)
        units, places = places_of(rows, units)
        responses = np.bincount(places, minlength=len(units)).astype(np.int64)
        most = int(responses.max(initial=0))
        given = bytes_of(rows, list(codes))
        tables: dict[str, IntArray] = {}
        scores: dict[str, IntArray] = {}
        products: dict[str, dict[tuple[str, ...], Products]] = {}
        folded: dict[str, Folded] = {}
        for key in plan.keys:
            scale = key.scale
            options = [codes[name] for name in scale.items]
            patterns = fold(places, [given[name] for name in scale.items], options, len(units))
            points = points_of(patterns.columns, key, options)
            try:
                scores[scale.id] = sums(patterns.counts, points, most)
                products[scale.id] = products_of(patterns.people, points, key)
            except OverflowError as error:
                raise TallyError(str(error)) from error
            tables |= zip(scale.items, item_tables(patterns, options, most), strict=True)
            folded[scale.id] = (patterns, points, key)
        for name in codes.keys() - tables.keys():
            tables[name] = count_columns(places, given[name], codes[name], len(units))
        return cls(
            units,
            responses,
            {name: ItemCounts(codes[name], tables[name]) for name in codes},
            scores,
            products,
            products_between(places, len(units), folded),
            None if weights is None else weigh(places, len(units), weights, given, codes, folded),
            count_throughout(throughout(given, codes, rows.height), folded),
        )

    def __add__(self, other: "Tally") -> "Tally":
        if self.items.keys() != other.items.keys() or self.scores.keys() != other.scores.keys():
            raise TallyError("Only tallies of the same instrument can be added.")
        if (self.weighted is None) != (other.weighted is None):
            raise TallyError("A tally with weights and one without cannot be added.")
        units = tuple(sorted({*self.units, *other.units}))
        one, two = self._spread(units), other._spread(units)
        return Tally(
            units,
            one.responses + two.responses,
            {
                name: ItemCounts(counts.codes, counts.table + two.items[name].table)
                for name, counts in one.items.items()
            },
            {name: table + two.scores[name] for name, table in one.scores.items()},
            {name: merged(sets, two.products[name]) for name, sets in one.products.items()},
            one.between + two.between if one.between and two.between else None,
            one.weighted + two.weighted if one.weighted and two.weighted else None,
            one.one_answer + two.one_answer if one.one_answer and two.one_answer else None,
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Tally) and self.to_dict() == other.to_dict()

    __hash__ = None  # type: ignore[assignment]

    def _spread(self, units: tuple[str, ...]) -> "Tally":
        """The same tally with rows of zeros for units it does not have."""
        if units == self.units:
            return self
        place = {unit: i for i, unit in enumerate(units)}
        rows = [place[unit] for unit in self.units]

        def over(table: IntArray) -> IntArray:
            wide = np.zeros((len(units), *table.shape[1:]), dtype=np.int64)
            wide[rows] = table
            return wide

        return Tally(
            units,
            over(self.responses),
            {name: ItemCounts(c.codes, over(c.table)) for name, c in self.items.items()},
            {name: over(table) for name, table in self.scores.items()},
            self.products,
            self.between and self.between.spread(rows, len(units)),
            self.weighted and self.weighted.spread(rows, len(units)),
            self.one_answer,
        )

    def to_dict(self) -> dict[str, Any]:
        return {
            "units": list(self.units),
            "responses": self.responses.tolist(),
            "items": {
                name: {"codes": list(c.codes), "table": c.table.tolist()}
                for name, c in self.items.items()
            },
            "scores": {name: table.tolist() for name, table in self.scores.items()},
            "products": {
                name: [
                    {"asked": asked, "n": p.n, "sums": p.sums.tolist(), "cross": p.cross.tolist()}
                    for asked, p in sorted(sets.items())
                ]
                for name, sets in self.products.items()
            },
            "between": self.between and self.between.to_dict(),
            "weighted": self.weighted and self.weighted.to_dict(),
            "one_answer": self.one_answer and self.one_answer.to_dict(),
        }

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> "Tally":
        rows = len(raw["units"])

        def table(values: Any, *shape: int) -> IntArray:
            return np.array(values, dtype=np.int64).reshape(shape)

        return cls(
            tuple(raw["units"]),
            table(raw["responses"], rows),
            {
                name: ItemCounts(
                    tuple(body["codes"]), table(body["table"], rows, len(body["codes"]) + SPECIAL)
                )
                for name, body in raw["items"].items()
            },
            {name: table(body, rows, -1, COLUMNS) for name, body in raw["scores"].items()},
            {
                name: {
                    tuple(body["asked"]): Products(
                        body["n"],
                        table(body["sums"], -1),
                        table(body["cross"], len(body["sums"]), -1),
                    )
                    for body in bodies
                }
                for name, bodies in raw["products"].items()
            },
            ThemeProducts.from_dict(raw["between"]) if raw.get("between") else None,
            Weighted.from_dict(raw["weighted"]) if raw.get("weighted") else None,
            OneAnswer.from_dict(raw["one_answer"]) if raw.get("one_answer") else None,
        )


@dataclass(frozen=True)
class Counted:
    """A wave, counted: its head, its frozen tree, the ratings' tally and the comments' counts.

    It says nothing about a person, but it has *not* passed disclosure control.
    """

    head: WaveHead
    units: tuple[Unit, ...]
    tally: Tally
    text: tuple[QuestionCounts, ...]

    def to_bytes(self) -> bytes:
        """Same counts, same bytes."""
        raw = {
            "format": FORMAT,
            "head": asdict(self.head),
            "units": [asdict(unit) for unit in self.units],
            "tally": self.tally.to_dict(),
            "text": [question.to_dict() for question in self.text],
        }
        return zlib.compress(json.dumps(raw, ensure_ascii=False, sort_keys=True).encode())

    @classmethod
    def from_bytes(cls, data: bytes) -> "Counted":
        try:
            raw = json.loads(zlib.decompress(data))
        except (zlib.error, ValueError) as error:
            raise TallyError("These bytes hold no counted wave.") from error
        if raw.get("format") not in READABLE:
            raise TallyError(
                f"This counted wave has format {raw.get('format')}; expected {FORMAT}."
            )
        return cls(
            WaveHead(**raw["head"]),
            tuple(Unit(**unit) for unit in raw["units"]),
            Tally.from_dict(raw["tally"]),
            tuple(QuestionCounts.from_dict(question) for question in raw["text"]),
        )


def count(wave: Wave, instrument: Instrument, own: OwnCodebook = NO_OWN) -> Counted:
    """Count a wave: the only place where rows of ratings are read.

    ``own`` is what its comments are coded with beside the shipped codebook. Raises
    :class:`~analysis.dataset.DataError` with every problem when the table does not fit the
    instrument.
    """
    problems = _check_tree(wave)
    if {UNIT, *(item.id for item in instrument.ratings)} ^ set(wave.responses.columns):
        problems += check_wave(wave, instrument)
    if problems:
        raise DataError(problems)
    tally = Tally.of(wave.responses, tuple(unit.id for unit in wave.units), instrument)
    if strays(tally, instrument):
        raise DataError(check_wave(wave, instrument))
    head = WaveHead(
        wave.id, wave.label, wave.date, wave.origin, wave.simulated or instrument.simulated
    )
    return Counted(head, wave.units, tally, count_comments(wave.comments, instrument, own=own))


def strays(tally: Tally, instrument: Instrument) -> dict[str, int]:
    """How many answers were no option of their item, for the items that have any."""
    found = {
        item.id: int(tally.items[item.id].table[:, -SPECIAL].sum())
        for item in instrument.ratings
        if item.kind != "number"
    }
    return {item: number for item, number in found.items() if number}


def _check_tree(wave: Wave) -> list[str]:
    """What is wrong with the tree of groups; raises on a ring or a lost parent."""
    ids = [unit.id for unit in wave.units]
    problems = [
        f"Wave {wave.label}: the group {unit!r} is listed twice."
        for unit in sorted({unit for unit in ids if ids.count(unit) > 1})
    ]
    tops = [unit.id for unit in wave.units if unit.parent is None]
    if not problems:
        descendants(wave.units)
    if len(tops) != 1:
        named = ", ".join(map(repr, tops)) or "none"
        problems.append(
            f"Wave {wave.label}: one group must hold all others, and these lie in no other: "
            f"{named}."
        )
    return problems


def _codes(instrument: Instrument, item: Item) -> tuple[int, ...]:
    if item.kind == "number":
        return ()
    return tuple(sorted(instrument.response_set(item).codes()))
