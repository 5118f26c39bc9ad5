"""The rows of one wave, from all its files, as a checked table in no telling order."""

from collections.abc import Sequence
from typing import cast

import polars as pl

from analysis.dataset import NOT_ASKED, UNIT, Comment, Use, Wave
from analysis.importers.groups import Groups
from analysis.importers.part import Part
from analysis.instrument import Instrument

FEW = 10


def build_wave(
    parts: Sequence[Part], instrument: Instrument, groups: Groups, wave: str, day: str
) -> tuple[Wave, list[str]]:
    """A wave's table and comments, and notes on what was left out.

    Rows are sorted by their content and comments by theirs, so that neither order tells which
    comment came with which answers. A row without any answer is no response.
    """
    frames: list[pl.DataFrame] = []
    comments: list[Comment] = []
    astray = empty = 0
    for part in parts:
        picked = [
            index
            for index, one in enumerate(part.waves)
            if one == wave and _says_anything(part, index)
        ]
        empty += sum(one == wave for one in part.waves) - len(picked)
        astray += sum(part.astray[index] for index in picked)
        frames.append(_ratings(part, instrument, groups, picked))
        comments.extend(_comments(part, instrument, picked))
    table = pl.concat(frames)
    order = [item.id for item in instrument.texts]
    comments.sort(key=lambda one: (order.index(one.question), one.text, one.use))
    built = Wave(
        id=wave,
        label=wave,
        date=day,
        responses=table.sort(table.columns),
        units=groups.tree(table[UNIT].unique().to_list()),
        comments=tuple(comments),
        simulated=instrument.simulated,
    )
    return built, _notes(wave, astray, empty)


def _says_anything(part: Part, index: int) -> bool:
    rated = any(codes[index] not in (None, NOT_ASKED) for codes in part.codes.values())
    return rated or any(texts[index] for texts in part.texts.values())


def _ratings(
    part: Part, instrument: Instrument, groups: Groups, picked: Sequence[int]
) -> pl.DataFrame:
    """The rows as ``unit`` and one ``Int8`` column an item; items without a column: not asked."""
    data: dict[str, pl.Series] = {
        UNIT: pl.Series([groups.unit(part.groups[index]) for index in picked], dtype=pl.String)
    }
    for item in instrument.ratings:
        codes = part.codes.get(item.id)
        values = [codes[index] if codes else NOT_ASKED for index in picked]
        data[item.id] = pl.Series(values, dtype=pl.Int8)
    return pl.DataFrame(data)


def _comments(part: Part, instrument: Instrument, picked: Sequence[int]) -> list[Comment]:
    """Comments without group: who wrote one must not be read from a small group's name."""
    return [
        Comment(item.id, part.texts[item.id][index], cast(Use, part.uses[index] or "themes"))
        for item in instrument.texts
        if item.id in part.texts
        for index in picked
        if part.texts[item.id][index]
    ]


def _notes(wave: str, astray: int, empty: int) -> list[str]:
    notes: list[str] = []
    if astray:
        notes.append(
            f"{wave}: {_count(astray)} responses answer questions that were not meant for them. "
            f"Those answers are left out."
        )
    if empty:
        notes.append(f"{wave}: {_count(empty)} rows hold no answer and are left out.")
    return notes


def _count(number: int) -> str:
    return f"{number:,}" if number >= FEW else "A few"
