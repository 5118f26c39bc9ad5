"""How far a long piece of work is, for somebody who watches a terminal. Silent everywhere else."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

import click

Thing = TypeVar("Thing")
STEPS = 100  # a bar that moved with every ballot would cost as much as the ballots
_watched: ContextVar[bool] = ContextVar("watched", default=False)


@contextmanager
def watched() -> Iterator[None]:
    """Somebody started this work by hand and sees its output."""
    token = _watched.set(True)
    try:
        yield
    finally:
        _watched.reset(token)


def along(things: Sequence[Thing], label: str) -> Iterator[Thing]:
    """The things one after another, with a bar for whoever watches."""
    if not (_watched.get() and things):
        yield from things
        return
    every = max(1, len(things) // STEPS)
    with click.progressbar(things, label=label, update_min_steps=every, file=sys.stdout) as bar:
        yield from bar
