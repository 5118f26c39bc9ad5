"""Did it work? What a registered effect promised, held against the results of the checking wave.

Nothing is computed from answers here: both figures and the verdict between them were released.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from analysis.summary import Row, Summary, Verdict

Worked = Literal["hoped", "short", "same", "cannot_tell", "wrong"]

WORDS: dict[Worked, str] = {
    "hoped": "Moved as hoped",
    "short": "Moved the right way, but less than hoped",
    "same": "About the same",
    "cannot_tell": "Can’t tell",
    "wrong": "Moved the wrong way",
}
# The shapes that mark the same verdicts everywhere (analysis.summary).
SHAPES: dict[Worked, Verdict] = {
    "hoped": "higher",
    "short": "higher",
    "same": "same",
    "cannot_tell": "cannot_tell",
    "wrong": "lower",
}
DOUBT = "We can’t be sure our change did it."


@dataclass(frozen=True)
class Outcome:
    """A verdict with the rows it was read from; ``why`` where there is more to say."""

    worked: Worked
    before: Row | None
    after: Row | None
    pulse: str
    why: str = ""

    @property
    def words(self) -> str:
        return WORDS[self.worked]

    @property
    def verdict(self) -> Verdict:
        """The name under which pages and charts know the shape of this verdict."""
        return SHAPES[self.worked]

    @property
    def doubt(self) -> str:
        return DOUBT


def read(summaries: Sequence[Summary], *, theme: str, unit: str | None, hoped: int) -> Outcome:
    """The verdict of the last of ``summaries`` against the first, both included, oldest first.

    Scores run so that higher is better, so every promise hopes for a rise of ``hoped`` points.
    Two neighbouring pulses have their own comparison. Between pulses further apart only intervals
    that do not overlap count as a change, and any break between them forbids a verdict.
    """
    first, last = summaries[0], summaries[-1]
    before, after = _row(first, theme, unit), _row(last, theme, unit)
    pulse = last.wave.label

    def tell(worked: Worked, why: str = "") -> Outcome:
        return Outcome(worked, before, after, pulse, why)

    if before is None or after is None:
        return tell("cannot_tell", "This group or theme is not in both pulses.")
    if before.figure is None or after.figure is None:
        return tell("cannot_tell", "A figure that this needs is not shown.")
    if any(_breaks(summary, theme, unit) for summary in summaries[1:]):
        return tell("cannot_tell", "What was asked changed in between.")
    moved = after.change.verdict if len(summaries) == 2 else _apart(before, after)
    match moved:
        case "higher":
            return _rise(tell, before, after, hoped, neighbours=len(summaries) == 2)
        case "lower":
            return tell("wrong")
        case "same":
            return tell("same")
    return tell("cannot_tell")


def _rise(
    tell: Callable[..., Outcome], before: Row, after: Row, hoped: int, *, neighbours: bool
) -> Outcome:
    rise = after.change.difference if neighbours else None
    if rise is None:
        rise = _difference(before, after)
    if rise is None:
        return tell("short", "How far it moved is not shown.")
    return tell("hoped" if rise >= hoped else "short")


def _difference(before: Row, after: Row) -> float | None:
    old, new = before.figure, after.figure
    if old is None or new is None or old.score is None or new.score is None:
        return None
    return round(new.score - old.score, 1)


def _apart(before: Row, after: Row) -> Verdict:
    old, new = before.figure, after.figure
    if old is None or new is None:
        return "not_shown"
    if None in (old.low, old.high, new.low, new.high):
        return "cannot_tell"
    if float(new.low or 0) > float(old.high or 0):
        return "higher"
    if float(new.high or 0) < float(old.low or 0):
        return "lower"
    return "cannot_tell"


def _row(summary: Summary, theme: str, unit: str | None) -> Row | None:
    wanted = unit or summary.root.id
    rows = (row for row in summary.rows if row.theme == theme and row.unit == wanted)
    return next(rows, None)


def _breaks(summary: Summary, theme: str, unit: str | None) -> bool:
    row = _row(summary, theme, unit)
    return row is None or row.change.verdict in ("break", "first")
