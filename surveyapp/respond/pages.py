"""The pages of answering. Each says only what its own request brought."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask import Response, current_app, make_response, render_template
from flask.typing import ResponseReturnValue
from markupsafe import escape

from surveyapp import bundle
from surveyapp.crypto import words
from surveyapp.respond import hints
from surveyapp.respond.answers import USE_LABELS, Answers, Problem
from surveyapp.respond.pulse import Pulse
from surveyapp.respond.visits import Visit, seen_mark
from surveyapp.services import promises
from surveyapp.services.posted import Standing

WRONG_CODE = "That code does not work here. Check it in your message and try again."
WRONG_CODES = (
    "Too many wrong codes have been tried here. Wait a minute, then try again. The link in "
    "your message still works."
)


def landing(standing: Standing | None, pulse: Pulse | None) -> ResponseReturnValue:
    """W1, or only a box for the code when it cannot be known which wave somebody came for."""
    if standing is None or pulse is None:
        return _landing(None, None)
    return _once(("landing", standing), {}, lambda _: _landing(standing, pulse))


def promises_first(visit: Visit) -> ResponseReturnValue:
    """W1 for somebody whose code is known."""
    return _landing(visit.standing, visit.pulse, visit=visit)


def _landing(standing: Standing | None, pulse: Pulse | None, **more: Any) -> str:
    return render_template(
        "respond/landing.html",
        pulse=pulse,
        standing=standing,
        seen=seen_mark(pulse) if pulse else "",
        scripts=bundle.scripts(),
        hint_words=hints.WORDS,
        promise_words=promises.WORDS,
        uses=USE_LABELS,
        phrase_words=words.listed(),
        wrong_code=WRONG_CODE,
        wrong_codes=WRONG_CODES,
        when=promises.when,
        **more,
    )


def unknown_code(standing: Standing | None, pulse: Pulse | None, typed: str) -> ResponseReturnValue:
    """Try again, under the same promises; which part was wrong is not said."""
    problem = WRONG_CODE if typed.strip() else "Type the code from your message."
    return _landing(standing, pulse, problem=problem, errors=problem, typed=typed[:80]), 422


def too_many_tries(standing: Standing | None, pulse: Pulse | None) -> ResponseReturnValue:
    """The cap on wrong codes is reached."""
    return _landing(standing, pulse, problem=WRONG_CODES, errors=WRONG_CODES), 429


def not_open(visit: Visit) -> ResponseReturnValue:
    """Not yet, or no longer: the date that matters."""
    return _page("closed", visit, waiting=visit.standing.is_waiting()), 409


def used(visit: Visit) -> ResponseReturnValue:
    """The invitation’s one credential is gone."""
    return _page("used", visit), 409


def reported(visit: Visit) -> ResponseReturnValue:
    """Thanks for saying so."""
    return _page("reported", visit)


def group(visit: Visit) -> ResponseReturnValue:
    """Which group the answers count in; a group that is too small counts in the one above."""
    counted = visit.pulse.group(visit.invitation.class_key)
    mine = visit.pulse.groups.get(visit.invitation.unit_key, counted)
    above = visit.pulse.larger.get(counted.key)
    return _carrying(
        "group",
        visit,
        (mine.key, counted.key),
        own=mine,
        counted=counted,
        larger=visit.pulse.group(above) if above else None,
    )


def question(visit: Visit, problems: Sequence[Problem] = ()) -> ResponseReturnValue:
    """One question."""
    return _page(
        "question",
        visit,
        shown=(visit.question,),
        problems=problems,
        errors=problems,
    ), (422 if problems else 200)


def all_questions(visit: Visit, problems: Sequence[Problem] = ()) -> ResponseReturnValue:
    """All questions, and one summary of everything to put right."""
    if not problems and visit.answers == Answers():
        return _carrying("all_questions", visit, (), shown=visit.pulse.questions, problems=())
    return _page(
        "all_questions",
        visit,
        shown=visit.pulse.questions,
        problems=problems,
        errors=problems,
    ), (422 if problems else 200)


def check(visit: Visit) -> ResponseReturnValue:
    """Every answer with Change, and the hints."""
    found = {question_id: hints.find(text) for question_id, text in visit.answers.texts.items()}
    above = visit.pulse.larger.get(visit.invitation.class_key)
    larger = visit.pulse.group(above) if visit.larger and above else None
    return _page("check", visit, hints=found, larger=larger)


def diary_phrase(visit: Visit, problem: str = "", made: Sequence[str] = ()) -> ResponseReturnValue:
    """An optional step: keep twelve words, type them in, or go on without. ``made`` are new."""
    body = _page("diary", visit, problem=problem, errors=problem, made=made)
    return body, (422 if problem else 200)


def thanks(visit: Visit, receipt: str) -> ResponseReturnValue:
    """W2: it is in; what happens next. The browser is asked to forget the pages."""
    # What is kept for everybody must hold nothing of the one for whom it is rendered first.
    blank = replace(visit, token="", seed="", answers=Answers(), diary="")
    body = _once(
        ("thanks", visit.standing),
        {"receipt": receipt},
        lambda marks: _page("thanks", blank, receipt=marks["receipt"]),
    )
    response = make_response(body)
    return forgotten(response)


def forgotten(response: Response) -> Response:
    """The same, with the wish that the browser keep nothing of these pages."""
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def _page(name: str, visit: Visit, shown: Sequence[Any] = (), **more: Any) -> str:
    return render_template(
        f"respond/{name}.html",
        visit=visit,
        pulse=visit.pulse,
        standing=visit.standing,
        answers=visit.answers,
        carried=visit.carried(tuple(shown)),
        uses=USE_LABELS,
        when=promises.when,
        **more,
    )


def _carrying(name: str, visit: Visit, key: tuple[str, ...], **more: Any) -> str | bytes:
    """A page that is the same for everybody but for the code and the seed it carries on."""
    own = (visit.one_by_one, visit.from_check, visit.larger, visit.diary)
    if visit.answers != Answers() or any(own):
        return _page(name, visit, **more)
    return _once(
        (name, visit.standing, *key),
        {"token": visit.token, "seed": visit.seed},
        lambda marks: _page(name, replace(visit, token=marks["token"], seed=marks["seed"]), **more),
    )


def _once(
    key: tuple[str | Standing, ...],
    values: Mapping[str, str],
    render: Callable[[dict[str, str]], str],
) -> bytes:
    """A page rendered once a process and standing, with marks that no text holds, then filled in
    each time."""
    kept: dict[tuple[str | Standing, ...], tuple[bytes, dict[str, str]]] = (
        current_app.extensions.setdefault("candour_pages", {})
    )
    if key not in kept:
        marks = {name: f"mark{secrets.token_hex(16)}" for name in values}
        kept[key] = (render(marks).encode(), marks)
    body, marks = kept[key]
    for name, mark in marks.items():
        body = body.replace(mark.encode(), str(escape(values[name])).encode())
    return body
