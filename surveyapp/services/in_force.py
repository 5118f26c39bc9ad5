"""What a wave's promises come to once the changes that two people signed are counted in.

The promises themselves never change. What counts is read from them and from the wave's lines on the
noticeboard, and a line that would protect less than the promises does not count.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from surveyapp.services import noticeboard, promises

LINES = ("AMENDED", "HELD")
LONGEST_EXTENSION = timedelta(days=7)
LONGEST_HOLD = timedelta(days=14)
ROLE_WORDS: Mapping[str, str] = {
    "hr": "for HR",
    "board": "for the board",
    "witness": "as witness",
    "auditor": "as auditor",
}


def of(covenant: Mapping[str, Any], lines: Iterable[noticeboard.Line]) -> dict[str, Any]:
    """The covenant with what was changed in the open.

    ``rule`` and ``dates`` say what counts now, ``clients`` the pages' hashes that were added,
    ``held`` and ``extended`` hold the line's body where there is one.
    """
    found = {**covenant, "clients": [], "held": None, "extended": None}
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
        raised = body["rule"]
        found["rule"] = {
            name: max(value, raised.get(name, 0)) for name, value in found["rule"].items()
        }
    elif change == "client":
        found["clients"] = [*found["clients"], body["client"]]
    elif change == "extend" and found["extended"] is None:
        promised = moment(covenant["dates"]["closes"])
        if promised < moment(body["closes"]) <= promised + LONGEST_EXTENSION:
            found["extended"] = body
            found["dates"] = {**found["dates"], "closes": body["closes"]}
