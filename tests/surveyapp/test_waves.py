"""A wave's life: each move once, each with its audit line and notice, and nothing moves back."""

import json
import threading
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import func, select

from analysis.disclosure import Rule
from surveyapp import jobs, keys
from surveyapp.crypto.canonical import canonical
from surveyapp.errors import NotNow, Rejected
from surveyapp.extensions import db, who_session
from surveyapp.models.audit import AuditLine
from surveyapp.models.participation import Invitation
from surveyapp.models.publications import Notice
from surveyapp.models.surveys import STATES, Wave
from surveyapp.services import (
    authoring,
    covenants,
    groups,
    invitations,
    invited,
    noticeboard,
    noticeboard_check,
    promises,
    terms,
    waves,
)  # fmt: skip
from surveyapp.services.invited import Root
from tests import factories

NOW = datetime(2026, 11, 2, 8)
OPENS = datetime(2026, 11, 9, 9)
CLOSES = datetime(2026, 11, 23, 20)
PUBLISHES = datetime(2026, 11, 30, 9)


@pytest.fixture
def app(make_app):
    return make_app(CLASS_KEY_BITS=1024)


def a_draft(people=30, **more):
    programme = factories.a_programme(contact="Sam, 01234 567890")
    for number in range(people):
        factories.a_person(
            programme,
            f"Person {number}",
            unit="Riverside/Days" if number % 2 else "Riverside/Nights",
        )
    wave = authoring.create_wave(
        programme,
        factories.an_instrument(),
        label="November 2026",
        opens_at=OPENS,
        closes_at=CLOSES,
        publishes_at=PUBLISHES,
        now=NOW,
        **more,
    )
    factories.committed()
    return wave


def committed(people=30, **more):
    wave = a_draft(people, **more)
    assert waves.commit(wave, actor="hr@example.org", now=NOW)
    factories.committed()
    return wave


def notices():
    query = select(Notice.type).where(Notice.type != "KEY").order_by(Notice.n)
    return list(db.session.scalars(query))


def test_the_table_of_moves_leads_through_every_state_once():
    assert [STATES[0], *(move.after for move in waves.TRANSITIONS)] == list(STATES)


def test_the_document_of_states_is_fresh():
    path = Path(__file__).parents[2] / "docs" / "wave-states.md"
    assert path.read_text() == waves.document()


def test_commit_freezes_everything_that_could_be_bent(app):
    with app.app_context():
        wave = committed()
        covenant = waves.covenant(wave)
        assert wave.covenant_sha256 == sha256(canonical(covenant)).hexdigest()
        assert covenant["promise"] == "blind"
        assert covenant["dates"] == {
            "opens": "2026-11-09T09:00:00Z",
            "closes": "2026-11-23T20:00:00Z",
            "publishes": "2026-11-30T09:00:00Z",
        }
        assert covenant["rule"] == Rule().to_dict()
        assert [item["text"] for item in covenant["questions"]][-1].endswith("what should stop?")
        assert [one["key"] for one in covenant["classes"]] == ["Riverside/Days", "Riverside/Nights"]
        assert all(len(one["public_key_sha256"]) == 64 for one in covenant["classes"])
        assert covenant["invited"] == 30
        assert {unit.key: unit.headcount for unit in wave.units} == {
            "Riverside": 30, "Riverside/Days": 15, "Riverside/Nights": 15,
        }  # fmt: skip
        assert notices() == ["COMMITTED", "ROSTER"]
        assert noticeboard.lines()[1].body["covenant_sha256"] == wave.covenant_sha256
        assert invitations.invited(wave) == 30


def test_committing_twice_does_nothing_the_second_time(app):
    with app.app_context():
        wave = committed()
        before = wave.covenant
        assert not waves.commit(wave, actor="hr@example.org", now=NOW)
        factories.committed()
        assert wave.covenant == before
        assert notices() == ["COMMITTED", "ROSTER"]


def test_a_wave_with_nobody_on_the_roster_cannot_be_committed_or_opened(app):
    with app.app_context():
        wave = a_draft(people=0)
        with pytest.raises(Rejected) as refusal:
            waves.commit(wave, actor="hr@example.org", now=NOW)
        assert refusal.value.details == ["Nobody is on the roster. Send a roster first."]
        with pytest.raises(NotNow, match="commit the pulse"):
            waves.open_wave(wave, actor="hr@example.org", now=NOW)
        db.session.rollback()
        assert db.session.get(Wave, wave.id).state == "draft"


def test_too_few_people_to_hide_among_cannot_be_asked(app):
    with app.app_context():
        wave = a_draft(people=11)
        assert waves.ready(wave, now=NOW) == [
            "The roster has 11 people. A pulse needs 12 or more, because fewer could not be hidden "
            "among each other."
        ]


def test_a_draft_whose_dates_have_passed_cannot_be_committed(app):
    with app.app_context():
        wave = a_draft()
        with pytest.raises(Rejected) as refusal:
            waves.commit(wave, actor="hr@example.org", now=OPENS + timedelta(days=1))
        assert "is in the past" in refusal.value.details[0]


def test_a_move_leaves_its_audit_line_and_notice_and_happens_once(app):
    with app.app_context():
        wave = committed()
        assert waves.open_wave(wave, actor="scheduler", now=OPENS)
        assert not waves.open_wave(wave, actor="scheduler", now=OPENS)
        assert waves.close(wave, actor="scheduler", now=CLOSES)
        assert not waves.close(wave, actor="scheduler", now=CLOSES)
        factories.committed()
        assert notices() == ["COMMITTED", "ROSTER", "OPEN", "CLOSED"]
        lines = db.session.scalars(select(AuditLine).order_by(AuditLine.n)).all()
        assert [(line.actor, line.verb) for line in lines] == [
            ("hr@example.org", "committed"), ("scheduler", "open"), ("scheduler", "closed"),
        ]  # fmt: skip
        assert noticeboard.lines()[-1].body["invited"] == 30
        assert wave.closed_on == "2026-11-23"
        assert wave.ballots == 0


def test_a_move_that_is_rolled_back_leaves_nothing(app):
    with app.app_context():
        wave = committed()
        waves.open_wave(wave, actor="scheduler", now=OPENS)
        db.session.rollback()
        assert wave.state == "committed"
        assert notices() == ["COMMITTED", "ROSTER"]


def test_the_signing_keys_outlive_a_close_that_is_rolled_back_and_no_other(app):
    with app.app_context():
        wave = committed()
        waves.open_wave(wave, actor="scheduler", now=OPENS)
        factories.committed()
        folder = keys.directory("registrar", wave.id)
        waves.close(wave, actor="scheduler", now=CLOSES)
        db.session.rollback()
        assert list(folder.iterdir())
        jobs.close(wave, CLOSES)
        assert not folder.exists()


def test_no_state_can_be_skipped_and_none_goes_back(app):
    with app.app_context():
        wave = committed()
        with pytest.raises(NotNow, match="cannot become"):
            waves.move(wave, "closed", actor="hr@example.org", now=NOW)
        with pytest.raises(NotNow):
            waves.move(wave, "draft", actor="hr@example.org", now=NOW)
        waves.open_wave(wave, actor="scheduler", now=OPENS)
        assert not waves.move(wave, "committed", actor="hr@example.org", now=OPENS)
        assert wave.state == "open"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def shared(request, tmp_path, make_app):
    """An application whose databases several threads may use, of either kind."""
    if request.param == "postgres":
        databases = request.getfixturevalue("postgres").fresh()
    else:
        stores = ("office", "who", "box", "answers")
        databases = {store: f"sqlite:///{tmp_path / store}.sqlite" for store in stores}
    return make_app(CLASS_KEY_BITS=1024, DATABASES=databases)


def test_of_two_closings_at_once_one_does_it(shared):
    app = shared
    with app.app_context():
        wave = committed()
        waves.open_wave(wave, actor="scheduler", now=OPENS)
        factories.committed()
        wave_id = wave.id

    def close(mine):
        assert mine.state == "open"
        return waves.close(mine, actor="scheduler", now=CLOSES)

    assert sorted(twice_at_once(app, wave_id, close)) == [False, True]
    with app.app_context():
        assert notices().count("CLOSED") == 1
        assert noticeboard_check.check() == []


def test_of_two_commits_at_once_one_does_it_and_its_keys_stay(shared):
    with shared.app_context():
        wave_id = a_draft().id

    def commit(mine):
        return waves.commit(mine, actor="hr@example.org", now=NOW)

    assert sorted(twice_at_once(shared, wave_id, commit)) == [False, True]
    with shared.app_context():
        wave = db.session.get(Wave, wave_id)
        assert notices() == ["COMMITTED", "ROSTER"]
        held = {key: public.sha256() for key, public in terms.of(wave_id).classes.items()}
        promised = waves.covenant(wave)["classes"]
        assert held == {one["key"]: one["public_key_sha256"] for one in promised}


def twice_at_once(app, wave_id, act):
    """What ``act`` gives in two threads that both saw the wave before either changed it."""
    done, start = [], threading.Barrier(2)

    def run():
        with app.app_context():
            mine = db.session.get(Wave, wave_id)
            start.wait()
            done.append(act(mine))
            factories.committed()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return done


def test_a_tick_is_told_what_is_due(app):
    with app.app_context():
        wave = committed()
        assert waves.due(OPENS - timedelta(seconds=1)) == []
        assert waves.due(OPENS) == [(wave, "open")]
        waves.open_wave(wave, actor="scheduler", now=OPENS)
        assert waves.due(OPENS) == []
        assert waves.due(CLOSES) == [(wave, "closed")]
        waves.close(wave, actor="scheduler", now=CLOSES)
        assert waves.due(CLOSES) == [(wave, "opened")]
        waves.move(wave, "opened", actor="scheduler", now=CLOSES)
        assert waves.due(CLOSES) == [(wave, "summarised")]
        waves.move(wave, "summarised", actor="scheduler", now=CLOSES)
        assert waves.due(CLOSES) == []
        assert waves.due(PUBLISHES) == [(wave, "published")]
        waves.move(wave, "published", actor="scheduler", now=PUBLISHES)
        assert waves.due(PUBLISHES + timedelta(days=900)) == []


def test_a_missed_results_date_is_overdue_from_the_next_day(app):
    with app.app_context():
        wave = committed()
        assert waves.overdue(wave, PUBLISHES + timedelta(hours=3)) == 0
        assert waves.overdue(wave, PUBLISHES + timedelta(days=1)) == 1
        assert waves.overdue(wave, PUBLISHES + timedelta(days=9)) == 9
        wave.state = "published"
        noticeboard.post("PUBLISHED", {"wave": str(wave.id)}, on=PUBLISHES.date())
        assert waves.overdue(wave, PUBLISHES + timedelta(days=9)) == 0


@pytest.mark.parametrize(
    ("ballots", "words"),
    [
        (0, "Fewer than 10"),
        (9, "Fewer than 10"),
        (10, "About 10"),
        (13, "About 15"),
        (22, "About 20"),
    ],
)
def test_while_open_one_rounded_total_a_day_is_kept(app, monkeypatch, ballots, words):
    with app.app_context():
        wave = committed()
        waves.open_wave(wave, actor="scheduler", now=OPENS)
        assert "first count comes tomorrow" in waves.total_words(wave)
        monkeypatch.setattr(waves.ballotbox, "count", lambda _wave_id: ballots)
        assert waves.count_today(wave, OPENS)
        assert waves.total_words(wave).startswith(words)
        monkeypatch.setattr(waves.ballotbox, "count", lambda _wave_id: 29)
        assert not waves.count_today(wave, OPENS + timedelta(hours=5))
        assert waves.total_words(wave).startswith(words)
        assert wave.ballots % 5 == 0
        assert waves.count_today(wave, OPENS + timedelta(days=1))
        assert waves.total_words(wave).startswith("About 30")


def test_everybody_invited_is_in_one_class_and_the_list_is_fixed(app):
    with app.app_context():
        wave = committed()
        classes = dict(
            who_session()
            .execute(select(Invitation.class_key, func.count()).group_by(Invitation.class_key))
            .all()
        )
        assert classes == {"Riverside/Days": 15, "Riverside/Nights": 15}
        factories.a_person(wave.programme, "Late Comer")
        assert invitations.invited(wave) == 30


def test_a_longer_list_has_another_root(app):
    with app.app_context():
        wave = committed()
        first = noticeboard.lines()[2].body["root"]
        invitations.prepare(wave)
        assert invited.as_invited(wave.id).root == first
        factories.a_person(wave.programme, "Late Comer")
        invitations.prepare(wave)
        assert invited.as_invited(wave.id).root != first


def test_the_promise_is_printed_from_the_covenant(app):
    with app.app_context():
        wave = committed(rule=authoring.stricter(15))
        covenant = waves.covenant(wave)
        assert promises.facts(covenant)[0] == "Groups with fewer than 15 answers are never shown."
        assert promises.readers(covenant)[0].what == "the results on Monday 30 November, 9 am"
        assert promises.words(covenant).startswith("Nothing in the databases or backups")
        sealed = covenant | {"promise": "sealed", "witnesses": [{"name": "Unison"}]}
        assert "Riverside holds one key, Unison the other" in promises.words(sealed)
        assert len(promises.fingerprint(wave.covenant_sha256).split()) == 8


def test_a_covenant_has_no_fraction_and_reads_the_same_again(app):
    with app.app_context():
        wave = committed()
        assert canonical(json.loads(wave.covenant)).decode() == wave.covenant
        tree = groups.tree({"A/B": 12}, "R", 12)
        draft = covenants.build(
            wave,
            authoring.instrument_of(wave),
            tree,
            dict.fromkeys(tree.classes, ""),
            {},
            Root("", tree.people),
        )
        assert canonical(draft)
