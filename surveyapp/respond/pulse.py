"""What one wave asks, and what its pages say: built once from the covenant, then kept."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from flask import url_for

from analysis.instrument import PREFER_NOT_TO_SAY, Item, from_dict
from surveyapp.services import authoring, covenants, in_force, posted, promises, terms
from surveyapp.services.posted import Asked, Standing


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
    """A wave as its respondents meet it, with what was changed in the open since its promises were
    locked. ``promise`` is what holds where no script runs; ``least`` the answers a group needs;
    ``clients`` the hashes of newer scripts that were added; ``larger`` the group above each class
    but the whole. ``diary``: a diary phrase is offered; its tags are those of the ``series`` and
    the wave's ``number``."""

    wave_id: uuid.UUID
    covenant_sha256: str
    covenant_path: str
    clients: tuple[Mapping[str, str], ...]
    changed: tuple[str, ...]
    organisation: str
    language: str
    title: str
    simulated: bool
    contact: str
    support: str
    minutes: int
    headcount: int
    least: int
    promise: str
    facts: tuple[str, ...]
    readers: tuple[promises.Reader, ...]
    questions: tuple[Question, ...]
    groups: Mapping[str, Group]
    larger: Mapping[str, str]
    diary: bool
    series: str
    number: int

    def group(self, key: str) -> Group:
        return self.groups[key]


_built: dict[tuple[uuid.UUID, str, str], Pulse] = {}


def only_open(now: datetime) -> Standing | None:
    """The open wave, when there is exactly one: its landing page needs no code to be shown."""
    found = [one for one in posted.open_ones() if one.is_open(now)]
    return found[0] if len(found) == 1 else None


def of(now: Standing) -> Pulse:
    """What the wave asks. Built once a process and change: a covenant has one hash for ever."""
    place = (now.id, now.covenant_sha256, now.changes)
    if place not in _built:
        _built[place] = _build(now, posted.asked(now.id))
    return _built[place]


def _build(now: Standing, wave: Asked) -> Pulse:
    covenant = json.loads(wave.covenant)
    _check_keys(now.id, covenant)
    covenant = in_force.of(covenant, now.lines())
    instrument = from_dict(json.loads(wave.instrument), wave.label)
    asked = [*instrument.ratings, *instrument.texts]
    return Pulse(
        wave_id=now.id,
        covenant_sha256=now.covenant_sha256,
        covenant_path=url_for("respond.covenant", wave_id=now.id),
        clients=tuple(covenant["clients"]),
        changed=tuple(in_force.changed_words(covenant)),
        organisation=covenant["programme"]["organisation"],
        language=instrument.language,
        title=wave.label,
        simulated=wave.simulated,
        contact=wave.contact,
        support=wave.support,
        minutes=authoring.minutes(instrument),
        headcount=covenant["rule"]["headcount"],
        least=covenant["rule"]["k"],
        promise=promises.WORDS["basic"],
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
        larger=covenants.larger_groups(covenant),
        diary=bool(covenant.get("diary")),
        series=covenant["programme"]["slug"],
        number=covenant["wave"]["number"],
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
