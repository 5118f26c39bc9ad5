"""Setting up: programmes, waves, and the form checker that no wave gets past."""

import json
import re
import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache

from sqlalchemy import delete, func, select

from analysis.disclosure import Rule, RuleError
from analysis.instrument import Instrument, InstrumentError, Item, from_dict, parse, to_dict
from analysis.question_sets import sets
from surveyapp.errors import NotFound, NotNow, Rejected
from surveyapp.extensions import db
from surveyapp.formatting import day
from surveyapp.models.amendments import Amendment
from surveyapp.models.surveys import Programme, Wave
from surveyapp.services import name_set

TWO_MINUTES = 10
MOST_TEXTS = 2
MOST_ATTRIBUTES = 3
LONGEST_WAIT = timedelta(weeks=8)
LARGEST_FILE = 200_000  # bytes
KINDS = ("rating", "choice", "text")  # the answering pages have no box for a number
PHASES = {
    "define": "Define: what we want more of",
    "discover": "Discover: when it already happens",
    "dream": "Dream: what could be",
    "design": "Design: which ideas to choose",
    "destiny": "Destiny: who will do what",
    "check": "Check: did it work",
}


def programmes() -> list[Programme]:
    """Every programme, by name."""
    return list(db.session.scalars(select(Programme).order_by(Programme.name, Programme.slug)))


def programme_by_slug(slug: str) -> Programme:
    """A programme by its address. Raises :class:`NotFound`."""
    found = db.session.scalars(select(Programme).where(Programme.slug == slug)).first()
    if found is None:
        raise NotFound("There is no such programme. Choose one from the list.")
    return found


def create_programme(
    name: str,
    organisation: str,
    *,
    contact: str = "",
    support: str = "",
    slug: str = "",
    simulated: bool = False,
) -> Programme:
    """A new programme with an address made from its name."""
    name, organisation = name.strip(), organisation.strip()
    if not name or not organisation:
        raise Rejected("Give the programme a name and say which organisation it is for.")
    programme = Programme(
        slug=_free_slug(slug or name),
        name=name,
        organisation=organisation,
        contact=contact.strip(),
        support=support.strip(),
        simulated=simulated,
    )
    db.session.add(programme)
    db.session.flush()
    return programme


def create_wave(
    programme: Programme,
    instrument: Instrument,
    *,
    label: str,
    opens_at: datetime,
    closes_at: datetime,
    publishes_at: datetime,
    now: datetime,
    rule: Rule | None = None,
    phase: str = "check",
    diary: bool | None = None,
) -> Wave:
    """A draft wave. Dates must lie ahead and follow one another; the rule can only be stricter.

    A diary phrase is offered from the second pulse on unless HR says otherwise: a first pulse may
    stay the only one, and a phrase would then lead to nothing.
    """
    rule = rule or Rule()
    problems = check_dates(opens_at, closes_at, publishes_at, now=now)
    problems += check_rule(rule) + check_form(instrument, last_instrument(programme))
    if not label.strip():
        problems.insert(0, "Give the pulse a name, such as “November 2026”.")
    if phase not in PHASES:
        problems.append("Choose a phase from the list.")
    if problems:
        raise Rejected("The pulse was not made. Put these right first.", problems)
    number = next_number(programme)
    wave = Wave(
        programme_id=programme.id,
        number=number,
        diary=number > 1 if diary is None else diary,
        label=label.strip(),
        phase=phase,
        instrument_json=json.dumps(to_dict(instrument), ensure_ascii=False, sort_keys=True),
        rule=rule.to_dict(),
        opens_at=opens_at,
        closes_at=closes_at,
        publishes_at=publishes_at,
        results_key=new_results_key(),
    )
    db.session.add(wave)
    db.session.flush()
    return wave


def new_results_key() -> str:
    """The secret part of a pulse's results address: 144 bits, which nobody guesses."""
    return secrets.token_urlsafe(18)


def change_dates(
    wave: Wave, *, opens_at: datetime, closes_at: datetime, publishes_at: datetime, now: datetime
) -> None:
    """Move a draft to other dates. Once promised, dates stay."""
    if wave.state != "draft":
        raise NotNow("These dates have been promised to people, so they cannot be changed.")
    problems = check_dates(opens_at, closes_at, publishes_at, now=now)
    if problems:
        raise Rejected("The dates were not changed. Put these right first.", problems)
    wave.opens_at, wave.closes_at, wave.publishes_at = opens_at, closes_at, publishes_at
    db.session.flush()


def next_number(programme: Programme) -> int:
    """The number that the programme's next wave will have."""
    last = db.session.scalar(select(func.max(Wave.number)).where(Wave.programme_id == programme.id))
    return (last or 0) + 1


def delete_draft(wave: Wave) -> None:
    """Drop a wave that was never committed."""
    if wave.state != "draft":
        raise NotNow("Only a draft can be deleted. This pulse has been promised to people.")
    db.session.execute(delete(Amendment).where(Amendment.wave_id == wave.id))
    db.session.delete(wave)
    db.session.flush()
    # Committing may have failed after it was written.
    name_set.destroy(wave.id)


def instrument_of(wave: Wave) -> Instrument:
    """The questions of a wave as they were frozen."""
    return _parsed(wave.instrument_json)


@lru_cache(maxsize=64)
def _parsed(text: str) -> Instrument:
    return from_dict(json.loads(text))


def read_instrument(data: bytes) -> Instrument:
    """An instrument from an uploaded file, whole; every problem is listed."""
    if len(data) > LARGEST_FILE:
        raise Rejected("The questions file is too large. Send one of 200 KB or less.")
    try:
        return parse(data.decode("utf-8-sig"), "The file")
    except UnicodeDecodeError as error:
        raise Rejected(
            "The questions file is not text. Send a TOML file saved as UTF-8."
        ) from error
    except InstrumentError as error:
        raise Rejected("The questions file cannot be used yet.", error.problems) from error


def stricter(answers: int) -> Rule:
    """The usual rule with a higher number of answers behind every figure."""
    usual = Rule()
    try:
        return replace(
            usual,
            k=answers,
            headcount=max(usual.headcount, answers + 2),
            k_sensitive=max(usual.k_sensitive, answers),
            k_full=max(usual.k_full, answers + 5),
            comments=max(usual.comments, answers),
            comments_answers=max(usual.comments_answers, answers),
            participation_headcount=max(usual.participation_headcount, answers + 2),
        )
    except RuleError as error:
        raise Rejected(str(error)) from error


def check_rule(rule: Rule) -> list[str]:
    """Thresholds that protect less than the usual ones; the rule can be raised, never lowered."""
    usual = Rule().to_dict()
    # A lower clamp hides less, a lower threshold shows more: no number may fall.
    return [
        f"The rule “{name.replace('_', ' ')}” can be {lowest} or more, not {rule.to_dict()[name]}."
        for name, lowest in usual.items()
        if rule.to_dict()[name] < lowest
    ]


def check_dates(
    opens_at: datetime, closes_at: datetime, publishes_at: datetime, *, now: datetime
) -> list[str]:
    """What is wrong with a wave's dates, a sentence each."""
    problems = []
    if opens_at < now:
        problems.append(f"The opening date, {day(opens_at)}, is in the past. Choose a later one.")
    if closes_at <= opens_at:
        problems.append("The closing date must come after the opening date.")
    if publishes_at <= closes_at:
        problems.append("The results date must come after the closing date.")
    elif publishes_at - closes_at > LONGEST_WAIT:
        problems.append(
            "The results date must be within eight weeks of closing, "
            f"so by {day(closes_at + LONGEST_WAIT)}. A later one would bury them."
        )
    return problems


def check_form(instrument: Instrument, before: Instrument | None = None) -> list[str]:
    """Why a wave with these questions cannot be committed, a sentence each; empty when it can.

    ``before`` is what the programme asked last: a question kept under the same id must keep its
    words and answers, or declare a break.
    """
    problems = [*_check_kinds(instrument), *_check_order(instrument)]
    texts = instrument.texts
    if not any(item.purpose == "shadow" for item in texts):
        problems.append(
            "No question asks what makes days hard and what should stop. Add a text question with "
            "the purpose “shadow”."
        )
    if len(texts) > MOST_TEXTS:
        problems.append(
            f"There are {len(texts)} text boxes. Keep at most {MOST_TEXTS}, the shadow question "
            "among them."
        )
    if not any(item.kind == "rating" for item in instrument.items):
        problems.append("There is nothing to rate. Add at least one rating question.")
    if promises_two_minutes(instrument.title) and len(instrument.items) > TWO_MINUTES:
        problems.append(
            f"The title says two minutes, but there are {len(instrument.items)} questions. Only "
            f"{TWO_MINUTES} or fewer may be called a two-minute pulse."
        )
    if before is not None:
        problems.extend(_check_wording(instrument, before))
    return problems


def promises_two_minutes(words: str) -> bool:
    """Whether a title claims that the pulse takes two minutes."""
    return bool(re.search(r"\b(2|two)[ -]min", words.casefold()))


def minutes(instrument: Instrument) -> int:
    """How long answering is said to take: two minutes only for ten questions or fewer.

    A set of the bank says its own time; other questions are taken at four a minute.
    """
    ids = tuple(item.id for item in instrument.items)
    known = next((one.minutes for one in sets() if one.item_ids == ids), None)
    if known is not None:
        return known
    asked = len(ids)
    return 2 if asked <= TWO_MINUTES else max(3, -(-asked // 4))


def last_instrument(programme: Programme, before: Wave | None = None) -> Instrument | None:
    """What the programme's latest committed wave asked, before ``before`` if given."""
    asked = select(Wave).where(Wave.programme_id == programme.id, Wave.state != "draft")
    if before is not None:
        asked = asked.where(Wave.number < before.number)
    wave = db.session.scalars(asked.order_by(Wave.number.desc()).limit(1)).first()
    return instrument_of(wave) if wave else None


def declare_breaks(instrument: Instrument, before: Instrument | None, wave: str) -> Instrument:
    """The same questions with a break declared at ``wave`` on each whose wording was changed."""
    if before is None:
        return instrument
    changed = {item.id for item in _reworded(instrument, before)}
    items = tuple(
        replace(item, breaks=(*item.breaks, wave)) if item.id in changed else item
        for item in instrument.items
    )
    return replace(instrument, items=items)


def _check_kinds(instrument: Instrument) -> list[str]:
    return [
        f"“{item.text or item.id}” is a {item.kind}. Grids and other kinds are not allowed: ask "
        "each question by itself."
        for item in instrument.items
        if item.kind not in KINDS
    ]


def _check_order(instrument: Instrument) -> list[str]:
    problems = []
    order = [_stage(item) for item in instrument.items]
    for place, item in enumerate(instrument.items):
        if item.kind == "text" and any(stage < _stage(item) for stage in order[place + 1 :]):
            problems.append(f"“{item.text}” stands before a rating. Put text boxes last.")
        if item.purpose == "attribute" and 0 in order[place + 1 :]:
            problems.append(f"“{item.text}” asks about the person. Put it after the ratings.")
    attributes = [item for item in instrument.items if item.purpose == "attribute"]
    if len(attributes) > MOST_ATTRIBUTES:
        problems.append(
            f"There are {len(attributes)} questions about the person. Keep at most "
            f"{MOST_ATTRIBUTES}."
        )
    return problems


def _stage(item: Item) -> int:
    """0 ratings, 1 questions about the person, 2 text: the order on the form."""
    if item.kind == "text":
        return 2
    return 1 if item.purpose == "attribute" else 0


def _check_wording(instrument: Instrument, before: Instrument) -> Sequence[str]:
    known = {scale.id: set(scale.breaks) for scale in before.scales}
    declared = {
        item_id
        for scale in instrument.scales
        if set(scale.breaks) - known.get(scale.id, set())
        for item_id in scale.items
    }
    return [
        f"“{item.text}” was worded or answered differently last time. Keep the old words, give it "
        "a new id, or declare a break."
        for item in _reworded(instrument, before)
        if not set(item.breaks) - set(before.item(item.id).breaks) and item.id not in declared
    ]


def _reworded(instrument: Instrument, before: Instrument) -> list[Item]:
    earlier = {item.id: item for item in before.items}
    changed = []
    for item in instrument.items:
        old = earlier.get(item.id)
        if old is None or item.kind == "text":
            continue
        same_words = (item.text, item.reversed) == (old.text, old.reversed)
        if not same_words or _answers(instrument, item) != _answers(before, old):
            changed.append(item)
    return changed


def _answers(instrument: Instrument, item: Item) -> list[tuple[int, str]]:
    found = instrument.responses.get(item.responses)
    return [(option.code, option.label) for option in found.options] if found else []


def _free_slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:50] or "programme"
    taken = set(db.session.scalars(select(Programme.slug).where(Programme.slug.startswith(base))))
    taken.add("new")  # the page that sets up a programme lies there
    slug, number = base, 2
    while slug in taken:
        slug, number = f"{base}-{number}", number + 1
    return slug
