"""What one wave asks, and what its pages say: built once from the covenant, then kept."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cached_property
from typing import Any

from flask import url_for
from sqlalchemy import bindparam, select

from analysis.instrument import PREFER_NOT_TO_SAY, Item, from_dict
from surveyapp.extensions import db, read
from surveyapp.models.surveys import Wave
from surveyapp.services import authoring, covenants, promises, terms


@dataclass(frozen=True)
class Option:
    """An answer that can be chosen."""

    code: int
    label: str


@dataclass(frozen=True)
class Question:
    """One question in the order asked; ``options`` is empty for a comment box."""

    number: int
    id: str
    text: str
    options: tuple[Option, ...]

    @property
    def is_comment(self) -> bool:
        return not self.options

    @cached_property
    def codes(self) -> frozenset[int]:
        return frozenset(option.code for option in self.options) | {PREFER_NOT_TO_SAY}

    def label(self, code: int) -> str:
        if code == PREFER_NOT_TO_SAY:
            return "Prefer not to say"
        return next(option.label for option in self.options if option.code == code)


@dataclass(frozen=True)
class Group:
    """A group of the frozen list: its people, and the group its answers count in."""

    key: str
    name: str
    people: int
    counted_in: str


@dataclass(frozen=True)
class Pulse:
    """A wave as its respondents meet it. ``promise`` is what holds where no script runs; ``seals``
    whether more does where one runs."""

    wave_id: uuid.UUID
    covenant_sha256: str
    covenant_path: str
    organisation: str
    language: str
    title: str
    simulated: bool
    contact: str
    support: str
    minutes: int
    headcount: int
    promise: str
    seals: bool
    facts: tuple[str, ...]
    readers: tuple[promises.Reader, ...]
    questions: tuple[Question, ...]
    groups: Mapping[str, Group]

    def group(self, key: str) -> Group:
        return self.groups[key]


@dataclass(frozen=True)
class Standing:
    """Where a wave is now, read for every request."""

    id: uuid.UUID
    state: str
    opens_at: datetime
    closes_at: datetime
    publishes_at: datetime
    covenant_sha256: str
    results_key: str
    closed_on: str | None

    def is_open(self, now: datetime) -> bool:
        return self.state == "open" and now < self.closes_at

    def is_waiting(self) -> bool:
        return self.state == "committed"


# Built once: composing a statement costs more than running it.
_WAVE = Wave.__table__
_STANDINGS = select(
    *(_WAVE.c[one.name] for one in fields(Standing)),
).where(_WAVE.c.covenant_sha256.is_not(None))
_ONE = _STANDINGS.where(_WAVE.c.id == bindparam("wave"))
_OPEN = _STANDINGS.where(_WAVE.c.state == "open").limit(2)
_built: dict[tuple[uuid.UUID, str], Pulse] = {}


def standing(wave_id: uuid.UUID) -> Standing | None:
    """Where the wave is now; ``None`` for one without promises."""
    rows = read(None, _ONE, {"wave": wave_id})
    return Standing(*rows[0]) if rows else None


def only_open(now: datetime) -> Standing | None:
    """The open wave, when there is exactly one: its landing page needs no code to be shown."""
    found = [one for one in (Standing(*row) for row in read(None, _OPEN, {})) if one.is_open(now)]
    return found[0] if len(found) == 1 else None


def of(now: Standing) -> Pulse:
    """What the wave asks. Built once a process; a covenant never changes under its hash."""
    place = (now.id, now.covenant_sha256)
    if place not in _built:
        _built[place] = _build(db.session.get_one(Wave, now.id))
    return _built[place]


def _build(wave: Wave) -> Pulse:
    covenant = covenants.of(wave)
    _check_keys(wave.id, covenant)
    instrument = from_dict(json.loads(wave.instrument_json), wave.label)
    asked = [*instrument.ratings, *instrument.texts]
    return Pulse(
        wave_id=wave.id,
        covenant_sha256=str(wave.covenant_sha256),
        covenant_path=url_for(
            "transparency.covenant", slug=wave.programme.slug, number=wave.number
        ),
        organisation=covenant["programme"]["organisation"],
        language=instrument.language,
        title=wave.label,
        simulated=wave.programme.simulated,
        contact=wave.programme.contact,
        support=wave.programme.support,
        minutes=authoring.minutes(instrument),
        headcount=covenant["rule"]["headcount"],
        promise=promises.WORDS["basic"],
        seals=covenant["promise"] != "basic",
        facts=promises.facts(covenant),
        readers=promises.readers(covenant),
        questions=tuple(
            Question(number, item.id, item.text, _options(instrument.responses, item))
            for number, item in enumerate(asked, start=1)
        ),
        groups={
            group["key"]: Group(group["key"], group["name"], group["people"], group["counted_in"])
            for group in covenant["groups"]
        },
    )


def _options(responses: Mapping[str, Any], item: Item) -> tuple[Option, ...]:
    if item.kind == "text":
        return ()
    return tuple(Option(one.code, one.label) for one in responses[item.responses].options)


def _check_keys(wave_id: uuid.UUID, covenant: Mapping[str, Any]) -> None:
    """Refuse keys that are not the ones promised, as a respondent's own script would."""
    held = {key: public.sha256() for key, public in terms.of(wave_id).classes.items()}
    listed = {one["key"]: one["public_key_sha256"] for one in covenant["classes"]}
    if held != listed:
        raise KeysDiffer("A key is not the one in the covenant.")


class KeysDiffer(RuntimeError):
    """The keys on this server are not the promised ones: nobody may answer."""
