"""Answering without a script: one address, one form, nothing kept between two requests.

Every page is the answer to a POST to ``/v/``, so neither the address nor the history tells what
was shown. No view here opens a session: there is no cookie, and so nothing for another site to
abuse, which is why these forms carry no CSRF token.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from surveyapp import clock
from surveyapp.crypto import client, diary, receipts
from surveyapp.extensions import csrf, who_session
from surveyapp.permissions import open_to_everyone
from surveyapp.respond import answers as answering
from surveyapp.respond import casting, hints, pages, visits
from surveyapp.respond import pulse as pulses
from surveyapp.respond.pulse import Pulse
from surveyapp.respond.visits import Visit
from surveyapp.services import ballotbox, registrar
from surveyapp.services.posted import Standing

blueprint = Blueprint("respond", __name__)
csrf.exempt(blueprint)


@blueprint.get("/v/")
@open_to_everyone
def door() -> ResponseReturnValue:
    """Where an invitation leads. Opening it uses nothing up."""
    return pages.landing(*_only_open())


def _only_open() -> tuple[Standing | None, Pulse | None]:
    standing = pulses.only_open(clock.now())
    return standing, pulses.of(standing) if standing else None


@blueprint.post("/v/")
@open_to_everyone
def step() -> ResponseReturnValue:
    """One step of answering: who is it, may they, which page."""
    form = request.form.to_dict()
    verb, _, argument = form.get("go", "").partition(".")
    try:
        visit = visits.arrive(form)
    except visits.UnknownCode:
        return pages.unknown_code(*_only_open(), form.get("code", ""))
    except visits.TooManyTries:
        return pages.too_many_tries(*_only_open())
    if not visits.is_open(visit):
        return pages.not_open(visit)
    if verb not in ALWAYS and not (visit.seed and visit.seen):
        verb = "open"
    return STEPS.get(verb, open_)(visit, argument)


def open_(visit: Visit, _argument: str) -> ResponseReturnValue:
    """The promises of this person's wave, before the first question."""
    if visit.invitation.collected:
        return pages.used(visit)
    return pages.promises_first(visit)


def start(visit: Visit, _argument: str) -> ResponseReturnValue:
    """Their group. Here the form gets the random bytes that make sending it twice safe."""
    if visit.invitation.collected:
        return pages.used(visit)
    if not visit.seen:
        return pages.promises_first(visit)
    fresh = replace(visit, seed=visit.seed or client.new_seed().hex())
    return pages.group(fresh)


def all_questions(visit: Visit, _argument: str) -> ResponseReturnValue:
    """Every question on one page."""
    return pages.all_questions(replace(visit, one_by_one=False, from_check=False))


def first_question(visit: Visit, _argument: str) -> ResponseReturnValue:
    """One question a page, from the first."""
    return pages.question(replace(visit, one_by_one=True, from_check=False, at=0))


def next_question(visit: Visit, _argument: str) -> ResponseReturnValue:
    """On to the next question, or to the check after the last or a change."""
    wrong = answering.problems(visit.answers, [visit.question])
    if wrong:
        return pages.question(visit, wrong)
    if visit.from_check or visit.at + 1 == len(visit.pulse.questions):
        return after_questions(replace(visit, from_check=False), asked=visit.from_check)
    return pages.question(replace(visit, at=visit.at + 1))


def back(visit: Visit, _argument: str) -> ResponseReturnValue:
    """One question back; what was answered stays."""
    if visit.at == 0 or visit.from_check:
        return pages.check(visit) if visit.from_check else start(visit, "")
    return pages.question(replace(visit, at=visit.at - 1))


def clear(visit: Visit, question_id: str) -> ResponseReturnValue:
    """Take one answer away and show the same page."""
    visit.answers.clear(question_id)
    return pages.question(visit) if visit.one_by_one else pages.all_questions(visit)


def change(visit: Visit, number: str) -> ResponseReturnValue:
    """Back from the check to one question."""
    known = {str(one.number): one.number - 1 for one in visit.pulse.questions}
    at = known.get(number, 0)
    return pages.question(replace(visit, one_by_one=True, from_check=True, at=at))


def after_questions(visit: Visit, *, asked: bool) -> ResponseReturnValue:
    """On to the check; past the diary phrase, where it is offered and not ``asked`` yet."""
    if visit.pulse.diary and not asked and not visit.diary:
        return pages.diary_phrase(visit)
    return check(visit, "")


def diary_phrase(visit: Visit, argument: str) -> ResponseReturnValue:
    """The optional step of the diary phrase: look at it, get a new one, or go on without."""
    if argument == "none" or not visit.pulse.diary:
        return check(replace(visit, diary=""), "")
    if argument == "new":
        made = diary.phrase(diary.new_secret())
        return pages.diary_phrase(replace(visit, diary=" ".join(made)), made=made)
    return pages.diary_phrase(visit)


def check(visit: Visit, _argument: str) -> ResponseReturnValue:
    """All answers at a glance, with hints at what could give somebody away."""
    wrong = answering.problems(visit.answers, visit.pulse.questions)
    if wrong:
        return pages.all_questions(visit, wrong)
    return _mistyped(visit) or pages.check(visit)


def _mistyped(visit: Visit) -> ResponseReturnValue | None:
    """Back to the diary phrase when it is none; a slip would tie nothing together, unnoticed."""
    try:
        _ = visit.tags
    except diary.PhraseError as error:
        return pages.diary_phrase(visit, str(error))
    return None


def send(visit: Visit, argument: str) -> ResponseReturnValue:
    """Cast the ballot: first the registrar's signature, then the box, each kept at once.

    A crash between the two leaves the person able to send again: the form blinds the same value,
    so the registrar gives the same answer.
    """
    wrong = answering.problems(visit.answers, visit.pulse.questions)
    if wrong:
        return pages.all_questions(visit, wrong)
    if mistyped := _mistyped(visit):
        return mistyped
    if argument == "unless-hints" and any(map(hints.find, visit.answers.texts.values())):
        return pages.check(visit)
    try:
        return pages.thanks(visit, receipts.shown(casting.cast(visit)))
    except registrar.AlreadyUsed:
        return pages.used(visit)
    except (registrar.Closed, ballotbox.BoxClosed):
        return pages.not_open(visit)


def report(visit: Visit, _argument: str) -> ResponseReturnValue:
    """Somebody says that another person used their invitation."""
    registrar.report(visit.token)
    who_session().commit()
    return pages.reported(visit)


ALWAYS = frozenset({"open", "start", "report"})
STEPS: Mapping[str, Callable[[Visit, str], ResponseReturnValue]] = {
    "open": open_,
    "start": start,
    "all": all_questions,
    "one": first_question,
    "next": next_question,
    "back": back,
    "clear": clear,
    "change": change,
    "diary": diary_phrase,
    "check": check,
    "send": send,
    "report": report,
}
