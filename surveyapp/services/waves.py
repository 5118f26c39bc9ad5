"""A wave's life: one table of moves, each made once, with its audit line and public notice."""

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, select, update

from analysis.disclosure import Rule
from surveyapp.crypto import merkle
from surveyapp.crypto.canonical import canonical
from surveyapp.errors import NotFound, NotNow, Rejected
from surveyapp.extensions import db, opens
from surveyapp.formatting import day, local
from surveyapp.models.surveys import STATES, Wave, WaveUnit
from surveyapp.services import (
    audit,
    authoring,
    ballotbox,
    covenants,
    invitations,
    invited,
    name_set,
    noticeboard,
    opening,
    own_codebooks,
    posted,
    registrar,
    roster,
    totals,
    witnesses,
)


@dataclass(frozen=True)
class Transition:
    """One move. ``notice`` is its line on the noticeboard, ``cause`` who or what makes it."""

    before: str
    after: str
    notice: str
    cause: str


TRANSITIONS = (
    Transition("draft", "committed", "COMMITTED", "HR commits"),
    Transition("committed", "open", "OPEN", "opening date, or HR"),
    Transition("open", "closed", "CLOSED", "closing date, or HR"),
    Transition("closed", "opened", "OPENED", "at once"),
    Transition("opened", "summarised", "", "at once"),
    Transition("summarised", "published", "PUBLISHED", "results date, nobody presses anything"),
)
NEXT: Mapping[str, Transition] = {move.before: move for move in TRANSITIONS}
STATE_WORDS: Mapping[str, str] = {
    "draft": "Draft",
    "committed": "Locked, not open yet",
    "open": "Open",
    "closed": "Closed",
    "opened": "Closed, being counted",
    "summarised": "With the board",
    "published": "Published",
}


def wave_by_id(wave_id: uuid.UUID) -> Wave:
    """A wave by its id. Raises :class:`NotFound`."""
    wave = db.session.get(Wave, wave_id)
    if wave is None:
        raise NotFound("There is no such pulse. Choose one from the list.")
    return wave


def move(
    wave: Wave,
    to: str,
    *,
    actor: str,
    now: datetime,
    facts: Mapping[str, object] | None = None,
    values: Mapping[str, Any] | None = None,
) -> bool:
    """Move a wave one step on; ``False`` when it was there already.

    The row changes only if it still stands where we saw it, so of two at once one wins. The audit
    line and the notice (with ``facts``) belong to the same transaction. ``values`` are columns
    that change with the state.
    """
    here = STATES.index(to)
    before = STATES[here - 1]
    if here == 0 or before not in NEXT:
        raise NotNow("A pulse cannot go back to being a draft.")
    step = NEXT[before]
    done = cast(
        CursorResult[Any],
        db.session.execute(
            update(Wave)
            .where(Wave.id == wave.id, Wave.state == before)
            .values(state=to, **(values or {}))
            .execution_options(synchronize_session=False)
        ),
    )
    db.session.refresh(wave)
    if done.rowcount != 1:
        if STATES.index(wave.state) >= here:
            return False
        raise NotNow(
            f"This pulse is “{STATE_WORDS[wave.state]}”. It cannot become “{STATE_WORDS[to]}” yet."
        )
    today = local(now).date()
    name = f"{wave.programme.slug}/{wave.number}"
    audit.record(actor, to, f"wave {name}", "", on=today)
    if step.notice:
        body: dict[str, object] = {"wave": str(wave.id), "name": name, **(facts or {})}
        if wave.origin == "imported":
            body["imported"] = True
        noticeboard.post(step.notice, body, on=today)
    return True


def commit(
    wave: Wave, *, actor: str, now: datetime, signed: Sequence[Mapping[str, str]] = ()
) -> bool:
    """Freeze the covenant and the list of people invited, make the keys, and say so in public,
    with who signed for it.

    Writes to two stores; commit ``who`` first, then the office.
    """
    if wave.state != "draft" or not _hold(wave):
        db.session.refresh(wave)
        return False
    instrument = authoring.instrument_of(wave)
    rule = Rule.from_dict(wave.rule)
    problems = ready(wave, now=now)
    if problems:
        raise Rejected("This pulse cannot be locked yet.", problems)
    tree = roster.units(wave.programme, rule)
    class_keys = registrar.make_keys(wave, tuple(tree.classes))
    invited.make_key(wave.id)
    listed = invited.from_roster(wave.id, wave.programme_id, tree.class_of)
    envelopes = opening.make_keys(wave, [group.key for group in tree.groups])
    fixed = covenants.build(wave, instrument, tree, class_keys, envelopes, listed)
    own_codebooks.begin(wave)
    text = canonical(fixed)
    sha256 = hashlib.sha256(text).hexdigest()
    moved = move(
        wave,
        "committed",
        actor=actor,
        now=now,
        facts={
            "covenant_sha256": sha256,
            "dates": fixed["dates"],
            "rule": fixed["rule"],
            "signed": list(signed),
        },
        values={"covenant": text.decode(), "covenant_sha256": sha256},
    )
    db.session.add_all(
        WaveUnit(
            wave_id=wave.id,
            position=place,
            key=group.key,
            name=group.name,
            parent_key=group.parent,
            headcount=group.headcount,
            class_key=group.class_key,
        )
        for place, group in enumerate(tree.groups)
    )
    db.session.flush()
    db.session.refresh(wave)
    invitations.prepare(wave)
    if invited.as_invited(wave.id) != listed:
        raise NotNow("The roster changed at this moment. Try again.")
    name_set.write(wave.id, (person.name for person in roster.people(wave.programme)))
    noticeboard.post(
        "ROSTER",
        {"wave": str(wave.id), "invited": listed.size, "root": listed.root},
        on=local(now).date(),
    )
    return moved


def ready(wave: Wave, *, now: datetime) -> list[str]:
    """What still stands in the way of committing a draft, a sentence each."""
    before = authoring.last_instrument(wave.programme, wave)
    problems = authoring.check_form(authoring.instrument_of(wave), before)
    problems += authoring.check_rule(Rule.from_dict(wave.rule))
    if wave.opens_at and wave.closes_at and wave.publishes_at:
        problems += authoring.check_dates(wave.opens_at, wave.closes_at, wave.publishes_at, now=now)
    tree = roster.units(wave.programme, Rule.from_dict(wave.rule))
    if not tree.people:
        problems.append("Nobody is on the roster. Send a roster first.")
    elif tree.people < wave.rule["headcount"]:
        problems.append(
            f"The roster has {tree.people} people. A pulse needs {wave.rule['headcount']} or more, "
            "because fewer could not be hidden among each other."
        )
    return problems


def open_wave(wave: Wave, *, actor: str, now: datetime) -> bool:
    """Let people answer. The invitations are sent by :func:`services.invitations.invite`."""
    if wave.state == "draft":
        raise NotNow("This pulse is a draft. Send a roster, then commit the pulse, then open it.")
    if wave.state == "committed" and not invitations.invited(wave):
        raise NotNow("Nobody is on this pulse’s roster, so it cannot open.")
    moved = move(wave, "open", actor=actor, now=now)
    registrar.admit(wave.id)
    if opens("box"):
        ballotbox.admit(wave.id)
    return moved


def close(wave: Wave, *, actor: str, now: datetime) -> bool:
    """Stop taking answers, and list and count what came.

    The box is shut first, so that nothing comes after it was listed. After the commit the caller
    destroys the signing keys: a close that is rolled back must not leave an open wave that nobody
    can answer.
    """
    if wave.state != "open":
        return move(wave, "closed", actor=actor, now=now)
    counted = registrar.shut(wave.id) if opens("who") else registrar.handover(wave.id)
    if counted is None:
        raise NotNow("The registrar has not shut its desk yet. Try again in a minute.")
    ballotbox.shut(wave.id)
    leaves = ballotbox.leaves(wave.id)
    in_force = covenants.in_force(wave) if wave.covenant is not None else {}
    return move(
        wave,
        "closed",
        actor=actor,
        now=now,
        facts={
            "invited": counted.invited,
            "issued": counted.issued,
            "ballots": len(leaves),
            # However often a restore is told of, nobody answers twice for more than one.
            "doubles": min(
                counted.invited,
                sum(
                    one.body.get("doubles", 0) for one in noticeboard.about(wave.id, ("RESTORED",))
                ),
            ),
            "reported": counted.reported,
            "covenant_sha256": wave.covenant_sha256,
            **({"promised": dates["closes"]} if (dates := in_force.get("dates")) else {}),
            "root": merkle.root([bytes.fromhex(leaf) for leaf in leaves]).hex(),
            "leaves": leaves,
        },
        values={"ballots": len(leaves), "closed_on": local(now).date().isoformat()},
    )


def covenant(wave: Wave) -> dict[str, Any]:
    """What was fixed when the wave was committed. Raises :class:`NotNow` when nothing was."""
    return covenants.of(wave)


def due(now: datetime) -> list[tuple[Wave, str]]:
    """The moves whose time has come, oldest date first: what a tick must do."""
    waves = db.session.scalars(
        select(Wave)
        .where(Wave.state.not_in(("draft", "published")))
        .order_by(Wave.publishes_at, Wave.id)
    )
    found = []
    for wave in waves:
        at = {
            "committed": wave.opens_at,
            "open": now if posted.has_ended(wave.id) else covenants.closes_at(wave),
            "closed": None if _waits(wave) else now,
            "opened": now,
            "summarised": covenants.publishes_at(wave),
        }[wave.state]
        if at is not None and at <= now:
            found.append((wave, NEXT[wave.state].after))
    return found


def state_words(wave: Wave) -> str:
    """Where a wave stands, in two or three words."""
    return "Waiting for the witness" if _waits(wave) else STATE_WORDS[wave.state]


def _waits(wave: Wave) -> bool:
    """Whether a closed wave needs something from a witness before it can be opened."""
    return witnesses.awaited(wave) and not witnesses.is_handed_in(wave)


def overdue(wave: Wave, now: datetime) -> int:
    """Whole days since the results should have been out; 0 when they are out or not yet due."""
    if wave.state == "draft" or covenants.is_out(wave):
        return 0
    publishes = covenants.publishes_at(wave)
    if publishes is None or publishes > now:
        return 0
    return (local(now).date() - local(publishes).date()).days


def count_today(wave: Wave, now: datetime) -> bool:
    """Once a day while open, note how many have answered, rounded; never the exact number.

    A live number would show who answered when. Under ten it stays 0 and reads “Fewer than 10”.
    """
    today = local(now).date().isoformat()
    if wave.state != "open" or wave.counted_on == today:
        return False
    rounded = totals.rounded(ballotbox.count(wave.id))
    done = cast(
        CursorResult[Any],
        db.session.execute(
            update(Wave)
            .where(
                Wave.id == wave.id, Wave.state == "open", Wave.counted_on.is_distinct_from(today)
            )
            .values(ballots=rounded, counted_on=today)
            .execution_options(synchronize_session=False)
        ),
    )
    db.session.refresh(wave)
    return done.rowcount == 1


def total_words(wave: Wave) -> str:
    """How many answered, as anyone may read it; empty before there is anything to say."""
    if wave.state == "open":
        if wave.counted_on is None:
            return "Counted once a day. The first count comes tomorrow."
        total = f"About {wave.ballots}" if wave.ballots else f"Fewer than {totals.FROM} so far"
        return f"{total} (counted on {day(wave.counted_on)})"
    if wave.state in ("draft", "committed") or wave.ballots is None:
        return ""
    return f"{wave.ballots}" if wave.ballots >= totals.FROM else f"Fewer than {totals.FROM}"


def diagram() -> str:
    """The table of moves as Mermaid text, for the documents."""
    lines = ["stateDiagram-v2", f"    [*] --> {STATES[0]}"]
    lines += [f"    {step.before} --> {step.after}: {step.cause}" for step in TRANSITIONS]
    return "\n".join([*lines, f"    {STATES[-1]} --> [*]"])


def document() -> str:
    """``docs/wave-states.md``, made from the table of moves."""
    rows = "\n".join(
        f"| {step.before} | {step.after} | {step.cause} | {step.notice or '–'} |"
        for step in TRANSITIONS
    )
    return (
        "# A wave's states\n\n"
        "Printed from `TRANSITIONS` in `surveyapp/services/waves.py`; a test keeps it fresh:\n"
        "`python -c 'from surveyapp.services import waves; print(waves.document(), end=\"\")'`.\n\n"
        f"```mermaid\n{diagram()}\n```\n\n"
        "| from | to | made by | noticeboard |\n|---|---|---|---|\n"
        f"{rows}\n\n"
        "A wave whose results date has passed without results is overdue. That is computed, never\n"
        "stored. Waves brought in from files start at `opened` and say so.\n"
    )


def _hold(wave: Wave) -> bool:
    """Lock a draft's row until the end of the transaction, so that keys are made once."""
    done = cast(
        CursorResult[Any],
        db.session.execute(
            update(Wave)
            .where(Wave.id == wave.id, Wave.state == "draft")
            .values(label=Wave.label)
            .execution_options(synchronize_session=False)
        ),
    )
    return done.rowcount == 1
