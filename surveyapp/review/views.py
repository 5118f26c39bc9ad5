"""The reviewers’ desk: where it stands, and one comment a page."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from surveyapp.errors import NotFound, NotNow, Rejected
from surveyapp.extensions import db
from surveyapp.models.accounts import Role
from surveyapp.models.surveys import Programme, Wave
from surveyapp.permissions import open_to, signed_in
from surveyapp.review import words
from surveyapp.review.forms import CommentForm, add_rows, comment_form, masks_form
from surveyapp.services import (
    covenants,
    results,
    review_desk,
    review_masks,
    review_sheets,
    review_subjects,
)
from surveyapp.services.review_reasons import REASONS

blueprint = Blueprint("review", __name__, url_prefix="/review")


@blueprint.get("/<slug>")
@open_to(Role.BOARD, otherwise=words.BOARD_ALONE)
def start(slug: str) -> ResponseReturnValue:
    """Where the desk stands, or when there will be something at it."""
    programme = results.programme_of(slug)
    waves = review_desk.waves_of(programme)
    desks = _desks(waves)
    # The oldest comes out first; where nothing of it waits, the next.
    waiting = (wave for wave in waves if wave in desks and review_desk.following(desks[wave]))
    return _page(programme, next(waiting, waves[0] if waves else None), desks)


@blueprint.get("/<slug>/<int:number>")
@open_to(Role.BOARD, otherwise=words.BOARD_ALONE)
def pulse(slug: str, number: int) -> ResponseReturnValue:
    """Where the desk stands with one of several pulses."""
    programme = results.programme_of(slug)
    wave = review_desk.wave_of(programme, number)
    return _page(programme, wave, _desks(review_desk.waves_of(programme)))


def _desks(waves: list[Wave]) -> dict[Wave, review_desk.Desk]:
    """The desks that lie open to this member, pulse by pulse."""
    if not review_desk.may_review(signed_in()):
        return {}
    found = ((wave, review_desk.desk(wave, signed_in())) for wave in waves)
    return {wave: desk for wave, desk in found if desk is not None}


def _page(
    programme: Programme, wave: Wave | None, desks: dict[Wave, review_desk.Desk]
) -> ResponseReturnValue:
    desk = desks.get(wave) if wave else None
    waiting = review_desk.following(desk) if desk else None
    return render_template(
        "review/start.html",
        programme=programme,
        wave=wave,
        desk=desk,
        pulses=[(one, found.progress(), _subjects_waiting(found)) for one, found in desks.items()],
        promised=wave is not None and covenants.reads_comments(wave),
        may=review_desk.may_review(signed_in()),
        progress=desk.progress() if desk else None,
        waiting=waiting,
        again=desk is not None
        and any(map(desk.wants, review_sheets.lost_places(desk.wave.id, desk.places))),
        unsaid=_subjects_waiting(desk) if desk else 0,
        checks=review_masks.to_check(desk) if desk else [],
        reasons=REASONS,
        words=words,
    )


def _subjects_waiting(desk: review_desk.Desk) -> int:
    """How many new subjects this reviewer can name now: none before the sample is coded."""
    unsaid = review_subjects.unsaid(desk)
    return 0 if unsaid and review_subjects.waits_for(desk) else unsaid


@blueprint.get("/<slug>/<int:number>/board")
@open_to(Role.BOARD, otherwise=words.BOARD_ALONE)
def for_the_board(slug: str, number: int) -> ResponseReturnValue:
    """The comments that the board alone may read, once two reviewers have cleared them."""
    programme, desk = desk_of(slug, number)
    return render_template(
        "review/board.html",
        programme=programme,
        wave=desk.wave,
        comments=review_desk.for_the_board(desk),
    )


@blueprint.get("/<slug>/<int:number>/next")
@open_to(Role.BOARD, otherwise=words.BOARD_ALONE)
def following(slug: str, number: int) -> ResponseReturnValue:
    """Go to the next comment, or past one that is left for later."""
    _, desk = desk_of(slug, number)
    place = review_desk.following(desk, request.args.get("after", 0, type=int))
    if place is None:
        return redirect(url_for("review.pulse", slug=slug, number=number))
    return redirect(url_for("review.comment", slug=slug, number=number, place=place))


@blueprint.route("/<slug>/<int:number>/<int:place>", methods=["GET", "POST"])
@open_to(Role.BOARD, otherwise=words.BOARD_ALONE)
def comment(slug: str, number: int, place: int) -> ResponseReturnValue:
    programme, desk = desk_of(slug, number)
    turn = review_desk.turn(desk, place)
    form = comment_form(turn)
    if form.is_submitted() and "more" in request.form:
        add_rows(form)
    elif form.is_submitted() and form.is_whole(turn) and _keep(form, turn, desk):
        db.session.commit()
        # Words that may point to somebody are named only now, so this is when they are masked.
        again = turn.task == "code" and review_desk.turn(desk, place).unmasked
        after = place if again else review_desk.following(desk)
        if after is None:
            return redirect(url_for("review.pulse", slug=slug, number=number))
        address = url_for("review.comment", slug=slug, number=number, place=after, saved=place)
        return redirect(address)
    return render_template(
        "review/comment.html",
        programme=programme,
        turn=turn,
        form=form,
        progress=desk.progress(),
        saved=request.args.get("saved", type=int),
        words=words,
        titles={
            **{theme: title for theme, title, _ in turn.sheet.themes},
            review_desk.OTHER: "Something no theme covers",
        },
    )


@blueprint.route("/<slug>/<int:number>/<int:place>/masks", methods=["GET", "POST"])
@open_to(Role.BOARD, otherwise=words.BOARD_ALONE)
def masks(slug: str, number: int, place: int) -> ResponseReturnValue:
    """Words that another reviewer masked in a comment that this one has decided of."""
    programme, desk = desk_of(slug, number)
    found = review_masks.to_check(desk)
    wanted = next((one for one in found if one.entry.place == place), None)
    if wanted is None:
        raise NotFound("No masked words of this comment wait for you. Go back to the desk.")
    form = masks_form(wanted)
    changed = not form.is_of(wanted)
    if not changed and form.validate_on_submit():
        desk.note(review_masks.checked(desk, place, form.given(wanted)))
        db.session.commit()
        after = next(iter(review_masks.to_check(desk)), None)
        if after is None:
            return redirect(url_for("review.pulse", slug=slug, number=number))
        address = url_for("review.masks", slug=slug, number=number, place=after.entry.place)
        return redirect(address)
    return render_template(
        "review/masks.html",
        programme=programme,
        wave=desk.wave,
        question=desk.sheet.question(wanted.entry.question),
        wanted=wanted,
        form=form,
        changed=changed,
        left=len(found),
    )


def _keep(form: CommentForm, turn: review_desk.Turn, desk: review_desk.Desk) -> bool:
    """Keep the decision; a refusal goes back to the form."""
    try:
        reading = review_desk.decide(
            turn,
            desk.reader,
            reason=form.reason.data if form.decision.data == "withhold" else "",
            masks=(form.masks.data or "").splitlines(),
            escalate=form.escalate.data,
            codes=form.given(),
        )
    except Rejected as problem:
        db.session.rollback()
        form.form_errors.append(problem.message)
        return False
    desk.note(reading)
    return True


def desk_of(slug: str, number: int) -> tuple[Programme, review_desk.Desk]:
    """A pulse's desk for whoever is signed in. Raises :class:`NotNow` where there is none."""
    programme = results.programme_of(slug)
    desk = review_desk.desk(review_desk.wave_of(programme, number), signed_in())
    if desk is None:
        raise NotNow("No comments wait for you now. The desk says when there will be some.")
    return programme, desk
