"""Ways to keep results back, or to promise more than is held, that need one person too few."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from surveyapp.crypto import witness_key
from surveyapp.errors import Rejected
from surveyapp.extensions import db
from surveyapp.formatting import moment
from surveyapp.models.amendments import Amendment
from surveyapp.models.surveys import Wave
from surveyapp.services import (
    amendments,
    audits,
    covenants,
    messages,
    noticeboard,
    promises,
    waves,
    witnesses,
)
from tests import factories, voting
from tests.hr_pages import new_wave, page, with_roster

DAY = timedelta(days=1)


@pytest.fixture
def app(make_app):
    return make_app(**voting.SETTINGS)


@pytest.fixture
def draft(app, hr):
    """The address of a draft that could be locked, with a witness whose keys HR made up."""
    with app.app_context():
        slug = factories.a_programme().slug
        factories.committed()
    with_roster(hr, slug)
    address = new_wave(hr, slug).location
    with app.app_context():
        made_up = witness_key.WitnessKey.new("Unison, Riverside branch").public()
        witnesses.name(db.session.scalars(select(Wave)).one(), made_up.to_bytes())
        factories.committed()
    return address


def state(app):
    with app.app_context():
        return db.session.scalars(select(Wave.state)).one()


def test_naming_a_witness_who_has_no_account_does_not_spare_hr_the_board(app, hr, board, draft):
    hr.post(f"{draft}commit")
    assert state(app) == "draft"
    with app.app_context():
        address = f"/changes/{db.session.scalars(select(Amendment.id)).one()}"
    assert board.post(f"{address}/sign").status_code == 303
    assert state(app) == "committed"


def test_whoever_signs_for_a_witness_sees_whose_key_it_is(app, hr, witness, draft):
    """HR could name the union and hold the key itself: only the fingerprint tells."""
    hr.post(f"{draft}commit")
    with app.app_context():
        (named,) = witnesses.of(db.session.scalars(select(Wave)).one())
        address = f"/changes/{db.session.scalars(select(Amendment.id)).one()}"
    assert named.fingerprint() in page(witness.get(address))


@pytest.fixture
def wave(app):
    """An open wave of a house with every role, and the application's context around the test."""
    voting.open_voting(app)
    with app.app_context():
        for role in factories.ROLES:
            factories.an_account(role)
        yield db.session.scalars(select(Wave)).one()


def test_a_rule_is_not_raised_until_nothing_is_shown(wave):
    by = factories.an_account("hr", email="other@example.org")
    now = wave.opens_at + DAY
    promised = covenants.rule_of(wave).k
    for answers in (2 * promised + 1, 1000):
        with pytest.raises(Rejected, match="twice"):
            amendments.propose(wave, "rule", {"k": str(answers)}, "asked", by, now)
    amendments.propose(wave, "rule", {"k": str(2 * promised)}, "asked", by, now)


def test_a_date_taken_out_of_the_database_still_makes_the_wave_due_and_overdue(wave):
    promised = {name: getattr(wave, name) for name in ("closes_at", "publishes_at")}
    db.session.execute(update(Wave).values(publishes_at=None, closes_at=None))
    db.session.refresh(wave)
    assert waves.due(promised["closes_at"]) == [(wave, "closed")]
    assert waves.overdue(wave, promised["publishes_at"] + 2 * DAY) == 2
    db.session.execute(update(Wave).values(state="summarised"))
    db.session.refresh(wave)
    assert waves.due(promised["publishes_at"]) == [(wave, "published")]


def test_a_state_written_into_the_database_does_not_hide_that_results_are_late(wave):
    publishes = wave.publishes_at
    db.session.execute(update(Wave).values(state="published"))
    db.session.refresh(wave)
    assert waves.overdue(wave, publishes + 2 * DAY) == 2


def test_whoever_comes_too_early_is_told_the_promised_day_whatever_a_row_says(app, wave):
    promised = moment(wave.publishes_at)
    db.session.execute(update(Wave).values(publishes_at=wave.publishes_at + 30 * DAY))
    factories.committed()
    early = page(app.test_client().get(f"/r/{wave.results_key}/themes"))
    assert f"They will be here on {promised}." in early


def test_no_auditor_slips_in_between_the_two_signatures(app, hr, board, draft):
    """An auditor is handed every set of answers: HR could add a key of its own at the last."""
    hr.post(f"{draft}commit")
    with app.app_context():
        address = f"/changes/{db.session.scalars(select(Amendment.id)).one()}"
        made_up = witness_key.WitnessKey.new("A big firm of auditors").public()
        audits.name(db.session.scalars(select(Wave)).one(), made_up.to_bytes())
        factories.committed()
    assert board.post(f"{address}/sign").status_code == 409
    assert state(app) == "draft"
    shown = page(board.get(address))
    assert made_up.name in shown
    assert made_up.fingerprint() in shown


@pytest.mark.parametrize("column", ["audience", "phase", "label", "diary"])
def test_nothing_else_of_a_draft_changes_between_the_two_signatures(app, hr, board, draft, column):
    hr.post(f"{draft}commit")
    with app.app_context():
        address = f"/changes/{db.session.scalars(select(Amendment.id)).one()}"
        changed = {"diary": True}.get(column, "another")
        db.session.execute(update(Wave).values({column: changed}))
        factories.committed()
    assert board.post(f"{address}/sign").status_code == 409
    assert state(app) == "draft"


def test_a_line_that_would_hide_every_figure_does_not_count(wave):
    """Somebody with the noticeboard's key writes a line that no page would write."""
    rule = dict.fromkeys(covenants.rule_of(wave).to_dict(), 1000)
    body = {"wave": str(wave.id), "change": "rule", "rule": rule, "signed": [], "reason": ""}
    noticeboard.post("AMENDED", body, on=wave.opens_at.date())
    assert covenants.rule_of(wave).k == 10


def test_closing_before_the_promised_day_is_said_wherever_results_stand(app, wave):
    """HR may end a pulse alone; ended within the hour, it has nothing to show."""
    address = f"/trust/{wave.programme.slug}/1"
    assert "closed early" not in page(app.test_client().get(address))
    waves.close(wave, actor="hr@example.org", now=wave.opens_at + DAY)
    factories.committed()
    assert "The pulse was closed early" in page(app.test_client().get(address))
    db.session.execute(update(Wave).values(closed_on=wave.closes_at.date().isoformat()))
    db.session.refresh(wave)
    assert any("closed early" in words for words in covenants.changed_words(wave))
    found = covenants.in_force(wave)
    for _, mail in (
        messages.results(wave, found, ["One."], "https://x", ()),
        messages.overdue(wave, found, 3, "https://x"),
    ):
        assert "The pulse was closed early" in " ".join(mail.split())
    (line,) = noticeboard.about(wave.id, ("CLOSED",))
    ((_, words),) = covenants.happened([line])
    assert words == f"The pulse closed. It was promised for {promises.when(wave.closes_at)}"
