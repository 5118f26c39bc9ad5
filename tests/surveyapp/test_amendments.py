"""A promise is changed by two people in two roles, in the open, and never to protect less."""

import itertools
import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError

from analysis.disclosure import Rule
from surveyapp.errors import CandourError, NotAllowed, NotNow, Rejected
from surveyapp.extensions import db, who_session
from surveyapp.models.accounts import Account
from surveyapp.models.amendments import Amendment
from surveyapp.models.participation import OutboxMail
from surveyapp.models.publications import Notice, Publication
from surveyapp.models.surveys import Wave
from surveyapp.services import amendments, covenants, in_force, noticeboard, publishing, waves
from tests import factories, voting
from tests.surveyapp.test_at_once import at_once

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def wave(make_app):
    """An open wave of a house with every role, and the application's context around the test."""
    app = make_app(**voting.SETTINGS)
    voting.open_voting(app)
    with app.app_context():
        for role in factories.ROLES:
            factories.an_account(role)
        yield db.session.scalars(select(Wave)).one()


def who(role):
    return db.session.scalars(select(Account).where(Account.email == f"{role}@example.org")).one()


def utc(moment):
    return f"{moment.isoformat()}Z"


def ask(wave, change, by="hr", now=None, **wanted):
    reason = next(iter(amendments.kind_of(change).reasons))
    return amendments.propose(wave, change, wanted, reason, who(by), now or wave.opens_at + DAY)


def changed(wave, change, by="hr", signer="witness", **wanted):
    asked = ask(wave, change, by, **wanted)
    amendments.sign(asked, who(signer), wave.opens_at + DAY)


def posted(wave):
    return [line.type for line in noticeboard.about(wave.id, in_force.LINES)]


def test_a_change_takes_effect_only_with_the_second_signature(wave):
    asked = ask(wave, "rule", k="14")
    assert covenants.rule_of(wave).k == 10
    assert posted(wave) == []
    frozen = wave.covenant
    amendments.sign(asked, who("board"), wave.opens_at + DAY)
    (line,) = noticeboard.about(wave.id, in_force.LINES)
    assert covenants.rule_of(wave).k == 14
    assert wave.covenant == frozen
    assert line.type == "AMENDED"
    assert line.body["signed"] == [
        {"role": "hr", "name": "Harriet Example"},
        {"role": "board", "name": "Board Example"},
    ]
    assert line.body["reason"] == "A small group could have stood out"


@pytest.mark.parametrize("answers", ["9", "10", "0", "-3", "many"])
def test_the_rule_is_never_lowered(wave, answers):
    with pytest.raises(Rejected):
        ask(wave, "rule", k=answers)


def test_a_rule_that_was_raised_is_not_lowered_again(wave):
    changed(wave, "rule", k="14")
    with pytest.raises(Rejected, match="14 answers are needed now"):
        ask(wave, "rule", k="12")
    changed(wave, "rule", k="15")
    rule = covenants.rule_of(wave)
    assert all(rule.to_dict()[name] >= value for name, value in Rule().to_dict().items())


def test_a_line_that_would_lower_the_rule_or_delay_results_for_good_does_not_count(wave):
    """Somebody with the board's key and no scruple writes the lines that no page would write."""
    low = replace(Rule(), k=8, k_sensitive=8, k_full=8, comments=8, comments_answers=8).to_dict()
    body = {"wave": str(wave.id), "change": "rule", "rule": low, "signed": [], "reason": ""}
    noticeboard.post("AMENDED", body, on=wave.opens_at.date())
    never = {"wave": str(wave.id), "until": "2099-01-01T09:00:00Z", "signed": [], "reason": ""}
    noticeboard.post("HELD", never, on=wave.opens_at.date())
    promised = wave.publishes_at
    db.session.execute(update(Wave).values(publishes_at=in_force.moment(never["until"])))
    db.session.refresh(wave)
    assert covenants.rule_of(wave) == Rule()
    assert waves.overdue(wave, promised + 3 * DAY) == 3


def test_a_results_date_moved_in_the_database_still_makes_the_wave_overdue_and_due(wave):
    promised = wave.publishes_at
    db.session.execute(update(Wave).values(publishes_at=promised + 300 * DAY, state="summarised"))
    db.session.refresh(wave)
    assert waves.overdue(wave, promised + 2 * DAY) == 2
    assert waves.due(promised) == [(wave, "published")]


def test_one_account_cannot_sign_twice(wave):
    asked = ask(wave, "rule", k="14")
    who("hr").role_names = ["hr", "board", "witness"]
    with pytest.raises(NotAllowed, match="Somebody else"):
        amendments.sign(asked, who("hr"), wave.opens_at + DAY)
    assert posted(wave) == []


def test_two_accounts_of_one_role_are_not_enough(wave):
    asked = ask(wave, "rule", k="14")
    second = factories.an_account("hr", email="second@example.org")
    with pytest.raises(NotAllowed, match="another role"):
        amendments.sign(asked, second, wave.opens_at + DAY)


def test_somebody_who_works_for_hr_does_not_sign_for_the_board(wave):
    asked = ask(wave, "rule", k="14")
    both = factories.an_account("board", email="both@example.org")
    both.role_names = ["board", "hr"]
    with pytest.raises(NotAllowed):
        amendments.sign(asked, both, wave.opens_at + DAY)


@pytest.mark.parametrize(
    ("change", "first", "second", "may"),
    [
        ("hold", "hr", "witness", True),
        ("hold", "board", "auditor", True),
        ("hold", "auditor", "board", True),
        ("hold", "hr", "board", False),
        ("hold", "witness", "auditor", False),
        ("rule", "hr", "auditor", False),
        ("rule", "witness", "hr", True),
        ("extend", "board", "witness", False),
        ("extend", "hr", "board", True),
        ("rule", "manager", "witness", False),
        ("rule", "admin", "witness", False),
    ],
)
def test_which_two_roles_sign_what(wave, change, first, second, may):
    wanted = {
        "hold": {"until": utc(wave.publishes_at + DAY)},
        "rule": {"k": "14"},
        "extend": {"closes": utc(wave.closes_at + DAY)},
    }[change]
    if may:
        changed(wave, change, first, second, **wanted)
    else:
        with pytest.raises(NotAllowed):
            changed(wave, change, first, second, **wanted)


def test_results_are_taken_back_by_the_witness_or_where_there_is_none_by_the_board(wave):
    assert amendments.sides("tombstone", wave)[1] == {"witness"}
    who("witness").active = False
    db.session.flush()
    assert amendments.sides("tombstone", wave)[1] == {"board"}


def test_a_reason_comes_from_the_list(wave):
    with pytest.raises(Rejected, match="reason"):
        amendments.propose(wave, "rule", {"k": "14"}, "because", who("hr"), wave.opens_at)


@pytest.mark.parametrize(("days", "may"), [(7, True), (7.01, False), (-1, False), (0, False)])
def test_closing_moves_later_by_a_week_at_most(wave, days, may):
    later = utc(wave.closes_at + timedelta(days=days))
    if may:
        changed(wave, "extend", closes=later)
        assert utc(covenants.closes_at(wave)) == later
    else:
        with pytest.raises(Rejected):
            ask(wave, "extend", closes=later)


def test_closing_moves_once_and_not_in_the_last_hour(wave):
    with pytest.raises(NotNow, match="too late"):
        ask(wave, "extend", now=wave.closes_at - HOUR / 2, closes=utc(wave.closes_at + DAY))
    twin = ask(wave, "extend", closes=utc(wave.closes_at + 2 * DAY))
    changed(wave, "extend", closes=utc(wave.closes_at + DAY))
    with pytest.raises(NotNow, match="moved once already"):
        ask(wave, "extend", closes=utc(wave.closes_at + DAY))
    with pytest.raises(NotNow, match="moved once already"):
        amendments.sign(twin, who("board"), wave.opens_at + DAY)


def test_a_week_more_leaves_people_their_codes_and_tells_them(wave):
    promised = wave.closes_at
    changed(wave, "extend", closes=utc(promised + DAY))
    assert waves.due(promised) == []
    assert waves.due(promised + DAY) == [(wave, "closed")]
    told = who_session().scalars(select(OutboxMail).where(OutboxMail.kind == "extended")).all()
    assert {"witness@example.org", "person.000@example.org"} < {one.recipient for one in told}
    body = " ".join(told[0].body.split())
    assert "Closing was moved to" in body
    assert "Harriet Example (for HR) and Witness Example (as witness) signed this." in body


@pytest.mark.parametrize(("days", "may"), [(14, True), (14.01, False), (-1, False)])
def test_results_are_held_back_by_two_weeks_at_most(wave, days, may):
    until = utc(wave.publishes_at + timedelta(days=days))
    if may:
        changed(wave, "hold", until=until)
        assert posted(wave) == ["HELD"]
    else:
        with pytest.raises(Rejected):
            ask(wave, "hold", until=until)


def test_results_are_held_back_once_and_only_before_their_date(wave):
    with pytest.raises(NotNow, match="has come"):
        ask(wave, "hold", now=wave.publishes_at, until=utc(wave.publishes_at + DAY))
    changed(wave, "hold", until=utc(wave.publishes_at + DAY))
    with pytest.raises(NotNow, match="once already"):
        ask(wave, "hold", until=utc(wave.publishes_at + DAY))


def test_a_hold_binds_the_scheduler_then_ends_by_itself_and_is_overdue_past_its_date(wave):
    promised = wave.publishes_at
    changed(wave, "hold", until=utc(promised + 5 * DAY))
    db.session.execute(update(Wave).values(state="summarised"))
    db.session.refresh(wave)
    factories.a_publication(wave)
    with pytest.raises(NotNow, match="held back"):
        publishing.publish(wave, promised + DAY)
    db.session.rollback()


def test_held_results_are_due_at_the_held_date(wave):
    promised = wave.publishes_at
    changed(wave, "hold", until=utc(promised + 5 * DAY))
    db.session.execute(update(Wave).values(state="summarised"))
    db.session.refresh(wave)
    assert waves.due(promised + DAY) == []
    assert waves.overdue(wave, promised + DAY) == 0
    assert waves.due(promised + 5 * DAY) == [(wave, "published")]
    assert waves.overdue(wave, promised + 7 * DAY) == 2


def test_the_database_itself_refuses_a_second_hold_and_one_person_as_two(wave):
    changed(wave, "hold", until=utc(wave.publishes_at + DAY))
    first = db.session.scalars(select(Amendment)).one()
    columns = {
        name: getattr(first, name)
        for name in ("wave_id", "change", "reason", "proposed_on", "proposed_by_id", "signed_by_id")
    }
    for twin in (columns, {**columns, "change": "rule", "signed_by_id": first.proposed_by_id}):
        statement = insert(Amendment).values(id=uuid.uuid4(), wanted={}, state="signed", **twin)
        with pytest.raises(IntegrityError), db.session.begin_nested():
            db.session.execute(statement)


def test_results_taken_back_leave_their_name_and_fingerprint(wave):
    db.session.execute(update(Wave).values(state="published"))
    db.session.refresh(wave)
    publication = factories.a_publication(wave)
    words, sha256 = publication.summary, publication.sha256
    assert len(words) > 100
    changed(wave, "tombstone")
    db.session.expire_all()
    kept = db.session.scalars(select(Publication)).one()
    assert (kept.summary, kept.sha256) == ("", sha256)
    (line,) = noticeboard.about(wave.id, ("TOMBSTONE",))
    assert (line.body["sha256"], line.body["number"]) == (sha256, 1)
    with pytest.raises(NotNow):
        ask(wave, "tombstone")


def test_a_withdrawn_proposal_cannot_be_signed(wave):
    asked = ask(wave, "rule", k="14")
    amendments.withdraw(asked, who("board"), wave.opens_at)
    with pytest.raises(NotNow):
        amendments.sign(asked, who("witness"), wave.opens_at + DAY)


def test_a_page_that_was_mended_is_added_beside_the_promised_one(wave):
    covenant = {**covenants.of(wave), "client": {"respond.js": "0" * 64}}
    body = {"wave": str(wave.id), "change": "client", "client": {"respond.js": "1" * 64}}
    noticeboard.post("AMENDED", body, on=wave.opens_at.date())
    found = in_force.of(covenant, noticeboard.about(wave.id, in_force.LINES))
    assert found["client"] == {"respond.js": "0" * 64}
    assert found["clients"] == [{"respond.js": "1" * 64}]
    for wanted in ({"file": "other.js", "sha256": "1" * 64}, {"file": "respond.js", "sha256": "x"}):
        with pytest.raises(Rejected):
            ask(wave, "client", **wanted)


@pytest.mark.parametrize("store", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_of_two_who_sign_at_once_one_does(request, make_app, tmp_path, store):
    if store == "postgres":
        app = make_app(DATABASES=request.getfixturevalue("postgres").fresh(), **voting.SETTINGS)
    else:
        app = make_app(**voting.on_files(tmp_path))
    voting.open_voting(app)
    with app.app_context():
        for role in ("hr", "witness", "auditor"):
            factories.an_account(role)
        wave = db.session.scalars(select(Wave)).one()
        until, now = utc(wave.publishes_at + DAY), wave.opens_at + DAY
        for _ in range(2):
            ask(wave, "hold", until=until)
        factories.committed()

    turn = itertools.count()

    def sign():
        asked = db.session.scalars(select(Amendment).order_by(Amendment.id)).all()
        try:
            amendments.sign(asked[next(turn) % 2], who("witness"), now)
        except CandourError as refusal:
            db.session.rollback()
            return type(refusal)
        who_session().commit()
        return "signed"

    answers = at_once(app, 4, sign)
    assert answers.count("signed") == 1
    with app.app_context():
        held = select(func.count()).select_from(Notice).where(Notice.type == "HELD")
        assert db.session.scalar(held) == 1
