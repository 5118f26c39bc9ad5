"""A witness's commands and pages, and how HR names one."""

import io
import json
import stat
from dataclasses import replace

import pytest
from click.testing import CliRunner

from surveyapp import clock, jobs
from surveyapp.cli import main
from surveyapp.crypto import peeled, witness_key
from surveyapp.crypto.canonical import canonical
from surveyapp.extensions import db, who_session
from surveyapp.models.audit import AuditLine
from surveyapp.models.participation import OutboxMail
from surveyapp.models.surveys import Wave
from surveyapp.services import noticeboard, waves, witnesses
from tests import factories, voting

MO = witness_key.WitnessKey.new("Mo, speak-up guardian")
UMA = witness_key.WitnessKey.new("Unison, Riverside branch")
ZED = witness_key.WitnessKey.new("Zed")


@pytest.fixture
def app(make_app):
    return make_app(**voting.STRONG)


@pytest.fixture
def closed(app):
    """A wave of two witnesses that three people answered, closed, its bundle laid out."""
    wave = voting.open_voting(app, witnesses=(MO, UMA))
    for person in wave.people[:3]:
        voting.vote(app, wave, person, {"speak_1": 4})
    voting.close(app, wave)
    with app.app_context():
        witnesses.prepare(voting.wave_of(wave))
    return wave


def run(*arguments, said=""):
    return CliRunner().invoke(main, ["witness", *map(str, arguments)], input=said)


def send(browser, address, data):
    return browser.post(address, data={"file": (io.BytesIO(data), "file.json")})


# The command line


def test_keys_are_made_for_the_witness_alone(tmp_path):
    done = run("key", "Mo O’Hara (union)", "--folder", tmp_path, said="word\nword\n")
    assert done.exit_code == 0, done.output
    private, public = sorted(tmp_path.iterdir())
    assert (private.name, public.name) == ("mo-o-hara-union.key", "mo-o-hara-union.public.json")
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    known = witness_key.PublicWitness.from_bytes(public.read_bytes())
    assert known.fingerprint() in done.output
    assert witness_key.WitnessKey.from_bytes(private.read_bytes(), "word").public() == known
    with pytest.raises(witness_key.KeyFileError, match="passphrase does not open"):
        witness_key.WitnessKey.from_bytes(private.read_bytes(), "Word")
    again = run("key", "Mo O’Hara (union)", "--folder", tmp_path, "--no-passphrase")
    assert again.exit_code == 2
    assert "keys of this name already" in again.output


def test_without_a_passphrase_the_file_opens_by_itself(tmp_path):
    assert run("key", "Mo", "--folder", tmp_path, "--no-passphrase").exit_code == 0
    made = witness_key.WitnessKey.from_bytes((tmp_path / "mo.key").read_bytes())
    assert made.name == "Mo"


@pytest.mark.parametrize("name", ["", " Mo", "<b>Mo</b>", "x" * 81, 'Mo "the" witness'])
def test_a_name_that_cannot_be_printed_plainly_is_refused(tmp_path, name):
    assert run("key", name, "--folder", tmp_path, "--no-passphrase").exit_code == 2
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def disk(app, closed, tmp_path):
    """The witness's own disk: bundle and key."""
    folder = tmp_path / "disk"
    folder.mkdir()
    (folder / "sealed.bundle").write_bytes(voting.bundle(app, closed))
    (folder / "mo.key").write_bytes(MO.to_bytes())
    (folder / "record.zip").write_bytes(app.test_client().get("/trust/record.zip").data)
    return folder


def open_(disk, *more, key="mo.key", sealed="sealed.bundle", out="opened.json", board="record.zip"):
    files = [disk / sealed, "--key", disk / key, "--out", disk / out, "--board", disk / board]
    return run("open", *files, *more)


def test_opening_twice_gives_the_same_file_and_a_second_set_is_refused(disk):
    first = open_(disk)
    assert first.exit_code == 0, first.output
    assert "Opened and shuffled: 3" in first.output
    assert open_(disk, out="again.json").exit_code == 0
    assert (disk / "opened.json").read_bytes() == (disk / "again.json").read_bytes()
    note = json.loads((disk / "mo.key.opened").read_bytes())
    (wave,) = note
    (disk / "mo.key.opened").write_bytes(canonical({wave: "0" * 64}))
    second = open_(disk, out="second.json")
    assert second.exit_code == 2
    assert "two versions" in " ".join(second.output.split())
    assert not (disk / "second.json").exists()


def test_the_bundle_is_held_against_the_noticeboard_that_the_witness_fetched(app, disk):
    browser = app.test_client()
    (disk / "board.jsonl").write_bytes(browser.get("/trust/noticeboard.jsonl").data)
    assert open_(disk, board="board.jsonl").exit_code == 0
    lines = (disk / "board.jsonl").read_bytes().splitlines(keepends=True)
    (disk / "other.jsonl").write_bytes(b"".join(x for x in lines if b'"CLOSED"' not in x))
    (disk / "short.jsonl").write_bytes(b"".join(lines[1:]))
    (disk / "no.zip").write_bytes(b"junk")
    for board, words in (
        ("other.jsonl", "no such closing line"),
        ("short.jsonl", "not sound"),
        ("no.zip", "cannot be read"),
    ):
        refused = open_(disk, board=board, out="other.json")
        assert refused.exit_code == 2
        assert words in refused.output
        assert not (disk / "other.json").exists()


def test_words_from_somebodys_message_show_another_noticeboard(app, disk):
    with app.app_context():
        words = " ".join(noticeboard.words())
    well = open_(disk, "--words", words)
    assert well.exit_code == 0
    assert "Your twelve words belong to" in well.output
    wrong = open_(disk, "--words", " ".join(reversed(words.split())), out="other.json")
    assert wrong.exit_code == 2
    assert "fit no beginning" in wrong.output
    assert not (disk / "other.json").exists()


def test_without_a_noticeboard_nothing_is_opened(disk):
    refused = run(
        "open", disk / "sealed.bundle", "--key", disk / "mo.key", "--out", disk / "opened.json"
    )
    assert refused.exit_code == 2
    assert "--board" in refused.output
    assert not (disk / "opened.json").exists()


def opened_by(app, closed, made):
    """The noticeboard after this file was handed in and the pulse opened."""
    with app.app_context():
        wave = voting.wave_of(closed)
        witnesses.prepare(wave)
        witnesses.hand_in(wave, made.to_bytes())
        jobs.open_ballots(wave, clock.now())
    return app.test_client().get("/trust/record.zip").data


def test_a_second_witness_sees_whether_the_first_opened_the_very_same_ballots(app, closed, disk):
    made = voting.peel((disk / "sealed.bundle").read_bytes(), UMA)
    (disk / "later.zip").write_bytes(opened_by(app, closed, made))
    well = open_(disk, board="later.zip")
    assert well.exit_code == 0, well.output
    assert f"{UMA.name} opened the very same ballots." in well.output


def test_a_second_witness_finds_a_ballot_that_the_first_left_out(app, closed, disk):
    """And has both signatures to show for it: the one on the noticeboard and their own."""
    made = voting.peel((disk / "sealed.bundle").read_bytes(), UMA)
    left_out = next(key for key, number in made.classes.items() if number > 1)
    fewer = {**made.classes, left_out: made.classes[left_out] - 1}
    short = replace(made, inner=made.inner[1:], rejected={"envelope": 1}, classes=fewer)
    counts = canonical({"statement": short.statement, "classes": [*map(list, fewer.items())]})
    short = replace(
        short,
        signed=UMA.signs.sign(peeled.STATEMENT + canonical(short.statement)).hex(),
        signature=UMA.signs.sign(peeled.COUNTS + counts).hex(),
    )
    (disk / "later.zip").write_bytes(opened_by(app, closed, short))
    found = open_(disk, board="later.zip")
    assert found.exit_code == 2
    total = len(made.inner)
    assert f"{UMA.name} signed another outcome of the same ballots: {total - 1}" in found.output
    assert f"In your file {total} are opened and 0 set aside" in found.output
    assert (disk / "opened.json").exists()


def test_nobody_opens_with_a_key_that_the_promises_do_not_name(disk):
    (disk / "zed.key").write_bytes(ZED.to_bytes())
    refused = open_(disk, key="zed.key")
    assert refused.exit_code == 2
    assert "not a witness of this pulse" in refused.output
    (disk / "junk.bundle").write_bytes(b"junk")
    assert open_(disk, sealed="junk.bundle").exit_code == 2
    (disk / "mo.public.json").write_bytes(MO.public().to_bytes())
    assert "not a witness’s private file" in open_(disk, key="mo.public.json").output


# HR names witnesses


def draft(app):
    with app.app_context():
        wave = factories.a_wave()
        factories.committed()
        return wave.id


def named(app, wave_id):
    with app.app_context():
        return [one["name"] for one in db.session.get_one(Wave, wave_id).witnesses]


def test_hr_names_two_witnesses_and_takes_one_away(app, hr):
    wave_id = draft(app)
    address = f"/waves/{wave_id}/witnesses"
    assert "has no witness" in hr.get(address).text
    assert send(hr, address, MO.public().to_bytes()).status_code == 303
    assert MO.public().fingerprint() in hr.get(address).text
    assert send(hr, address, UMA.public().to_bytes()).status_code == 303
    third = send(hr, address, ZED.public().to_bytes())
    assert third.status_code == 422
    assert "two witnesses at most" in third.text
    assert named(app, wave_id) == [MO.name, UMA.name]
    assert hr.post(address, data={"away": MO.name}).status_code == 303
    assert named(app, wave_id) == [UMA.name]
    assert UMA.name in hr.get(f"/waves/{wave_id}/").text
    with app.app_context():
        lines = [line.detail for line in db.session.query(AuditLine) if "witness" in line.verb]
    assert [line.partition(", ")[0] for line in lines] == ["Mo", "Unison", "without Mo"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (MO.to_bytes(), "must never leave the witness"),
        (b"{}", "not a witness’s public file"),
        (b"", "not a key file"),
        (MO.public().to_bytes().replace(b'"key":"04', b'"key":"05'), "not a witness’s public"),
    ],
)
def test_a_file_that_names_no_witness_is_refused(app, hr, data, words):
    wave_id = draft(app)
    answer = send(hr, f"/waves/{wave_id}/witnesses", data)
    assert answer.status_code == 422
    assert words in answer.text
    assert named(app, wave_id) == []


def test_after_locking_the_witnesses_stay(app, hr):
    wave = voting.open_voting(app, witnesses=(MO,))
    address = f"/waves/{wave.wave_id}/witnesses"
    assert "can no longer be changed" in hr.get(address).text
    assert "can no longer be changed" in send(hr, address, UMA.public().to_bytes()).text
    assert named(app, wave.wave_id) == [MO.name]
    with app.app_context():
        covenant = waves.covenant(voting.wave_of(wave))
        assert covenant["promise"] == "sealed"
        assert covenant["witnesses"] == [MO.public().entry()]
        assert covenant["keys"]["outer"] == [MO.public().key]
    assert MO.name in hr.get(f"/waves/{wave.wave_id}/").text


# The witness's pages


def test_a_witness_fetches_opens_and_hands_in_and_the_next_round_opens(app, closed, witness):
    assert "Waiting for the witness" in witness.get("/witness/").text
    address = f"/witness/{closed.wave_id}"
    fetched = witness.get(f"{address}/bundle")
    assert fetched.data == voting.bundle(app, closed)
    assert fetched.headers["Content-Disposition"].endswith('.bundle"')
    refused = send(witness, address, b"junk")
    assert refused.status_code == 422
    assert "not a file that a witness made" in refused.text
    made = voting.peel(fetched.data, MO).to_bytes()
    assert send(witness, address, made).status_code == 303
    assert "opened within minutes" in witness.get(address).text
    with app.app_context():
        jobs.open_ballots(voting.wave_of(closed), clock.now())
    with app.app_context():
        assert voting.wave_of(closed).state == "opened"
        lines = [(line.actor, line.verb) for line in db.session.query(AuditLine)]
    assert ("witness@example.org", "handed in") in lines
    assert "nothing for you to do" in witness.get(address).text


def test_a_pulse_without_a_witness_has_no_such_page(app, witness):
    wave = voting.open_voting(app)
    assert witness.get(f"/witness/{wave.wave_id}").status_code == 404
    assert "No pulse has a witness yet" in witness.get("/witness/").text


def test_the_command_line_takes_what_a_witness_sent(app, closed, tmp_path, monkeypatch):
    from surveyapp import cli

    monkeypatch.setattr(cli, "application", lambda *_: app)
    (tmp_path / "opened.json").write_bytes(voting.peel(voting.bundle(app, closed), UMA).to_bytes())
    done = CliRunner().invoke(
        main, ["open", "riverside/1", "--peeled", str(tmp_path / "opened.json")]
    )
    assert done.exit_code == 0, done.output
    assert "3 sealed answers taken" in done.output
    with app.app_context():
        assert witnesses.handed_in(voting.wave_of(closed)).witness == UMA.name
    (tmp_path / "opened.json").write_bytes(b"junk")
    done = CliRunner().invoke(
        main, ["open", "riverside/1", "--peeled", str(tmp_path / "opened.json")]
    )
    assert done.exit_code == 2


# When none appears


def reminders(app):
    with app.app_context():
        sent = who_session().query(OutboxMail).filter_by(kind="witness")
        return sorted((one.recipient, one.round) for one in sent)


def test_a_wave_waits_and_its_witnesses_are_reminded_and_the_date_still_binds(
    app, closed, hr, stranger, record_figure
):
    with app.app_context():
        factories.an_account("witness", email="mo@example.org")
        factories.an_account("witness", email="uma@example.org")
        factories.committed()
        wave = voting.wave_of(closed)
        shut, due = wave.closes_at, wave.publishes_at
        assert (due - shut).days == 10
        for day in (0, 1, 2, 3, 4, 13, 14, 15):
            moment = shut + day * (due - shut) / 10
            assert (wave, "opened") not in waves.due(moment)
            witnesses.remind(wave, moment)
            who_session().commit()
        assert waves.state_words(wave) == "Waiting for the witness"
        assert f"{MO.name} or {UMA.name}" in witnesses.words(wave, shut)
        late = shut + 14 * (due - shut) / 10
        assert "for 14 days" in witnesses.words(wave, late)
        assert waves.overdue(wave, late) == 4
    assert reminders(app) == [
        (f"{who}@example.org", round_) for who in ("mo", "uma") for round_ in (1, 2, 5)
    ]
    for browser, address in ((stranger, "/trust/riverside/1"), (hr, f"/waves/{closed.wave_id}/")):
        shown = " ".join(browser.get(address).text.split())
        assert f"Waiting for the witness, {MO.name} or {UMA.name}." in shown
    # The second witness opens all the same.
    with app.app_context():
        wave = voting.wave_of(closed)
        witnesses.hand_in(wave, voting.peel(witnesses.bundle(wave), UMA).to_bytes())
        assert (wave, "opened") in waves.due(late)
        assert witnesses.remind(wave, late) == 0
    record_figure("F14", "reminded three times; told of as waiting; date kept; the second opened")


# The results, sealed to each


def test_each_witness_holds_the_results_sealed_before_they_are_out(app, witness, tmp_path):
    with app.app_context():
        wave = factories.a_wave(state="summarised")
        entries = [one.public().entry() for one in (MO, UMA)]
        wave.covenant = json.dumps({"witnesses": entries})
        publication = factories.a_publication(wave, released=False)
        witnesses.tell(wave, clock.now())
        factories.committed()
        wave_id, sha256, text = wave.id, publication.sha256, publication.summary
        (mail,) = who_session().query(OutboxMail).filter_by(kind="sealed")
        assert f"/witness/{wave_id}" in mail.body
    address = f"/witness/{wave_id}"
    assert f"Sealed copy for {UMA.name}" in witness.get(address).text
    fetched = witness.get(f"{address}/results/2").data
    assert text[:40].encode() not in fetched
    (tmp_path / "copy.sealed").write_bytes(fetched)
    (tmp_path / "uma.key").write_bytes(UMA.to_bytes())
    (tmp_path / "mo.key").write_bytes(MO.to_bytes())
    place = {name: str(tmp_path / name) for name in ("copy.sealed", "uma.key", "mo.key", "out")}
    done = run("results", place["copy.sealed"], "--key", place["uma.key"], "--out", place["out"])
    assert done.exit_code == 0, done.output
    assert sha256 in done.output
    assert (tmp_path / "out").read_text() == text
    other = run("results", place["copy.sealed"], "--key", place["mo.key"], "--out", place["out"])
    assert other.exit_code == 2
    assert witness.get(f"{address}/results/3").status_code == 404


def test_there_is_no_copy_before_there_are_results(closed, witness):
    assert witness.get(f"/witness/{closed.wave_id}/results/1").status_code == 409
