"""How far a long piece of work is: for somebody who watches a terminal, and in tenths for somebody
who waits elsewhere. Silent where nobody asked."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

import click

Thing = TypeVar("Thing")
STEPS = 100  # a bar that moved with every ballot would cost as much as the ballots
_watched: ContextVar[bool] = ContextVar("watched", default=False)


class _Waiting:
    """Somebody who waits elsewhere, and what they were told last."""

    def __init__(self, tell: Callable[[int], None], passes: int) -> None:
        self.tell, self.passes = tell, passes
        self.over, self.last = 0, -1

    def along(self, things: Sequence[Thing]) -> Iterator[Thing]:
        for place, thing in enumerate(things):
            self._say(10 * (self.over * len(things) + place) // (self.passes * len(things)))
            yield thing
        self.over += 1
        self._say(10 * self.over // self.passes)

    def _say(self, tenths: int) -> None:
        if tenths != self.last:
            self.last = tenths
            self.tell(tenths)


_waiting: ContextVar[_Waiting | None] = ContextVar("waiting", default=None)


@contextmanager
def watched() -> Iterator[None]:
    """Somebody started this work by hand and sees its output."""
    token = _watched.set(True)
    try:
        yield
    finally:
        _watched.reset(token)


@contextmanager
def told(tell: Callable[[int], None], *, passes: int) -> Iterator[None]:
    """``tell`` hears how many tenths are done of so many passes over the same things."""
    token = _waiting.set(_Waiting(tell, passes))
    try:
        yield
    finally:
        _waiting.reset(token)


def along(things: Sequence[Thing], label: str) -> Iterator[Thing]:
    """The things one after another, with a bar for whoever watches."""
    waiting, each = _waiting.get(), iter(things)
    if waiting and things:
        each = waiting.along(things)
    if not (_watched.get() and things):
        yield from each
        return
    every = max(1, len(things) // STEPS)
    with click.progressbar(
        each, len(things), label=label, update_min_steps=every, file=sys.stdout
    ) as bar:
        yield from bar
