"""What happens by itself: the scheduler moves waves on when their dates come, and sends mail.

Where the doors are processes of their own, each does what it has the stores for: the office opens,
writes to people and publishes; the registrar shuts its desk; the opener closes the box and opens
the ballots; the publisher draws up the results.

Every step is safe to repeat and is done by one scheduler even when two run: a move changes a wave
only from the state it expects. Steps commit store by store, in an order in which a crash between
two commits is mended by the next round. What fails for one wave is undone, logged and tried again
next round; it never keeps another wave's results back.
"""

import time
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from flask import Flask, current_app
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from surveyapp import clock
from surveyapp.extensions import (
    answers_session,
    box_session,
    db,
    empty_journal,
    opens,
    who_session,
)
from surveyapp.formatting import local
from surveyapp.models.surveys import Wave
from surveyapp.services import (
    audit,
    ballotbox,
    covenants,
    invitations,
    mail,
    mirror,
    noticeboard,
    opening,
    posted,
    publishing,
    registrar,
    results,
    retention,
    review,
    review_desk,
    review_finding,
    review_sheets,
    text_results,
    uploads,
    waves,
    witnesses,
)

ACTOR = publishing.SCHEDULER
BATCH = 200
MEETINGS = 5  # how often two schedulers may write the same row before a step counts as failed
LONGEST_WAIT = timedelta(hours=1)
NIGHT = range(5)  # the hours in which long sums are done
Say = Callable[[str], None]
SESSIONS: Mapping[str | None, Callable[[], Any]] = {
    None: lambda: db.session,
    "who": who_session,
    "box": box_session,
    "answers": answers_session,
}


class Unfinished(RuntimeError):
    """A round in which something failed; ``problems`` names each, with the class of the error."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def tick(now: datetime, say: Say = lambda _line: None) -> int:
    """Do everything that is due, and send what waits. Gives the number of waves moved.

    Raises :class:`Unfinished`, when all the rest is done, if something failed.
    """
    moved = 0
    failed: list[str] = []
    stuck: set[uuid.UUID] = set()
    if not opens(None):
        _did("the registrar’s desk", partial(mind_the_desk, now), failed)
        return _finished(moved, failed)
    settle_comments(now, failed)
    while due := [one for one in waves.due(now) if one[0].id not in stuck and is_ours(*one, now)]:
        for wave, state in due:
            name = f"{wave.programme.name}, {wave.label}: {wave.state} → {state}"
            say(name)
            if _did(name, partial(STEPS[state], wave, now), failed):
                moved += 1
            else:
                stuck.add(wave.id)
    living = select(Wave).where(Wave.state.not_in(("draft", "published")))
    for wave in db.session.scalars(living).all():
        name = f"{wave.programme.name}, {wave.label}: daily round"
        _did(name, partial(look_after, wave, now), failed)
    if opens("answers") and local(now).hour in NIGHT:
        for wave in db.session.scalars(select(Wave).where(Wave.state == "summarised")).all():
            name = f"{wave.programme.name}, {wave.label}: models of a night"
            _did(name, partial(models, wave), failed)
    mind_comments(failed)
    if opens("answers"):
        _did("answers past their time", partial(retention.destroy_keys, now), failed)
    if opens("who"):
        _did("posting what changed", posted.catch_up, failed)
        _did("auditors’ files past their time", partial(retention.destroy_files, now), failed)
        _did("lists of names past their time", partial(retention.destroy_names, now), failed)
        _did("clearing what is past its time", partial(clear, now), failed)
        _did("the noticeboard", partial(keep_noticeboard, now), failed)
        _did("sending mail", partial(send, now, say), failed)
    return _finished(moved, failed)


def _finished(moved: int, failed: list[str]) -> int:
    if failed:
        raise Unfinished(failed)
    return moved


def is_ours(wave: Wave, state: str, now: datetime) -> bool:
    """Whether this process has the stores for a move, and the others have done their part of it."""
    if state == "closed":
        return opens("box") and (opens("who") or registrar.handover(wave.id) is not None)
    if state == "opened":
        return opens("box")
    if state == "summarised" and not (opens("who") and opens("answers")):
        # The publisher draws up the results; then the office tells the board.
        return opens("who") == publishing.drawn_up(wave) and not opens("box")
    if state == "published" and not opens("answers"):
        # The publisher counts what reviewers found; it cannot keep the results back for long.
        waited = now - (covenants.publishes_at(wave) or now)
        return opens("who") and (waited > LONGEST_WAIT or not review_sheets.is_laid_out(wave.id))
    return opens("who")


def _did(what: str, act: Callable[[], object], failed: list[str]) -> bool:
    """Act; when that fails undo it in every store and note it, so that the round goes on.

    Of two schedulers that write the same row at once one is refused. It looks again, and finds
    the other's work done; they may meet once more at the row after it.
    """
    for left in reversed(range(MEETINGS)):
        try:
            act()
            return True
        except Exception as error:
            _undo()
            if isinstance(error, IntegrityError) and left:
                continue
            # SECURITY 7: the class only; a message may hold what somebody wrote.
            failed.append(f"{what} failed: {type(error).__name__}")
            current_app.logger.error("scheduler: %s", failed[-1])
            break
    return False


def _undo() -> None:
    for store, session in SESSIONS.items():
        if opens(store):
            session().rollback()


def look_after(wave: Wave, now: datetime) -> None:
    """A wave's daily round, as far as this process has the stores for it."""
    if opens("box"):
        look_after_the_box(wave, now)
    if opens("who"):
        look_after_people(wave, now)


def look_after_the_box(wave: Wave, now: datetime) -> None:
    """Let ballots in, the rounded total, the witnesses' bundle, and ballots that a crash left."""
    if wave.state == "open" and not posted.has_ended(wave.id):
        ballotbox.admit(wave.id)
    waves.count_today(wave, now)
    db.session.commit()
    if witnesses.awaited(wave):
        witnesses.prepare(wave)
    if wave.state in ("opened", "summarised") and opening.is_left(wave):
        let_go(wave)


def look_after_people(wave: Wave, now: datetime) -> None:
    """Invitations that a crash left unwritten, reminders, and word that results are late."""
    if wave.state == "open" and wave.closes_at is not None and now < wave.closes_at:
        registrar.admit(wave.id)
        invitations.invite(wave, now)
        who_session().commit()
    if witnesses.awaited(wave):
        witnesses.remind(wave, now)
        who_session().commit()
    if (round_ := invitations.reminder_due(wave, now)) is not None:
        invitations.remind(wave, now, round_)
    invitations.announce_overdue(wave, waves.overdue(wave, now), now)
    who_session().commit()
    db.session.commit()


def mind_the_desk(now: datetime) -> None:
    """The registrar's own round: where a wave has ended, count for the opener, then destroy the
    keys that could sign more."""
    for wave in posted.all_posted():
        if not wave.is_waiting() and not wave.is_open(now) and registrar.has_keys(wave.id):
            registrar.shut(wave.id)
            registrar.destroy_keys(wave.id)


def _publishes() -> bool:
    """Whether this process is the publisher."""
    return opens("answers") and (opens("who") or not opens("box"))


def settle_comments(now: datetime, failed: list[str]) -> None:
    """Put what reviewers found into results that are due. Should that fail, they come out as they
    were drawn up."""
    if not _publishes():
        return
    for wave, state in waves.due(now):
        if state == "published":
            name = f"{wave.programme.name}, {wave.label}: what people found in comments"
            _did(name, partial(text_results.settle, wave), failed)


def mind_comments(failed: list[str]) -> None:
    """The publisher's round of the reviewers' desk, pulse by pulse."""
    if not _publishes():
        return
    after = select(Wave).where(Wave.state.in_((*review_desk.LAID_OUT, "published")))
    for wave in db.session.scalars(after).all():
        name = f"{wave.programme.name}, {wave.label}: comments to review"
        _did(name, partial(lay_out_comments, wave), failed)


def lay_out_comments(wave: Wave) -> None:
    """Lay out what the board's reviewers may read, and take it away once the results are out."""
    if wave.state == "published":
        review.put_away(wave)
        return
    if review.prepare(wave):
        db.session.commit()
    # Only now, so that nobody waits for it to start reading.
    if review_finding.find(wave):
        db.session.commit()


def models(wave: Wave) -> None:
    """Once for each draft, while it waits for its date: how well its questions work."""
    if publishing.models(wave):
        db.session.commit()


def keep_noticeboard(now: datetime) -> None:
    """Fix the staff log of the days before, sign what other processes posted, and hand out the
    checkpoint and, where one is wanted, the mirror."""
    today = local(now).date()
    noticeboard.fix_log(audit.days_end(today), on=today)
    noticeboard.sign()
    db.session.commit()
    noticeboard.hand_out()
    if folder := current_app.config["MIRROR"]:
        mirror.write(Path(folder), now)


def clear(now: datetime) -> None:
    """Let go of invitations, sent mail and uploads whose time is over."""
    gone = invitations.forget(now) + mail.purge(now)
    uploads.purge(now)
    who_session().commit()
    if gone:
        empty_journal("who")


def send(now: datetime, say: Say = lambda _line: None) -> int:
    """Send waiting mail, committing after each, so that a crash repeats one; give how many went."""
    total = 0
    while sent := mail.send_waiting(now, limit=BATCH, commit=who_session().commit):
        total += sent
        say(f"{total} messages sent")
    return total


def run_for_ever(app: Flask, seconds: int) -> None:
    """Tick every so many seconds until the process is stopped. A failed round is tried again."""
    while True:
        with app.app_context():
            try:
                tick(clock.now())
            except Unfinished:
                pass  # the log has it already; the next round tries again
            except Exception as error:
                # SECURITY 7: the class only; a message may hold what somebody wrote.
                app.logger.error("scheduler round failed: %s", type(error).__name__)
        time.sleep(seconds)


def open_(wave: Wave, now: datetime) -> None:
    """Open, then write to everybody: the next round finishes what a crash left unwritten."""
    waves.open_wave(wave, actor=ACTOR, now=now)
    db.session.commit()
    invitations.invite(wave, now)
    who_session().commit()


def close(wave: Wave, now: datetime) -> None:
    """Stop taking answers, then destroy the keys that could sign more."""
    waves.close(wave, actor=ACTOR, now=now)
    db.session.commit()
    if opens("who"):
        registrar.destroy_keys(wave.id)


def open_ballots(wave: Wave, now: datetime) -> None:
    """Open and shuffle, keep the answers, say so in public, and only then let the ballots and
    their keys go.

    The signing keys are destroyed here again, for a close that a crash cut short.
    """
    if opens("who"):
        registrar.destroy_keys(wave.id)
    opening.open_wave(wave, witnesses.handed_in(wave))
    answers_session().commit()
    waves.move(wave, "opened", actor=ACTOR, now=now, facts=opening.read_back(wave).facts())
    db.session.commit()
    let_go(wave)


def let_go(wave: Wave) -> None:
    """Destroy the ballots of an opened wave, their keys, and what the witness handed in."""
    opening.let_go(wave)
    box_session().commit()
    opening.scrub()
    witnesses.clear(wave.id)
    opening.destroy_keys(wave)


def summarise(wave: Wave, now: datetime) -> None:
    """Freeze the draft and tell the board that it waits for them.

    An opening that a crash cut short after it was announced lets go of its ballots here.
    Where they are processes of their own, the publisher freezes and the office tells.
    """
    if opens("box") and opening.is_left(wave):
        let_go(wave)
    if opens("answers"):
        publishing.draw_up(wave)
        answers_session().commit()
    if opens("who"):
        waves.move(wave, "summarised", actor=ACTOR, now=now)
        if wave.origin == "ballots":
            invitations.tell_board(wave, now)
            witnesses.tell(wave, now)
            who_session().commit()
    db.session.commit()


def publish(wave: Wave, now: datetime) -> None:
    """Release the results and queue the message to everybody, in one round.

    The message is kept first: a crash in between queues it again to no effect, whereas the other
    order could release results that nobody is told of.
    """
    publication = publishing.publish(wave, now)
    if wave.origin == "ballots":
        invitations.announce_results(wave, results.summary_of(publication), now)
    who_session().commit()
    db.session.commit()


STEPS: Mapping[str, Callable[[Wave, datetime], None]] = {
    "open": open_,
    "closed": close,
    "opened": open_ballots,
    "summarised": summarise,
    "published": publish,
}
