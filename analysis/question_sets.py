"""The question sets of the appreciative-inquiry cycle, each a choice from Candour's own bank.

A set keeps the rules of a good form: ratings come first, there are at most two text boxes, and
the shadow question, which asks what should stop, comes last. A two-minute pulse has at most ten
questions.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from analysis.instrument import Instrument, InstrumentError, bundled, select

BANK = "candour-core"
_FILE = Path(__file__).parent / "sets.toml"


@dataclass(frozen=True)
class QuestionSet:
    """One suggested wave: which questions, about how long they take, and what for."""

    id: str
    title: str
    phase: str
    minutes: int
    item_ids: tuple[str, ...]
    why: str


@cache
def sets() -> tuple[QuestionSet, ...]:
    """The suggested waves in the order of the cycle."""
    raw = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return tuple(
        QuestionSet(
            id=body["id"],
            title=body["title"],
            phase=body["phase"],
            minutes=int(body["minutes"]),
            item_ids=tuple(body["items"]),
            why=body["why"],
        )
        for body in raw["sets"]
    )


def build(set_id: str) -> Instrument:
    """The instrument of a question set. Raises :class:`InstrumentError` for an unknown one."""
    chosen = next((one for one in sets() if one.id == set_id), None)
    if chosen is None:
        known = ", ".join(one.id for one in sets())
        raise InstrumentError([f"There is no question set {set_id!r}. Choose one of: {known}."])
    return select(bundled(BANK), chosen.item_ids, id=f"{BANK}-{chosen.id}", title=chosen.title)
