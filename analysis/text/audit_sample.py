"""Which comments people code without seeing the machine's codes: a random audit, drawn by seed."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from analysis.text.counts import USES

LEAST, MOST, USUAL = 100, 200, 150
CODED_TWICE = 50
CLOSED = "themes"


class AuditError(ValueError):
    """An audit that cannot be drawn as asked."""


@dataclass(frozen=True)
class AuditSample:
    """``comments`` are ids in the order to be coded; those of ``twice`` are coded by two people.

    The order is random, so an audit that stops early is a random sample all the same.
    """

    seed: int
    comments: tuple[str, ...]
    twice: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> "AuditSample":
        return cls(int(raw["seed"]), tuple(raw["comments"]), tuple(raw["twice"]))


def draw_audit(uses: Mapping[str, str], seed: int, size: int = USUAL) -> AuditSample:
    """A simple random sample of the comments that may be read: all of them where there are 200 or
    fewer, else ``size``, from 100 to 200.

    ``uses`` maps the id of each comment of one question to its author's choice; *themes only*
    comments are never drawn. The same ids and seed give the same sample, in whatever order they
    come. Draw the seed after the wave has closed, and record it. Raises :class:`AuditError`.

    >>> draw_audit({"a": "publish", "b": "themes", "c": "board"}, 4).comments
    ('c', 'a')
    """
    if not LEAST <= size <= MOST:
        raise AuditError(f"An audit has {LEAST} to {MOST} comments.")
    unknown = sorted(set(uses.values()) - set(USES))
    if unknown:
        raise AuditError(f"{unknown[0]!r} is no choice of who may read a comment.")
    readable = sorted(comment for comment, use in uses.items() if use != CLOSED)
    order = np.random.default_rng(seed).permutation(len(readable))
    chosen = order if len(readable) <= MOST else order[:size]
    comments = tuple(readable[place] for place in chosen)
    return AuditSample(seed, comments, comments[:CODED_TWICE])
