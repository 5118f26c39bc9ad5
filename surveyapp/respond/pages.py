"""The pages of answering. Each says only what its own request brought."""

import base64
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from flask import current_app, make_response, render_template
from flask.typing import ResponseReturnValue

from surveyapp.respond import hints
from surveyapp.respond.answers import USE_LABELS, Problem
from surveyapp.respond.pulse import Pulse, Standing
from surveyapp.respond.visits import Visit, seen_mark
from surveyapp.services import promises

SCRIPT = "fragment.js"


def landing(
    standing: Standing | None,
    pulse: Pulse | None,
    visit: Visit | None = None,
    *,
    problem: str = "",
    typed: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    """W1: what this is, how long, until when, and can anyone tell. Or a box for the code."""
    body = render_template(
        "respond/landing.html",
        pulse=pulse,
        standing=standing,
        visit=visit,
        seen=seen_mark(pulse) if pulse else "",
        problem=problem,
        errors=problem,
        typed=typed,
        script=SCRIPT,
        integrity=_integrity(),
        when=promises.when,
    )
    return body, status


def unknown_code(typed: str) -> ResponseReturnValue:
    """Try again; which part was wrong is not said."""
    problem = (
        "That code did not open a pulse. Check it in your message and try again."
        if typed.strip()
        else "Type the code from your message."
    )
    return landing(None, None, problem=problem, typed=typed[:80], status=422)


def too_many_tries() -> ResponseReturnValue:
    """The cap on wrong codes is reached."""
    problem = (
        "Too many wrong codes have been tried here. Wait a minute, then try again. The link in "
        "your message still works."
    )
    return landing(None, None, problem=problem, status=429)


def not_open(visit: Visit) -> ResponseReturnValue:
    """Not yet, or no longer: the date that matters."""
    return _page("closed", visit, waiting=visit.standing.is_waiting()), 409


def used(visit: Visit) -> ResponseReturnValue:
    """The invitation’s one credential is gone."""
    return _page("used", visit), 409


def reported(visit: Visit) -> ResponseReturnValue:
    """Thanks for saying so."""
    return _page("reported", visit)


def group(visit: Visit, own: str) -> ResponseReturnValue:
    """Which group the answers count in; a group that is too small counts in the one above."""
    counted = visit.pulse.group(visit.invitation.class_key)
    return _page("group", visit, own=visit.pulse.groups.get(own, counted), counted=counted)


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
    return _page("check", visit, hints=found)


def thanks(visit: Visit, receipt: str) -> ResponseReturnValue:
    """W2: it is in; what happens next. The browser is asked to forget the pages."""
    response = make_response(_page("thanks", visit, receipt=receipt))
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


def _integrity() -> str:
    """The hash that the page's one script must have (Subresource Integrity)."""
    known: dict[str, str] = current_app.extensions.setdefault("candour_integrity", {})
    if SCRIPT not in known:
        data = Path(str(current_app.static_folder), SCRIPT).read_bytes()
        known[SCRIPT] = "sha384-" + base64.b64encode(hashlib.sha384(data).digest()).decode()
    return known[SCRIPT]
