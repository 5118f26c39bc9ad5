"""Programmes and waves: setting up, committing, watching."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from analysis import question_sets
from analysis.disclosure import Rule
from analysis.instrument import Instrument
from surveyapp import clock
from surveyapp.errors import CandourError, NotFound, Rejected
from surveyapp.extensions import db, opens, who_session
from surveyapp.forms import Confirm, PageForm
from surveyapp.models.accounts import Role
from surveyapp.models.surveys import Programme, Wave
from surveyapp.permissions import open_to, signed_in
from surveyapp.services import (
    amendments,
    audit,
    authoring,
    board,
    covenants,
    invitations,
    opening_progress,
    plans,
    posted,
    promises,
    registrar,
    roster,
    waves,
    witnesses,
)
from surveyapp.services.invited import Root
from surveyapp.surveys.forms import FROM_FILE, DatesForm, ProgrammeForm, WaveForm

blueprint = Blueprint("surveys", __name__)


@dataclass(frozen=True)
class Act:
    """Something HR may do to a wave in a state, with the words of its page."""

    name: str
    state: str
    title: str
    button: str
    warnings: tuple[str, ...]
    do: Callable[[Wave, str, datetime], object]
    after: Callable[[Wave], None] = lambda _wave: None


def _open(wave: Wave, actor: str, now: datetime) -> None:
    if waves.open_wave(wave, actor=actor, now=now):
        invitations.invite(wave, now)


def _close(wave: Wave, actor: str, now: datetime) -> None:
    """Note for every process that the wave ends; what cannot be done here the opener does."""
    posted.end(wave.id)
    if opens("box"):
        waves.close(wave, actor=actor, now=now)
    else:
        audit.record(actor, "ended", f"wave {_name(wave)}")


def _destroy_keys(wave: Wave) -> None:
    if opens("box"):
        registrar.destroy_keys(wave.id)


def _commit(wave: Wave, _actor: str, now: datetime) -> None:
    if wave.state == "draft" and not amendments.waiting(wave):
        amendments.freeze(wave, signed_in(), now)


def _remind(wave: Wave, actor: str, now: datetime) -> None:
    if invitations.remind(wave, now, wave.reminded + 1):
        audit.record(actor, "reminded", f"wave {_name(wave)}")


def _delete(wave: Wave, actor: str, now: datetime) -> None:
    audit.record(actor, "deleted draft", f"wave {_name(wave)}")
    authoring.delete_draft(wave)


ACTS = {
    act.name: act
    for act in (
        Act(
            "commit",
            "draft",
            "Lock our promises",
            "Lock our promises",
            (
                "The questions, the groups, the rule and the dates can no longer be changed.",
                "Everyone on the roster now will be invited.",
                "The results will go to everyone on the date given, by themselves.",
                "All of it is published on a page that everyone can read.",
                "The witness signs too, or a member of the board where there is no witness.",
            ),
            _commit,
        ),
        Act(
            "open",
            "committed",
            "Open the pulse now",
            "Open now and invite everyone",
            (
                "It would open by itself on the date given.",
                "Everyone invited gets a message with their own link and code.",
            ),
            _open,
        ),
        Act(
            "remind",
            "open",
            "Remind everyone",
            "Send the reminder to everyone",
            (
                "It goes to everyone invited, because we do not look at who has answered.",
                "Reminders also go out by themselves, on days 4 and 10 and the day before closing.",
            ),
            _remind,
        ),
        Act(
            "close",
            "open",
            "Close the pulse now",
            "Close now",
            (
                "Nobody can answer after that. It cannot be opened again.",
                "It would close by itself on the date given. Our promises say that date, so "
                "closing early shows on a page that everyone can read.",
            ),
            _close,
            after=_destroy_keys,
        ),
        Act(
            "delete",
            "draft",
            "Delete this draft",
            "Delete the draft",
            ("Nobody has been told about it yet. It cannot be brought back.",),
            _delete,
        ),
    )
}


@blueprint.get("/programmes/")
@open_to(Role.HR)
def programmes() -> ResponseReturnValue:
    """Every programme."""
    return render_template("surveys/programmes.html", programmes=authoring.programmes())


@blueprint.route("/programmes/new", methods=["GET", "POST"])
@open_to(Role.HR)
def new_programme() -> ResponseReturnValue:
    """Set up a programme."""
    form = ProgrammeForm()
    if not form.validate_on_submit():
        return render_template("surveys/new_programme.html", form=form), _status(form)
    programme = authoring.create_programme(
        form.name.data,
        form.organisation.data,
        contact=form.contact.data or "",
        support=form.support.data or "",
    )
    audit.record(signed_in().email, "created", f"programme {programme.slug}")
    db.session.commit()
    return redirect(url_for("surveys.programme", slug=programme.slug), 303)


@blueprint.get("/programmes/<slug>")
@open_to(Role.HR)
def programme(slug: str) -> ResponseReturnValue:
    """A programme's waves, newest first, and its roster."""
    found = authoring.programme_by_slug(slug)
    return render_template(
        "surveys/programme.html",
        programme=found,
        waves=list(reversed(found.waves)),
        words=waves.STATE_WORDS,
        overdue=_overdue(found),
        people=len(roster.people(found)),
    )


@blueprint.route("/programmes/<slug>/waves/new", methods=["GET", "POST"])
@open_to(Role.HR)
def new_wave(slug: str) -> ResponseReturnValue:
    """Set up a wave."""
    found = authoring.programme_by_slug(slug)
    form = WaveForm()
    if not form.is_submitted():
        form.diary.data = authoring.next_number(found) > 1
    if form.validate_on_submit():
        try:
            wave = authoring.create_wave(
                found,
                _instrument(form, found),
                label=form.label.data,
                phase=_phase(form),
                rule=authoring.stricter(form.answers.data),
                diary=form.diary.data,
                now=clock.now(),
                **form.times(),
            )
        except CandourError as error:
            db.session.rollback()
            form.form_errors = error.details or [error.message]
        else:
            audit.record(signed_in().email, "created", f"wave {_name(wave)}")
            db.session.commit()
            return redirect(url_for("surveys.wave", wave_id=wave.id), 303)
    return render_template("surveys/new_wave.html", form=form, programme=found), _status(form)


@blueprint.get("/waves/<uuid:wave_id>/")
@open_to(Role.HR)
def wave(wave_id: uuid.UUID) -> ResponseReturnValue:
    """A wave: where it stands, what happens next and when."""
    found, now = waves.wave_by_id(wave_id), clock.now()
    instrument = authoring.instrument_of(found)
    covenant = _covenant(found, instrument)
    counts = covenants.in_force(found) if found.covenant is not None else covenant
    return render_template(
        "surveys/wave.html",
        wave=found,
        programme=found.programme,
        instrument=instrument,
        minutes=authoring.minutes(instrument),
        covenant=covenant,
        promise=counts and promises.words(counts),
        facts=promises.facts(counts) if counts else (),
        readers=promises.readers(counts) if counts else (),
        changed=covenants.changed_words(found),
        fingerprint=promises.fingerprint(found.covenant_sha256 or ""),
        problems=waves.ready(found, now=now) if found.state == "draft" else [],
        lacking=max(0, board.QUORUM - board.members()) if found.state == "draft" else 0,
        tree=roster.units(found.programme, Rule.from_dict(found.rule))
        if found.state == "draft"
        else None,
        acts=[act for act in ACTS.values() if act.state == found.state],
        waiting=amendments.waiting(found),
        state=waves.state_words(found),
        next_step=_next_step(found),
        total=waves.total_words(found),
        invited=invitations.invited(found) if found.state in ("committed", "open") else None,
        overdue=waves.overdue(found, now),
    )


@blueprint.route("/waves/<uuid:wave_id>/dates", methods=["GET", "POST"])
@open_to(Role.HR)
def dates(wave_id: uuid.UUID) -> ResponseReturnValue:
    """Choose other dates for a draft."""
    found, form = waves.wave_by_id(wave_id), DatesForm()
    if form.validate_on_submit():
        try:
            authoring.change_dates(found, now=clock.now(), **form.times())
        except Rejected as error:
            form.form_errors = error.details
        else:
            audit.record(signed_in().email, "changed dates", f"wave {_name(found)}")
            db.session.commit()
            return redirect(url_for("surveys.wave", wave_id=wave_id), 303)
    elif not form.is_submitted():
        form.show(found)
    return render_template("surveys/dates.html", form=form, wave=found), _status(form)


@blueprint.get("/waves/<uuid:wave_id>/plan")
@open_to(Role.HR)
def plan(wave_id: uuid.UUID) -> ResponseReturnValue:
    """Which groups will have results, before anything is locked."""
    found = waves.wave_by_id(wave_id)
    return render_template(
        "surveys/plan.html", wave=found, programme=found.programme, plan=plans.of(found)
    )


@blueprint.route("/waves/<uuid:wave_id>/<act>", methods=["GET", "POST"])
@open_to(Role.HR)
def act(wave_id: uuid.UUID, act: str) -> ResponseReturnValue:
    """Ask before something that cannot be taken back, then do it."""
    found, wanted = waves.wave_by_id(wave_id), ACTS.get(act)
    if wanted is None:
        raise NotFound("There is nothing of that name to do here.")
    form = Confirm()
    if not form.validate_on_submit():
        return render_template(
            "surveys/act.html", wave=found, programme=found.programme, act=wanted, form=form
        )
    slug, gone = found.programme.slug, act == "delete"
    wanted.do(found, signed_in().email, clock.now())
    who_session().commit()
    db.session.commit()
    wanted.after(found)
    posted.catch_up()
    if gone:
        return redirect(url_for("surveys.programme", slug=slug), 303)
    return redirect(url_for("surveys.wave", wave_id=wave_id), 303)


def _name(wave: Wave) -> str:
    return f"{wave.programme.slug}/{wave.number}"


def _instrument(form: WaveForm, programme: Programme) -> Instrument:
    if form.questions.data == FROM_FILE:
        chosen = authoring.read_instrument(form.file.data.read())
    else:
        chosen = question_sets.build(form.questions.data)
    if not form.breaks.data:
        return chosen
    before = authoring.last_instrument(programme)
    return authoring.declare_breaks(chosen, before, str(authoring.next_number(programme)))


def _phase(form: WaveForm) -> str:
    phases = {one.id: one.phase.lower() for one in question_sets.sets()}
    return phases.get(form.questions.data, "check")


def _covenant(wave: Wave, instrument: Instrument) -> dict[str, object] | None:
    """The covenant, or for a draft what it would say; none for a wave from a file."""
    if wave.covenant is not None:
        return waves.covenant(wave)
    if wave.origin == "imported":
        return None
    tree = roster.units(wave.programme, Rule.from_dict(wave.rule))
    no_keys = dict.fromkeys(tree.classes, "")
    return covenants.build(wave, instrument, tree, no_keys, {}, Root("", tree.people))


def _next_step(wave: Wave) -> tuple[str, datetime | None]:
    """What happens next by itself, and when."""
    return {
        "draft": ("Nothing happens until you lock our promises.", None),
        "committed": ("It opens by itself, and everyone gets an invitation.", wave.opens_at),
        "open": ("It closes by itself.", wave.closes_at),
        "closed": (
            opening_progress.words(wave)
            or witnesses.words(wave, clock.now())
            or "The answers are shuffled and opened within minutes.",
            None,
        ),
        "opened": ("The answers are counted within minutes.", None),
        "summarised": ("The results go to everyone by themselves.", wave.publishes_at),
        "published": ("The results are out.", None),
    }[wave.state]


def _overdue(programme: Programme) -> int:
    now = clock.now()
    return max((waves.overdue(wave, now) for wave in programme.waves), default=0)


def _status(form: PageForm) -> int:
    return 422 if form.errors else 200
