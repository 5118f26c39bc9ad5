"""What a wave's promises come to once the changes that two people signed are counted in.

The promises themselves never change. What counts is read from them and from the wave's lines on the
noticeboard, and a line that would protect less than the promises does not count.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from surveyapp.formatting import day
from surveyapp.services import promises

LINES = ("AMENDED", "HELD")
LONGEST_EXTENSION = timedelta(days=7)
LONGEST_HOLD = timedelta(days=14)
MOST_RAISED = 2  # times the promised number of answers: more would hide the results themselves
ROLE_WORDS: Mapping[str, str] = {
    "hr": "for HR",
    "board": "for the board",
    "witness": "as witness",
    "auditor": "as auditor",
}


class Line(Protocol):
    """A line about a wave, from the noticeboard or as it was posted for another process."""

    @property
    def type(self) -> str: ...
    @property
    def body(self) -> dict[str, Any]: ...


def of(covenant: Mapping[str, Any], lines: Iterable[Line]) -> dict[str, Any]:
    """The covenant with what was changed in the open.

    ``rule`` and ``dates`` say what counts now, ``clients`` the pages' hashes that were added,
    ``held``, ``extended`` and ``raised`` hold the line's body where there is one.
    """
    found = {**covenant, "clients": [], "held": None, "extended": None, "raised": None}
    for line in lines:
        if line.type == "HELD":
            _hold(found, covenant, line.body)
        elif line.type == "AMENDED":
            _amend(found, covenant, line.body)
    return found


def held_words(found: Mapping[str, Any]) -> str:
    """That the results were held, until when, by whom and why; empty when they were not."""
    held = found.get("held")
    if not held:
        return ""
    until = promises.when(moment(held["until"]))
    return f"The results were held back until {until}. {signers(held['signed'])} Reason given: " + (
        f"{held['reason']}."
    )


def extended_words(found: Mapping[str, Any]) -> str:
    """That closing was moved, to when, by whom and why; empty when it was not."""
    longer = found.get("extended")
    if not longer:
        return ""
    closes = promises.when(moment(longer["closes"]))
    return f"Closing was moved to {closes}. {signers(longer['signed'])} Reason given: " + (
        f"{longer['reason']}."
    )


def raised_words(found: Mapping[str, Any]) -> str:
    """That more answers are needed than promised, by whom and why; empty when they are not."""
    more = found.get("raised")
    if not more:
        return ""
    return (
        f"Since our promises were locked, the smallest group shown was raised to "
        f"{found['rule']['k']} answers. {signers(more['signed'])} Reason given: {more['reason']}."
    )


def ended_words(found: Mapping[str, Any]) -> str:
    """That the pulse was closed before its promised day, and both days; empty when it was not."""
    ended = found.get("ended")
    if not ended:
        return ""
    promised = promises.when(moment(found["dates"]["closes"]))
    return f"The pulse was closed early, on {day(ended)}. Its promised end was {promised}."


def changed_words(found: Mapping[str, Any]) -> list[str]:
    """Everything that counts now and was promised otherwise, each with names and reason; mostly
    nothing."""
    said = extended_words(found), held_words(found), raised_words(found), ended_words(found)
    return [text for text in said if text]


def signers(signed: Sequence[Mapping[str, str]]) -> str:
    """``Harriet Example (for HR) and Wanda Example (as witness) signed this.``"""
    names = [f"{one['name']} ({ROLE_WORDS.get(one['role'], one['role'])})" for one in signed]
    return f"{' and '.join(names)} signed this."


def moment(text: str) -> datetime:
    """A moment of a covenant or notice as a stored time."""
    return datetime.fromisoformat(text.removesuffix("Z"))


def _hold(found: dict[str, Any], covenant: Mapping[str, Any], body: Mapping[str, Any]) -> None:
    promised = moment(covenant["dates"]["publishes"])
    if found["held"] is None and promised < moment(body["until"]) <= promised + LONGEST_HOLD:
        found["held"] = body
        found["dates"] = {**found["dates"], "publishes": body["until"]}


def _amend(found: dict[str, Any], covenant: Mapping[str, Any], body: Mapping[str, Any]) -> None:
    change = body.get("change")
    if change == "rule":
        before, raised = found["rule"], body["rule"]
        if raised.get("k", 0) > MOST_RAISED * covenant["rule"]["k"]:
            return
        found["rule"] = {name: max(value, raised.get(name, 0)) for name, value in before.items()}
        if found["rule"]["k"] > before["k"]:
            found["raised"] = body
    elif change == "client":
        found["clients"] = [*found["clients"], body["client"]]
    elif change == "extend" and found["extended"] is None:
        promised = moment(covenant["dates"]["closes"])
        if promised < moment(body["closes"]) <= promised + LONGEST_EXTENSION:
            found["extended"] = body
            found["dates"] = {**found["dates"], "closes": body["closes"]}
