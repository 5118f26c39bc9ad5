"""The name set: what it tells, what it does not, and that it goes; and comments without names."""

import stat

import pytest

from analysis.text.redact import redact
from surveyapp import keys, verify
from surveyapp.services import name_set, opening
from tests import voting
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
