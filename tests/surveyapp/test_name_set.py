"""The name set: what it tells, what it does not, and that it goes; and comments without names."""

import stat
from datetime import timedelta

import pytest
from sqlalchemy import update

from analysis.text.redact import redact
from surveyapp import clock, jobs, keys, verify
from surveyapp.errors import NotNow
from surveyapp.extensions import db
from surveyapp.models.surveys import Wave
from surveyapp.services import (
    audit,
    authoring,
    invited,
    name_set,
    opening,
    retention,
    waves,
)
from tests import factories, voting
from tests.security import copies

# Somebody on the roster, a comment that names them in another way, and what must not be left.
PEOPLE = (
    ("Siobhán Kwailka", "We heard from siobhan that Kwaika will leave.", ("siobhan", "kwaika")),
    ("Elizabeth (Bessie) Zhumbo", "bessie and Liz are why I stay.", ("bessie", "liz are")),
    ("Mary-Ann Tsoxil-Mvno", "Ask Mary-Ann’s team, or Mrs Tsoxil.", ("mary-ann", "tsoxil")),
    ("Vrundra Okonjo", "Vrunndra helped, and so did V. Okonjo.", ("vrunn", "okonjo")),
    ("Mark Grace", "Then Mark left and nobody told Grace why.", ("mark left", "grace why")),
    ("Quppela O’Rithen", "QUPPELA O’RITHEN DECIDES IT ALL.", ("quppela", "rithen")),
)
NAMES, SAID, TAKEN = zip(*PEOPLE, strict=True)
MARKS = [mark for marks in TAKEN for mark in marks]


@pytest.fixture
def app(make_app, tmp_path):
    return make_app(**voting.on_files(tmp_path))


@pytest.fixture
def wave(app):
    return voting.open_voting(app, names=NAMES)


def folder(wave):
    return keys.directory("names", wave.wave_id)


def stored(wave):
    data = keys.get(folder(wave) / name_set.SET)
    return [data[at : at + 16] for at in range(0, len(data), 16)]


def close_and_open(app, wave):
    for person, text in zip(wave.people, SAID, strict=False):
        voting.vote(app, wave, person, {"speak_1": 4}, [("barriers", text, "publish")])
    voting.close(app, wave)
    return voting.open_ballots(app, wave)


def test_the_set_knows_the_roster_in_every_spelling_and_only_with_its_key(app, wave):
    with app.app_context():
        is_name = name_set.asked(wave.wave_id)
        known = ("siobhan", "Siobhán", "bessie", "liz", "maryann", "tsoxil", "o'rithen", "kwaika")
        assert all(is_name(word) for word in known)
        assert not any(is_name(word) for word in ("rota", "caseload", "kwailka okonjo", ""))
        other = keys.directory("names", wave.wave_id) / name_set.KEY
        keys.destroy(other)
        assert name_set.asked(wave.wave_id) is None
        keys.put(other, bytes(32))
        is_name = name_set.asked(wave.wave_id)
        assert not any(is_name(word) for word in known)


def test_the_set_tells_no_order_no_count_and_no_pair(app, wave):
    with app.app_context():
        marks = stored(wave)
        assert len(marks) % 1_000 == 0
        assert marks == sorted(set(marks))
        is_name = name_set.asked(wave.wave_id)
        assert not any(is_name(name) for name in ("Mark Grace", "markgrace", "Vrundra Okonjo"))
        name_set.write(wave.wave_id, NAMES)
        assert not set(marks) & set(
            zip(*[iter(keys.get(folder(wave) / name_set.SET))] * 16, strict=True)
        )


def test_file_and_key_are_their_owners_only_and_no_name_stands_in_them(app, wave):
    with app.app_context():
        files = sorted(folder(wave).iterdir())
        assert [path.name for path in files] == ["names.key", "names.set"]
        assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o400}
        assert copies.found_in(("siobh", "kwailka", "okonjo"), folder(wave)) == []


def test_another_wave_has_another_key(app, wave):
    after = voting.open_voting(app, after=wave)
    with app.app_context():
        first, second = stored(wave), stored(after)
        assert not set(first) & set(second)
        name_set.write(after.wave_id, NAMES)
        assert not set(second) & set(stored(after))


def test_no_stored_byte_holds_a_name_from_a_comment_and_the_set_is_gone(app, wave, tmp_path):
    close_and_open(app, wave)
    with app.app_context():
        kept = sorted(voting.opened(wave, "comments")["text"])
        assert not folder(wave).exists()
        assert name_set.asked(wave.wave_id) is None
    assert len(kept) == len(SAID)
    assert [mark for mark in MARKS if mark in " ".join(kept).casefold()] == []
    assert all("[name]" in text for text in kept)
    # Without a roster some of them would be left, so the set is what took them out.
    alone = " ".join(redact(text).text for text in SAID).casefold()
    assert [mark for mark in MARKS if mark in alone]
    (tmp_path / "opened").write_text("\n".join(kept))
    held = copies.found_in(MARKS, tmp_path)
    # Only the roster has names, as the roster wrote them.
    assert {name for _, name in held} <= {"who.sqlite", "who.sqlite-wal"}
    assert copies.found_in(SAID, tmp_path) == []


def test_a_small_team_is_not_named_and_a_directorate_is(app, wave):
    said = "The Kitchen team has no oven, and Days has two."
    voting.vote(app, wave, wave.people[0], {}, [("barriers", said, "board")])
    voting.close(app, wave)
    voting.open_ballots(app, wave)
    with app.app_context():
        assert list(voting.opened(wave, "comments")["text"]) == [said]
    deep = voting.open_voting(
        app, slug="deep", places=("Top/Care/Kwetu House",) * 13 + ("Top/Care/Days",) * 13
    )
    said = "At kwetu house nobody asks; in Care they do, and the Days team listens."
    voting.vote(app, deep, deep.people[0], {}, [("barriers", said, "board")])
    voting.close(app, deep)
    voting.open_ballots(app, deep)
    with app.app_context():
        assert list(voting.opened(deep, "comments")["text"]) == [
            "At [place] nobody asks; in Care they do, and the [place] team listens."
        ]


def test_the_set_stays_until_the_answers_are_safe(app, wave):
    for person, text in zip(wave.people, SAID, strict=False):
        voting.vote(app, wave, person, {}, [("barriers", text, "publish")])
    voting.close(app, wave)
    with app.app_context():
        opening.open_wave(voting.wave_of(wave))
        # The process dies here, before the answers' commit.
    with app.app_context():
        assert name_set.asked(wave.wave_id)
    voting.open_ballots(app, wave)
    with app.app_context():
        kept = " ".join(voting.opened(wave, "comments")["text"]).casefold()
        assert not [mark for mark in MARKS if mark in kept]
        assert name_set.asked(wave.wave_id) is None


@pytest.mark.parametrize(
    ("written", "kept", "sound"),
    [
        ("Mark left on 3 May.", "[name] left on [date].", True),
        ("Ma\u200brk left", "[name] left", True),
        (" Caf\u0065\u0301 is cold ", "Café is cold", True),
        ("word " * 5_001, "word " * 5_000, True),
        ("Mark left", "Mark stayed", False),
        ("Mark left, and all is bad", "[name] left", False),
        ("Mark left, and all is bad", "all is bad", False),
        ("Mark left", "left [name] left", False),
        ("Mark left", "", False),
    ],
)
def test_the_checking_program_sees_more_than_marks(written, kept, sound):
    assert verify.only_masked(written, kept) is sound


def test_without_a_name_set_comments_open_with_what_the_lists_know(app, wave):
    with app.app_context():
        name_set.destroy(wave.wave_id)
    close_and_open(app, wave)
    with app.app_context():
        kept = sorted(voting.opened(wave, "comments")["text"])
        assert kept == sorted(redact(text).text for text in SAID)


def stored_bytes(folder, pieces):
    """Which of the pieces stand in any file below a folder."""
    files = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    return [piece for piece in pieces if any(piece in one for one in files)]


def secret_bytes(wave):
    """The key, and some of the marks, of a wave's set."""
    return [keys.get(folder(wave) / name_set.KEY), *stored(wave)[::100]]


def forget(app, *days):
    for day in days:
        with app.app_context():
            retention.destroy_names(factories.at(day.isoformat()))
            factories.committed()


def due(wave):
    return voting.wave_of(wave).publishes_at.date() + retention.NAMES_KEPT


@pytest.mark.parametrize("state", ["committed", "open", "closed"])
def test_of_a_pulse_that_is_never_opened_no_byte_of_the_set_is_left(
    app, wave, tmp_path, record_figure, state
):
    with app.app_context():
        pieces, end = secret_bytes(wave), due(wave)
        voting.wave_of(wave).state = state
        factories.committed()
    assert stored_bytes(tmp_path, pieces) == pieces, "the attack finds what is there"
    week = timedelta(days=7)
    forget(app, end - week - timedelta(days=1), end - week, end - timedelta(days=1))
    with app.app_context():
        assert name_set.asked(wave.wave_id), "opening may still come"
        assert retention.NAMES in {line.verb for line in audit.lines()}
    forget(app, end)
    assert stored_bytes(tmp_path, pieces) == []
    with app.app_context():
        assert not folder(wave).exists()
    record_figure("SDC-2", "bytes of a name set left of a pulse that was never opened: 0")


def test_no_row_and_no_clock_that_is_wrong_for_a_while_ends_it(app, wave):
    with app.app_context():
        end = due(wave)
    for days in (30, 60):
        forget(app, end + timedelta(days=days), clock.now().date())
    with app.app_context():
        assert name_set.asked(wave.wave_id), "the staff log had not told of it"
        row = voting.wave_of(wave)
        row.publishes_at = row.closes_at + timedelta(hours=1)
        factories.committed()
    forget(app, end - timedelta(days=10), end - timedelta(days=3))
    with app.app_context():
        assert name_set.asked(wave.wave_id), "what was promised counts"
        db.session.execute(update(Wave).values(covenant=Wave.covenant.op("||")(" ")))
        factories.committed()
    forget(app, end - timedelta(days=7), end)
    with app.app_context():
        assert name_set.is_kept(wave.wave_id), "promises that are not those on the noticeboard"


def test_the_scheduler_does_it_in_its_round(app, wave):
    voting.close(app, wave)
    with app.app_context():
        end = due(wave)
        failed = []
        for day in (end - timedelta(days=7), end):
            with pytest.MonkeyPatch.context() as patch:
                # A witness who never comes keeps it closed.
                patch.setattr(waves, "due", lambda _now: [])
                patch.setattr(jobs, "look_after", lambda *_: None)
                jobs.tick(factories.at(day.isoformat()), failed.append)
        assert not name_set.is_kept(wave.wave_id)


def test_a_draft_that_is_deleted_or_cannot_be_locked_leaves_no_set(
    app, wave, tmp_path, monkeypatch
):
    with app.app_context():
        row = voting.wave_of(wave)
        row.state = "draft"
        db.session.flush()
        pieces = secret_bytes(wave)
        authoring.delete_draft(row)
        factories.committed()
    assert stored_bytes(tmp_path, pieces) == []
    monkeypatch.setattr(invited, "as_invited", lambda _wave_id: None)
    with pytest.raises(NotNow, match="roster changed"):
        voting.open_voting(app, slug="other", names=NAMES)
    with app.app_context():
        names = keys.directory("names")
        assert not names.exists() or list(names.iterdir()) == []


def test_a_draft_whose_locking_failed_late_keeps_no_set_and_no_row_ends_a_locked_one(
    app, wave, tmp_path
):
    with app.app_context():
        voting.wave_of(wave).state = "draft"
        draft = factories.a_wave(factories.a_programme("other"), "draft").id
        # Locking writes it, and may fail after that: no later step takes it back.
        name_set.write(draft, NAMES)
        factories.committed()
        written = keys.get(keys.directory("names", draft) / name_set.KEY)
    assert stored_bytes(tmp_path, [written]) == [written]
    forget(app, clock.now().date())
    assert stored_bytes(tmp_path, [written]) == []
    with app.app_context():
        assert not name_set.is_kept(draft)
        assert name_set.is_kept(wave.wave_id), "the noticeboard knows that it was locked"
