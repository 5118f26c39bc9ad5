"""The board says whether the findings ring true, and can do nothing else."""

import hashlib
from dataclasses import replace

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from surveyapp.extensions import db
from surveyapp.models.accounts import Account
from surveyapp.models.board import SenseCheck
from surveyapp.models.publications import Publication, PublishedFile
from surveyapp.models.surveys import Wave
from surveyapp.services import board as service
from tests import factories
from tests.analysis import samples

PAGE = "/board/riverside/workload"


@pytest.fixture
def draft(app):
    """A summarised wave whose results only the board may see; the publication's id."""
    with app.app_context():
        publication = factories.a_publication(factories.a_wave(state="summarised"))
        chart = PublishedFile(
            publication_id=publication.id,
            name="trend-workload.svg",
            media_type="image/svg+xml",
            body=b"<svg/>",
        )
        db.session.add(chart)
        factories.committed()
        return publication.id


def say(client, view, reason="", **more):
    return client.post(PAGE, data={"view": view, "reason": reason, **more})


def test_the_draft_is_marked_and_links_to_every_finding(board, draft):
    page = board.get("/board/riverside").text
    assert "Draft" in page
    assert all(f"/board/riverside/{theme}" in page for theme in ("speaking_up", "workload"))
    finding = board.get(PAGE).text
    assert "Draft" in finding
    assert "What we don’t know" in finding
    assert "Not shown" in finding
    small = [unit.name for unit in samples.UNITS if unit.too_few and unit.parent]
    assert f"Too small to show alone: {', '.join(small)}." in finding
    rows = BeautifulSoup(finding, "html.parser").select("main tbody tr")
    cells = {row.th.text: row.td.get_text(" ", strip=True) for row in rows}
    assert {cells[name] for name in small} == {"▨ Not shown"}, "one word for one thing"
    assert board.get(f"{PAGE}/trend.svg").data == b"<svg/>"
    assert board.get("/board/riverside/nothing").status_code == 404


def test_without_a_draft_it_says_when_one_comes(app, board):
    with app.app_context():
        factories.a_wave(state="open")
        factories.committed()
    assert "Its draft comes after that" in board.get("/board/riverside").text
    assert board.get(PAGE).status_code == 409


def test_dissent_needs_a_reason_and_is_kept_word_for_word(app, board, draft):
    refused = say(board, "partly")
    assert "Write why" in refused.text
    assert 'value="partly" checked' in refused.text  # nothing chosen is lost
    words = "Nights <are> worse & nobody asks."
    assert say(board, "partly", words).status_code == 302
    with app.app_context():
        checked = service.record_of(draft)["workload"]
        assert [said.reason for said in checked.said] == [words]
        assert checked.said[0].name == ""
        assert dict(checked.counts)["partly"] == 1
        assert checked.label == "Not yet sense-checked"


def test_a_member_may_sign_and_may_change_their_mind(app, board, draft):
    say(board, "missing", "Agency staff", signed="y")
    say(board, "not_ours", "Not on days", signed="y")
    with app.app_context():
        checked = service.record_of(draft)["workload"]
        assert checked.members == 1
        assert [(said.view, said.name) for said in checked.said] == [("not_ours", "Board Example")]


def test_three_members_make_it_sense_checked(app, draft):
    for number in range(3):
        member = app.test_client()
        factories.sign_in(member, "board", email=f"member{number}@example.org")
        say(member, "rings_true" if number else "not_ours", "" if number else "Not us")
    with app.app_context():
        checked = service.record_of(draft)["workload"]
        assert checked.label == "Sense-checked by 3 board members"
        assert checked.members == 3
        assert service.record_of(draft)["speaking_up"].label == "Not yet sense-checked"


def test_the_board_changes_neither_figures_nor_dates(app, board, draft):
    with app.app_context():
        before = db.session.get(Publication, draft)
        kept = (before.summary, before.sha256, before.released_on)
        dates = db.session.query(Wave.publishes_at, Wave.state).all()
    say(board, "not_ours", "No")
    with app.app_context():
        after = db.session.get(Publication, draft)
        assert (after.summary, after.sha256, after.released_on) == kept
        assert db.session.query(Wave.publishes_at, Wave.state).all() == dates


def test_after_release_the_record_is_closed(app, board, draft):
    say(board, "rings_true")
    with app.app_context():
        db.session.get(Publication, draft).released_on = "2026-11-22"
        db.session.commit()
    assert say(board, "not_ours", "Late").status_code == 409
    with app.app_context():
        assert db.session.query(SenseCheck).one().view == "rings_true"


@pytest.mark.parametrize("role", ["hr", "manager", "admin", "witness", "auditor"])
def test_nobody_else_sees_the_draft_or_has_a_way_to_write(app, draft, role):
    other = app.test_client()
    factories.sign_in(other, role)
    for path in ("/board/riverside", PAGE, f"{PAGE}/trend.svg"):
        assert other.get(path).status_code == 403
    assert say(other, "not_ours", "No").status_code == 403
    with app.app_context():
        publication = db.session.get(Publication, draft)
        member = db.session.query(Account).one()
        with pytest.raises(service.NotAllowed):
            service.check(
                publication, "workload", member, view="rings_true", reason="", signed=False
            )
        assert db.session.query(SenseCheck).count() == 0


def test_a_question_that_runs_the_other_way_says_so(board, draft):
    page = BeautifulSoup(board.get("/board/riverside/speaking_up").text, "html.parser")
    marked = [row.th.get_text(" ") for row in page.find("table").tbody.find_all("tr")]
    assert [text for text in marked if "agreeing is the worse answer" in text] == [
        text for text in marked if "keep quiet" in text
    ]
    assert len(marked) == 3


def test_many_groups_are_folded_so_that_the_vote_is_not_lost_below(app, board, draft):
    assert "<details" not in board.get("/board/riverside/speaking_up").text
    base = samples.summary(1)
    more = tuple(replace(base.units[1], id=f"more{n}", name=f"More {n}") for n in range(9))
    rows = tuple(
        replace(row, unit=unit.id) for row in base.rows if row.unit == "days" for unit in more
    )
    text = replace(base, units=(*base.units, *more), rows=(*base.rows, *rows)).to_json()
    with app.app_context():
        made = db.session.scalars(select(Publication)).one()
        made.summary, made.sha256 = text, hashlib.sha256(text.encode()).hexdigest()
        db.session.commit()
    page = BeautifulSoup(board.get("/board/riverside/speaking_up").text, "html.parser")
    assert page.find("details").summary.get_text(strip=True) == "All 15 groups as a table"
    assert page.find("details").find("table").caption.get_text() == "Each group"
