"""You said, we will: commitments in answer to findings, and what came of them.

Lines are added, never changed. Whether something is late and whether it worked is computed.
"""

import hashlib
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from surveyapp import clock
from surveyapp.crypto.canonical import canonical
from surveyapp.errors import NotFound, NotNow, Rejected
from surveyapp.extensions import db
from surveyapp.models.actions import Commitment, CommitmentStep
from surveyapp.models.publications import Publication
from surveyapp.models.surveys import Programme, Wave
from surveyapp.services import measures, noticeboard, outcomes, results, turns

State = Literal["planned", "doing", "done", "stopped", "wont"]
STATE_WORDS: Mapping[State, str] = {
    "planned": "Not started",
    "doing": "Doing",
    "done": "Done",
    "stopped": "Stopped",
    "wont": "We won’t",
}
STEPS = ("doing", "done", "note", "stopped")


@dataclass(frozen=True)
class Promise:
    """What somebody wants to add to the ledger."""

    theme: str
    you_said: str
    answer: Literal["will", "wont"]
    text: str
    because: str = ""
    owner: str = ""
    due: date | None = None


@dataclass(frozen=True)
class Effect:
    """What the work should move, registered before it starts: by how many points, for whom, and
    the number of the pulse that will tell. ``unit`` is empty for everyone."""

    theme: str
    points: int
    unit: str
    who: str
    start: date
    check: int
    failure: str

    def to_dict(self) -> dict[str, str]:
        return {
            "theme": self.theme,
            "points": str(self.points),
            "unit": self.unit,
            "who": self.who,
            "start": self.start.isoformat(),
            "check": str(self.check),
            "failure": self.failure,
        }

    @classmethod
    def from_dict(cls, raw: Mapping[str, str]) -> "Effect":
        return cls(
            theme=raw["theme"],
            points=int(raw["points"]),
            unit=raw["unit"],
            who=raw["who"],
            start=date.fromisoformat(raw["start"]),
            check=int(raw["check"]),
            failure=raw["failure"],
        )


@dataclass(frozen=True)
class Line:
    """One entry of the ledger as everybody reads it."""

    id: uuid.UUID
    theme: str
    title: str
    pulse: str
    you_said: str
    answer: str
    text: str
    because: str
    owner: str
    due: str | None
    made_on: str
    effect: Effect | None
    effect_title: str
    steps: tuple[CommitmentStep, ...]
    state: State
    late: bool
    outcome: outcomes.Outcome | None

    @property
    def state_words(self) -> str:
        return STATE_WORDS[self.state]

    @property
    def done_on(self) -> str | None:
        """The day it was done, if it was."""
        return _done_on(self.steps)


def ledger(programme: Programme, *, today: date | None = None) -> list[Line]:
    """Every commitment of a programme, newest first, read from released results alone."""
    released = results.released(programme)
    found = db.session.scalars(
        select(Commitment)
        .where(Commitment.programme_id == programme.id)
        .options(selectinload(Commitment.steps))
        .order_by(Commitment.made_on.desc(), Commitment.id)
    )
    day = today or clock.now().date()
    waves = _waves_of_publications(programme)
    return [
        _line(commitment, waves[commitment.publication_id], released, day) for commitment in found
    ]


def line(commitment: Commitment, *, today: date | None = None) -> Line:
    """One commitment as everybody reads it."""
    programme = db.session.get_one(Programme, commitment.programme_id)
    wave = _waves_of_publications(programme)[commitment.publication_id]
    return _line(commitment, wave, results.released(programme), today or clock.now().date())


def commitment_of(programme: Programme, commitment_id: uuid.UUID) -> Commitment:
    """A commitment of this programme. Raises :class:`NotFound`."""
    found = db.session.get(Commitment, commitment_id)
    if found is None or found.programme_id != programme.id:
        raise NotFound("There is no such entry. Choose one from the list.")
    return found


def add(programme: Programme, promise: Promise, *, today: date) -> Commitment:
    """Answer a finding of the newest released results, and say so on the noticeboard."""
    latest = results.latest(programme)
    if latest is None:
        raise NotNow("There are no results yet. An answer follows something that people said.")
    wave, summary = latest
    publication = results.publication_of(wave)
    if publication is None or all(theme.id != promise.theme for theme in summary.themes):
        raise Rejected("Choose one of the themes of the latest results.")
    _check_promise(promise, today)
    _refuse_twice(publication, promise)
    will = promise.answer == "will"
    commitment = Commitment(
        programme_id=programme.id,
        publication_id=publication.id,
        theme=promise.theme,
        you_said=promise.you_said.strip(),
        answer=promise.answer,
        text=promise.text.strip(),
        because=promise.because.strip(),
        owner=promise.owner.strip() if will else "",
        due=promise.due.isoformat() if will and promise.due else None,
        made_on=today.isoformat(),
    )
    db.session.add(commitment)
    db.session.flush()
    said = {
        name: getattr(commitment, name)
        for name in ("you_said", "answer", "text", "because", "owner", "due")
    }
    _post("ACTION", programme, commitment, {"answer": promise.answer}, said, today)
    return commitment


def _check_promise(promise: Promise, today: date) -> None:
    if not promise.you_said.strip() or not promise.text.strip():
        raise Rejected("Write what people said, and what you will or won’t do about it.")
    if promise.answer == "wont" and not promise.because.strip():
        raise Rejected("Write why not. People accept a no that has a reason.")
    if promise.answer == "will" and (not promise.owner.strip() or promise.due is None):
        raise Rejected("Name the post that will see to it, and the day by which it is done.")
    if promise.answer == "will" and promise.due is not None and promise.due < today:
        raise Rejected("Choose a day that is still to come.")


def _refuse_twice(publication: Publication, promise: Promise) -> None:
    """A form sent twice would stand in the ledger twice, for good."""
    there = db.session.scalar(
        select(Commitment.id).where(
            Commitment.publication_id == publication.id,
            Commitment.theme == promise.theme,
            Commitment.answer == promise.answer,
            Commitment.text == promise.text.strip(),
        )
    )
    if there is not None:
        raise Rejected("This answer is in the list already. Add what happened under it instead.")


def register(commitment: Commitment, effect: Effect, *, today: date) -> None:
    """Write down what the work should move, once, before it starts."""
    if commitment.answer != "will":
        raise NotNow("There is nothing to check where the answer is: we won’t.")
    if effect.points < 1 or effect.points > 100:
        raise Rejected("Write a number of points from 1 to 100.")
    if effect.start < today:
        raise Rejected("The work must not have started yet. Choose today or a later day.")
    if not effect.failure.strip():
        raise Rejected("Write what would show that it did not work.")
    measures.check(commitment, theme=effect.theme, unit=effect.unit, pulse=effect.check)
    turns.hold(commitment)
    if commitment.effect is not None:
        raise NotNow("What this should move is written down already and cannot be changed.")
    commitment.effect = effect.to_dict()
    db.session.flush()
    programme = db.session.get_one(Programme, commitment.programme_id)
    _post("ACTION_UPDATE", programme, commitment, {"step": "effect"}, effect.to_dict(), today)


def step(commitment: Commitment, kind: str, text: str, *, today: date) -> CommitmentStep:
    """Add a dated line: started, done, a note, or stopped."""
    if kind not in STEPS:
        raise Rejected("Choose what happened.")
    if commitment.answer != "will" and kind != "note":
        raise NotNow("Nothing can be started where the answer is: we won’t.")
    if kind in ("doing", "done") and commitment.effect is None:
        raise NotNow("First write down what this should move. Then the work may start.")
    turns.hold(commitment)
    reached = state_of(commitment)
    if kind != "note" and reached in ("done", "stopped"):
        raise NotNow(
            f"This is marked “{STATE_WORDS[reached].lower()}” already. Add a note instead."
        )
    if kind in ("note", "stopped") and not text.strip():
        raise Rejected("Write what happened, in a sentence or two.")
    added = CommitmentStep(
        commitment_id=commitment.id,
        number=len(commitment.steps) + 1,
        date=today.isoformat(),
        kind=kind,
        text=text.strip(),
    )
    commitment.steps.append(added)
    db.session.flush()
    programme = db.session.get_one(Programme, commitment.programme_id)
    said = {"kind": kind, "text": added.text}
    _post("ACTION_UPDATE", programme, commitment, {"step": kind}, said, today)
    return added


def next_steps(commitment: Commitment) -> list[str]:
    """Which lines may be added now."""
    match state_of(commitment):
        case "planned" if commitment.effect is not None:
            return ["doing", "done", "note", "stopped"]
        case "planned":
            return ["note", "stopped"]
        case "doing":
            return ["done", "note", "stopped"]
    return ["note"]


def state_of(commitment: Commitment) -> State:
    """How far a commitment has come, from its lines."""
    if commitment.answer == "wont":
        return "wont"
    reached: State = "planned"
    for one in commitment.steps:
        if one.kind == "doing":
            reached = "doing"
        elif one.kind == "done":
            reached = "done"
        elif one.kind == "stopped":
            reached = "stopped"
    return reached


def _done_on(steps: Iterable[CommitmentStep]) -> str | None:
    return next((one.date for one in steps if one.kind == "done"), None)


def _line(
    commitment: Commitment, wave: Wave, released: Sequence[results.Released], today: date
) -> Line:
    summary = next(said for found, said in released if found.id == wave.id)
    titles = {theme.id: theme.title for theme in summary.themes}
    effect = Effect.from_dict(commitment.effect) if commitment.effect else None
    state = state_of(commitment)
    due = commitment.due
    return Line(
        id=commitment.id,
        theme=commitment.theme,
        title=titles.get(commitment.theme, commitment.theme),
        pulse=wave.label,
        you_said=commitment.you_said,
        answer=commitment.answer,
        text=commitment.text,
        because=commitment.because,
        owner=commitment.owner,
        due=due,
        made_on=commitment.made_on,
        effect=effect,
        effect_title=titles.get(effect.theme, effect.theme) if effect else "",
        steps=tuple(commitment.steps),
        state=state,
        late=due is not None and state in ("planned", "doing") and due < today.isoformat(),
        outcome=_outcome(effect, wave.number, released, _done_on(commitment.steps)),
    )


def _outcome(
    effect: Effect | None, since: int, released: Sequence[results.Released], done_on: str | None
) -> outcomes.Outcome | None:
    """The verdict of the first pulse from the checking one on that closed after the work was done;
    ``None`` until it is out."""
    if effect is None or done_on is None:
        return None
    for wave, summary in released:
        if wave.number >= effect.check and summary.wave.date >= done_on:
            span = [said for one, said in released if since <= one.number <= wave.number]
            unit = effect.unit or None
            return outcomes.read(span, theme=effect.theme, unit=unit, hoped=effect.points)
    return None


def _waves_of_publications(programme: Programme) -> dict[uuid.UUID, Wave]:
    rows = db.session.execute(
        select(Publication.id, Wave)
        .join(Wave, Wave.id == Publication.wave_id)
        .where(Wave.programme_id == programme.id)
    )
    return {row.id: row.Wave for row in rows}


def _post(
    type: str,
    programme: Programme,
    commitment: Commitment,
    more: Mapping[str, str],
    said: Mapping[str, Any],
    today: date,
) -> None:
    """Fix the wording on the noticeboard by its hash, so that a later change would show."""
    body = {"programme": programme.slug, "commitment": str(commitment.id), **more}
    body["sha256"] = hashlib.sha256(canonical(said)).hexdigest()
    noticeboard.post(type, body, on=today)
