"""The made-up organisation's story: four pulses from files, two through the whole web, one open."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from analysis import simulate
from analysis.disclosure import Rule
from surveyapp import clock, jobs
from surveyapp.demo import answering, people, reviewing, sealing
from surveyapp.extensions import answers_session, db, who_session
from surveyapp.models.accounts import Account
from surveyapp.models.surveys import Programme, Wave
from surveyapp.services import (
    actions,
    authoring,
    board,
    publishing,
    results,
    roster,
    waves,
)

Say = Callable[[str], None]

IMPORTED = 4
# Two, so that people checked the comments of both and a change can be told.
THROUGH_THE_WEB = (5, 6)
LAST = THROUGH_THE_WEB[-1]
LEFT_OPEN = 7
WEEKS_BETWEEN = 9
OPEN_FOR, PUBLISHED_AFTER = timedelta(days=14), timedelta(days=21)
# Whose names stand under the promises on the noticeboard.
SIGNED = ({"role": "hr", "name": "Hana Reid"}, {"role": "witness", "name": "Wanda Ortiz"})
GUARDIANS_AFTER = 3
# After which pulse, due in how many weeks, what.
PROMISES = (
    (
        1,
        30,
        actions.Promise(
            theme="workload",
            you_said="Caseloads are too high to do good work",
            answer="will",
            text="publish caseloads by team every month",
            owner="Head of safeguarding",
        ),
    ),
    (
        1,
        0,
        actions.Promise(
            theme="tools_infrastructure",
            you_said="The case recording system loses our work",
            answer="wont",
            text="replace the case recording system this year",
            because="the contract runs until next April. Autosave was switched on instead",
        ),
    ),
    (
        GUARDIANS_AFTER,
        6,
        actions.Promise(
            theme="fear_speaking_out",
            you_said="People are afraid to raise worries",
            answer="will",
            text="give every team a speak-up guardian from outside its line",
            owner="Director of children’s services",
        ),
    ),
)
NOTES = (
    ("rings_true", "", False),
    ("rings_true", "", True),
    ("partly", "True for the duty teams. Fostering would say it is milder than this.", False),
)


def build(say: Say) -> tuple[Wave, str, str]:
    """Tell the whole story; the wave left open, with a link and a typed code to answer it."""
    today = clock.now().replace(hour=9, minute=0, second=0)
    say("Making up a children’s service (simulated)")
    organisation = simulate.organisation()
    programme = authoring.create_programme(
        "How is work?",
        organisation.name,
        contact="the staff survey desk, extension 4100",
        support="Speak-up guardian: extension 4200. Samaritans: 116 123.",
        simulated=True,
    )
    cast = people.sign_ins(programme)
    db.session.commit()
    for number in range(1, IMPORTED + 1):
        day = today - timedelta(weeks=WEEKS_BETWEEN * (LAST - number) + 1)
        _import(programme, organisation, number, day, say)
        _promise(programme, number, day + timedelta(days=7))
        if number == GUARDIANS_AFTER:
            _follow(programme, day + timedelta(days=7))
    for number in THROUGH_THE_WEB:
        published = today - timedelta(weeks=WEEKS_BETWEEN * (LAST - number), days=2)
        _through_the_web(programme, organisation, number, cast, published, say)
    return _leave_open(programme, organisation, today, say)


def _import(
    programme: Programme,
    organisation: simulate.Organisation,
    number: int,
    day: datetime,
    say: Say,
) -> None:
    incoming = replace(organisation.wave(number), date=day.date().isoformat(), label=f"{day:%B %Y}")
    with clock.as_if(day):
        wave = publishing.import_wave(
            programme, incoming, organisation.instrument(number), Rule(), day
        )
        jobs.summarise(wave, day)
        jobs.publish(wave, day)
    answers_session().commit()
    db.session.commit()
    say(f"Pulse {number}, {wave.label}: {len(incoming.responses)} answers brought in from a file")


def _promise(programme: Programme, number: int, day: datetime) -> None:
    """What leaders answered to a pulse: two promises and one refusal over the year."""
    with clock.as_if(day):
        for after, weeks, promise in PROMISES:
            if after == number:
                due = (day + timedelta(weeks=weeks)).date() if weeks else None
                actions.add(programme, replace(promise, due=due), today=day.date())
    db.session.commit()


def _follow(programme: Programme, day: datetime) -> None:
    """The first promise: its effect registered, then started, then done."""
    line = next(one for one in actions.ledger(programme) if one.theme == "fear_speaking_out")
    commitment = actions.commitment_of(programme, line.id)
    with clock.as_if(day):
        actions.register(
            commitment,
            actions.Effect(
                theme="fear_speaking_out",
                points=5,
                unit="",
                who="All staff",
                start=(day + timedelta(days=7)).date(),
                check=LAST,
                failure="The score stays where it is, or falls.",
            ),
            today=day.date(),
        )
    for days, kind, words in ((8, "doing", "Nine guardians named."), (40, "done", "All trained.")):
        moment = day + timedelta(days=days)
        with clock.as_if(moment):
            actions.step(commitment, kind, words, today=moment.date())
    db.session.commit()


def _new_wave(
    programme: Programme,
    organisation: simulate.Organisation,
    number: int,
    opens: datetime,
    say: Say,
) -> Wave:
    """The roster, the wave and its promises, then the opening: as HR does it."""
    made = opens - timedelta(days=1)
    with clock.as_if(made):
        preview = roster.read(organisation.roster_csv(number).encode(), programme)
        roster.apply(preview)
        who_session().commit()
        chosen = organisation.instrument(number)
        before = authoring.last_instrument(programme)
        wave = authoring.create_wave(
            programme,
            authoring.declare_breaks(chosen, before, str(number)),
            label=f"{opens:%B %Y}",
            opens_at=opens,
            closes_at=opens + OPEN_FOR,
            publishes_at=opens + PUBLISHED_AFTER,
            now=made,
            phase="check",
        )
        if number in THROUGH_THE_WEB:
            sealing.name(wave)
        say(f"Pulse {number}, {wave.label}: locking the promises and making the keys")
        waves.commit(wave, actor="hr@riverside.example", now=made, signed=SIGNED)
        who_session().commit()
        db.session.commit()
    _tick(opens)
    return wave


def _through_the_web(
    programme: Programme,
    organisation: simulate.Organisation,
    number: int,
    cast: list[Account],
    published: datetime,
    say: Say,
) -> None:
    opens = published - PUBLISHED_AFTER
    wave = _new_wave(programme, organisation, number, opens, say)
    answering.answer(wave, organisation.answers(number), opens + timedelta(days=2), say)
    say(f"Pulse {wave.number}: closing")
    _tick(opens + OPEN_FOR)
    say(f"Pulse {wave.number}: the witness (simulated) opens {sealing.open_(wave)} sealed ballots")
    _tick(opens + OPEN_FOR)
    _sense_check(programme, cast)
    members = [account for account in cast if "board" in account.role_names]
    with clock.as_if(opens + OPEN_FOR):
        read = reviewing.read(wave, members)
        named = reviewing.name(wave, members)
    say(f"Pulse {wave.number}: two reviewers (simulated) check {read} comments")
    if named:
        say(f"Pulse {wave.number}: they name {named} new subject{'s' if named > 1 else ''}")
    say(f"Pulse {wave.number}: publishing on its date")
    _tick(opens + PUBLISHED_AFTER)


def _tick(moment: datetime) -> None:
    with clock.as_if(moment):
        jobs.tick(moment)


def _sense_check(programme: Programme, cast: list[Account]) -> None:
    found = results.draft(programme)
    if found is None:
        return
    _, publication, summary = found
    members = [account for account in cast if "board" in account.role_names]
    for number, theme in enumerate(summary.themes):
        for place, member in enumerate(members):
            view, reason, signed = NOTES[(number + place) % len(NOTES)]
            board.check(publication, theme.id, member, view=view, reason=reason, signed=signed)
    db.session.commit()


def _leave_open(
    programme: Programme, organisation: simulate.Organisation, today: datetime, say: Say
) -> tuple[Wave, str, str]:
    """A pulse that most have answered, with one invitation kept for the newcomer."""
    opens = today - timedelta(days=1)
    wave = _new_wave(programme, organisation, LEFT_OPEN, opens, say)
    said = organisation.answers(LEFT_OPEN)
    answering.answer(wave, said, opens + timedelta(hours=3), say)
    taken = {answer.email for answer in said}
    link, code = next(
        found for email, found in answering.invitations(wave).items() if email not in taken
    )
    return wave, link, code
