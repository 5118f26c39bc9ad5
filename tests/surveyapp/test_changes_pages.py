"""The pages on which two people change a promise, and what everybody reads of it afterwards."""

from datetime import timedelta

import pytest

from surveyapp.extensions import db
from surveyapp.models.amendments import Amendment
from surveyapp.models.surveys import Wave
from surveyapp.services import noticeboard
from tests import factories, voting
from tests.hr_pages import new_wave, page, with_roster


@pytest.fixture
def app(make_app):
    return make_app(**voting.SETTINGS)


@pytest.fixture
def wave(app):
    """The id and results key of an open wave, and the moment its results are held until."""
    voting.open_voting(app, slug="riverside")
    with app.app_context():
        found = db.session.query(Wave).one()
        return found.id, found.results_key, found.publishes_at + timedelta(days=3)


def hold(browser, wave):
    until = f"{wave[2]:%Y-%m-%dT%H:%M}"
    form = {"at": until, "reason": "mistake"}
    return browser.post(f"/changes/waves/{wave[0]}/hold", data=form)


def test_a_hold_and_its_signers_show_on_every_page_about_the_results(app, hr, witness, wave):
    asked = hold(hr, wave)
    assert asked.status_code == 303
    assert "Waits for you" not in page(hr.get("/changes/"))
    assert "Waits for you" in page(witness.get("/changes/"))
    assert "Sign and make it public" in page(witness.get(asked.location))
    stranger = app.test_client()
    places = (f"/r/{wave[1]}", "/trust/riverside/1")
    assert all("results were held back" not in page(stranger.get(place)) for place in places)
    assert witness.post(f"{asked.location}/sign").status_code == 303
    for browser, place in [(stranger, one) for one in places] + [(hr, "/results/riverside")]:
        shown = page(browser.get(place))
        assert "The results were held back until" in shown
        assert "Harriet Example (for HR) and Witness Example (as witness) signed this." in shown
        assert "A mistake in the figures is being looked into" in shown


def test_results_that_came_out_still_say_that_they_were_held(app, hr, witness, wave):
    witness.post(f"{hold(hr, wave).location}/sign")
    with app.app_context():
        found = db.session.query(Wave).one()
        found.state = "published"
        factories.a_publication(found)
        factories.committed()
    for place in ("", "/themes", "/groups", "/downloads"):
        shown = page(app.test_client().get(f"/r/{wave[1]}{place}"))
        assert "The results were held back until" in shown


def test_results_taken_back_are_named_where_they_stood(app, hr, witness, wave):
    with app.app_context():
        found = db.session.query(Wave).one()
        found.state = "published"
        sha256 = factories.a_publication(found).sha256
        factories.committed()
    asked = hr.post(f"/changes/waves/{wave[0]}/tombstone", data={"reason": "person"})
    assert witness.post(f"{asked.location}/sign").status_code == 303
    for place in (f"/r/{wave[1]}", "/trust/riverside/1"):
        shown = page(app.test_client().get(place))
        assert "The results of Spring pulse were taken back" in shown
        assert sha256 in shown
    assert app.test_client().get(f"/r/{wave[1]}/themes").status_code == 409


def test_nobody_signs_through_the_address_what_the_page_does_not_offer(app, hr, board, wave):
    address = hold(hr, wave).location
    assert hr.post(f"{address}/sign").status_code == 403
    assert board.post(f"{address}/sign").status_code == 403
    assert board.get(address).status_code == 200
    with app.app_context():
        assert db.session.query(Amendment).one().state == "proposed"


def test_an_auditor_sees_holds_and_nothing_else(app, hr, auditor, wave):
    rule = hr.post(f"/changes/waves/{wave[0]}/rule", data={"k": "14", "reason": "asked"}).location
    held = hold(hr, wave).location
    assert auditor.get(rule).status_code == 404
    assert auditor.get(held).status_code == 200
    shown = page(auditor.get("/changes/"))
    assert "Hold the results back" in shown
    assert "more answers" not in shown


def test_what_cannot_be_asked_for_is_said_on_the_form(hr, wave):
    answer = hr.post(f"/changes/waves/{wave[0]}/rule", data={"k": "9", "reason": "asked"})
    assert answer.status_code == 422
    assert "can be raised and never lowered" in page(answer)
    assert hr.get(f"/changes/waves/{wave[0]}/everything").status_code == 404


def test_a_raised_rule_is_the_one_that_people_read(app, hr, board, wave):
    asked = hr.post(f"/changes/waves/{wave[0]}/rule", data={"k": "14", "reason": "asked"})
    board.post(f"{asked.location}/sign")
    assert "Groups with fewer than 14 answers" in page(app.test_client().get("/trust/riverside/1"))


@pytest.fixture
def draft(app, hr):
    """The address of a draft that could be locked."""
    with app.app_context():
        slug = factories.a_programme().slug
        factories.committed()
    with_roster(hr, slug)
    return new_wave(hr, slug).location


def state(app):
    with app.app_context():
        return db.session.query(Wave).one().state


def proposal(app):
    with app.app_context():
        return f"/changes/{db.session.query(Amendment).one().id}"


def test_promises_are_locked_by_hr_and_the_board_where_there_is_no_witness(app, hr, board, draft):
    hr.post(f"{draft}commit")
    hr.post(f"{draft}commit")  # pressed twice
    assert state(app) == "draft"
    assert "Waiting for the second signature" in page(hr.get(draft))
    shown = page(board.get(proposal(app)))
    assert "Groups with fewer than 10 answers are never shown." in shown
    assert "Riverside / Days" in shown or "Days: 15 people" in shown
    assert board.post(f"{proposal(app)}/sign").status_code == 303
    assert state(app) == "committed"
    with app.app_context():
        (line,) = [one for one in noticeboard.lines() if one.type == "COMMITTED"]
        assert [one["role"] for one in line.body["signed"]] == ["hr", "board"]
    both = "Harriet Example (for HR) and Board Example (for the board) signed this."
    assert both in page(app.test_client().get("/trust/riverside/1"))


def test_where_there_is_a_witness_the_board_does_not_lock(app, hr, board, witness, draft):
    hr.post(f"{draft}commit")
    assert board.post(f"{proposal(app)}/sign").status_code == 403
    assert witness.post(f"{proposal(app)}/sign").status_code == 303
    assert state(app) == "committed"


def test_a_draft_that_changed_after_it_was_proposed_is_not_locked(app, hr, board, draft):
    hr.post(f"{draft}commit")
    with app.app_context():
        wave = db.session.query(Wave).one()
        wave.publishes_at += timedelta(days=20)
        db.session.commit()
    answer = board.post(f"{proposal(app)}/sign")
    assert answer.status_code == 409
    assert "changed after this was asked" in page(answer)
    assert state(app) == "draft"


def test_where_nobody_else_has_an_account_the_board_shows_one_name(app, hr, draft):
    hr.post(f"{draft}commit")
    with app.app_context():
        (line,) = [one for one in noticeboard.lines() if one.type == "COMMITTED"]
        assert line.body["signed"] == [{"role": "hr", "name": "Harriet Example"}]


def test_a_draft_that_waits_for_a_signature_can_still_be_deleted(app, hr, board, draft):
    hr.post(f"{draft}commit")
    assert hr.post(f"{draft}delete").status_code == 303
    with app.app_context():
        assert db.session.query(Wave).count() == db.session.query(Amendment).count() == 0
