"""What the checker says and exits with: single damaged bytes, holds, lateness, receipts, keys."""

import hashlib
import json
import random
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from surveyapp.crypto import merkle, receipts
from surveyapp.crypto.canonical import canonical
from surveyapp.crypto.client import fill_in
from tests import factories
from tests.security import figures, records


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    site = records.answered(tmp_path_factory.mktemp("site") / "instance")
    site.open()
    site.tick(site.moment("publishes"))
    yield site
    factories.dispose([site.app])


@pytest.fixture(scope="module")
def zipped(site):
    return site.download()


@pytest.fixture(scope="module")
def record(zipped):
    return records.unzip(zipped)


@pytest.fixture(scope="module")
def program(record, tmp_path_factory):
    return records.loaded(record, tmp_path_factory.mktemp("program"))


@pytest.fixture(scope="module")
def today(site):
    return site.moment("publishes").date()


@pytest.fixture(scope="module")
def key(site):
    return site.board_key()


def test_one_damaged_byte_in_any_file_or_line(record, program, today, record_figure):
    dice = random.Random(11)
    tried = 0
    for name, body in record.items():
        some = 60 if figures.full() else 12
        for at in sorted({0, len(body) - 1, *(dice.randrange(len(body)) for _ in range(some))}):
            damaged = body[:at] + bytes([body[at] ^ 1 << dice.randrange(8)]) + body[at + 1 :]
            assert records.code(program, {**record, name: damaged}, today) in (1, 2), (name, at)
            tried += 1
    # The sums are made anew, too: a line of the board or a promise has no need of them.
    for name in ("noticeboard.jsonl", "checkpoint.txt", "results", "covenants"):
        name = next(one for one in record if one.startswith(name) and "index" not in one)
        if name.startswith("results"):
            name = next(one for one in record if one.endswith("summary.json"))
        body = record[name]
        for at in sorted(dice.sample(range(len(body)), min(40, len(body)))):
            damaged = body[:at] + bytes([body[at] ^ 1 << dice.randrange(8)]) + body[at + 1 :]
            damaged = records.with_sums({**record, name: damaged})
            assert records.code(program, damaged, today) in (1, 2), (name, at)
            tried += 1
    if figures.full():
        record_figure("F15", f"record: {tried} of {tried} single damaged bytes found")


def test_a_damaged_ballot_is_found_by_the_witness(tmp_path_factory, record_figure):
    """A byte changed in the box between closing and opening: the bundle is refused."""
    from surveyapp.crypto import bundle
    from surveyapp.services import witnesses
    from tests import voting

    site = records.answered(
        tmp_path_factory.mktemp("damaged") / "instance", places=records.PLACES[:20]
    )
    site.tick(site.moment("closes"))
    with site.app.app_context():
        whole = bundle.Bundle.from_bytes(witnesses.bundle(voting.wave_of(site.wave)))
    factories.dispose([site.app])
    assert bundle.problems(whole) == []
    dice = random.Random(4)
    for place, raw in enumerate(whole.records):
        at = dice.randrange(len(raw))
        damaged = raw[:at] + bytes([raw[at] ^ 1 << dice.randrange(8)]) + raw[at + 1 :]
        others = whole.records[:place] + whole.records[place + 1 :]
        changed = bundle.Bundle(
            whole.notice, whole.covenant, whole.classes, whole.issued, (*others, damaged)
        )
        assert bundle.problems(changed)
    if figures.full():
        record_figure("F15", f"ballots after closing: {len(whole.records)} of {len(whole.records)}")


def test_a_damaged_zip_is_never_called_sound_with_other_contents(zipped, record, program, tmp_path):
    dice = random.Random(8)
    path = tmp_path / "record.zip"
    for _ in range(40):
        at = dice.randrange(len(zipped))
        path.write_bytes(
            zipped[:at] + bytes([zipped[at] ^ 1 << dice.randrange(8)]) + zipped[at + 1 :]
        )
        if program.main([str(path), "--today", "2026-12-12"]) == 0:
            assert program.read(path) == record


def held(record, site, key, until=7, roles=("hr", "witness")):
    """The results are held back by two people before they are out."""
    board = records.lines(record)
    moment = site.moment("publishes") + timedelta(days=until)
    line = {
        "type": "HELD",
        "date": board[records.place(record, "OPENED")]["date"],
        "body": {
            "wave": str(site.wave.wave_id), "name": "riverside/1",
            "until": f"{moment.isoformat()}Z",
            "reason": "A mistake in the figures is being looked into",
            "signed": [{"role": roles[0], "name": "Harriet"}, {"role": roles[1], "name": "Wanda"}],
        },
    }  # fmt: skip
    published = records.place(record, "PUBLISHED")
    files = {name: body for name, body in record.items() if not name.startswith("results/")}
    return records.forged(files, [*board[:published], line], key)


def test_a_hold_is_sound_until_its_day_and_names_who_and_why(record, site, key, tmp_path, today):
    files = held(record, site, key)
    code, said = records.run(files, tmp_path, today=today + timedelta(days=7))
    assert code == 0
    assert "HELD until" in said
    assert "Harriet (hr) and Wanda (witness)" in said
    assert "A mistake in the figures" in said
    code, said = records.run(files, tmp_path, today=today + timedelta(days=8))
    assert code == 3
    assert said.endswith(" one thing is late.\n")


def test_a_record_without_results_is_called_incomplete_and_not_wrong(record, tmp_path, today):
    files = {name: body for name, body in record.items() if not name.startswith("results/")}
    code, said = records.run(records.with_sums(files), tmp_path, today=today)
    assert code == 2
    assert said.endswith(" one thing is missing.\n")


@pytest.mark.parametrize(
    ("until", "roles"), [(15, ("hr", "witness")), (7, ("hr", "board")), (-1, ("hr", "witness"))]
)
def test_a_hold_against_the_rules_is_none(record, program, site, key, today, until, roles):
    files = held(record, site, key, until, roles)
    report = program.verify(files, today + timedelta(days=3), records.Namespace(**records.NOTHING))
    assert report.problems[1]
    assert bool(report.problems[3]) == (until != 7 or roles != ("hr", "witness"))
    assert report.code() == 1


def test_the_lowest_number_but_nought_wins(record, program, key, today):
    late = {n: body for n, body in record.items() if not n.startswith(("results/", "covenants/"))}
    board = records.lines(record)[: records.place(record, "PUBLISHED")]
    without = records.forged(late, board, key)
    assert records.code(program, without, today + timedelta(days=9)) == 2
    name = next(name for name in record if name.startswith("covenants/"))
    overdue = records.forged({**late, name: record[name]}, board, key)
    assert records.code(program, overdue, today + timedelta(days=9)) == 3
    broken = {**overdue, "noticeboard.jsonl": overdue["noticeboard.jsonl"] + b"{}\n"}
    assert records.code(program, broken, today + timedelta(days=9)) == 1


def test_results_before_their_day(record, program, key, today, site):
    board = records.lines(record)
    at = records.place(record, "PUBLISHED")
    board[at]["date"] = (today - timedelta(days=1)).isoformat()
    early = records.forged(record, board[: at + 1], key)
    assert records.code(program, early, today) == 1


def test_a_key_that_the_old_key_did_not_sign(record, program, key, today):
    thief = Ed25519PrivateKey.generate()
    board = records.lines(record)
    body = {
        "origin": board[0]["body"]["origin"],
        "ed25519": thief.public_key().public_bytes_raw().hex(),
        "previous": board[0]["body"]["ed25519"],
        "signature": thief.sign(b"anything").hex(),
    }
    line = {"type": "KEY", "body": body, "date": board[-1]["date"]}
    assert records.code(program, records.forged(record, [*board, line], thief), today) == 1


def test_more_ballots_than_codes_and_other_counts(record, program, key, today):
    for kind, change in (
        ("CLOSED", lambda body: body.update(issued=body["ballots"] - 1)),
        ("CLOSED", lambda body: body.update(invited=900, issued=800)),
        ("CLOSED", lambda body: body["leaves"].pop()),
        ("OPENED", lambda body: body["receipts"].pop()),
        ("OPENED", lambda body: body.update(accepted=body["accepted"] - 1)),
        ("OPENED", lambda body: body.pop("witness")),
        ("OPENED", lambda body: body["witness"]["statement"].update(closed_root="00" * 32)),
    ):
        board = records.lines(record)
        change(board[records.place(record, kind)]["body"])
        assert records.code(program, records.forged(record, board, key), today) == 1, kind


def test_figures_for_too_few(record, program, key, today):
    def small_group(one):
        for row in one["rows"]:
            if row["unit"] == "Riverside/Kitchen":
                row["figure"] = one["rows"][1]["figure"]

    def few(one):
        one["rows"][1]["figure"]["n"] = "8–19"

    def fine(one):
        one["rows"][1]["figure"]["score"] = 51.0

    def who_answered(one):
        one["participation"][1]["answered"] = "about 25"

    def without_the_whole(one):
        one["rows"][0]["figure"] = None

    for change in (small_group, few, fine, who_answered, without_the_whole):
        assert records.code(program, records.republished(record, change, key), today) == 1, change


def test_a_signature_left_empty_is_none(record, program, today, tmp_path):
    """A board written anew by somebody without its key, who leaves the note empty."""
    fake = records.forged(record, records.lines(record)[:-1], Ed25519PrivateKey.generate())
    assert records.code(program, fake, today) == 1, "a stranger's signature is seen"
    for note in (b"", b"\n"):
        empty = records.with_sums({**fake, "checkpoint.txt": note})
        assert records.code(program, empty, today) == 1, note
    kept = tmp_path / "old.txt"
    kept.write_bytes(b"")
    assert records.code(program, record, today, checkpoint=kept) == 1


def test_results_come_out_once(record, program, today, key):
    """Whoever writes the office's database announces better results after the first."""
    (name,) = (one for one in record if one.endswith("summary.json"))
    raw = record[name].replace(b'"score": ', b'"score":  ')
    board = records.lines(record)
    first = board[records.place(record, "PUBLISHED")]
    body = {**first["body"], "number": 2, "sha256": hashlib.sha256(raw).hexdigest()}
    fake = records.forged({**record, name: raw}, [*board, {**first, "body": body}], key)
    assert records.code(program, fake, today) == 1


def test_a_line_as_from_a_file_excuses_no_pulse_from_its_promises(record, program, today, key):
    """A pulse whose results never come, and whose first line says that it came from a file."""
    board = records.lines(record)
    (name,) = (one for one in record if one.endswith("summary.json"))
    others = {one: body for one, body in record.items() if not one.startswith("results/")}
    never = [line for line in board if line["type"] != "PUBLISHED"]
    late = today + timedelta(days=30)
    assert records.code(program, records.forged(others, never, key), late) == 3
    out, first = board[records.place(record, "PUBLISHED")], records.place(record, "COMMITTED")
    day = board[first]["date"]
    excuse = {**out, "date": day, "body": {**out["body"], "imported": True}}
    lines = [*never[:first], excuse, *never[first:]]
    fake = records.forged({**others, name: record[name]}, lines, key)
    assert records.code(program, fake, late) == 1


def test_report_and_charts_are_those_that_were_announced(record, program, today):
    name = next(one for one in record if one.endswith("figures.csv"))
    other = {**record, name: b"Theme,Score\nSpeaking up,95\n"}
    assert records.code(program, records.with_sums(other), today) == 1
    more = {**record, name.replace("figures", "better"): record[name]}
    assert records.code(program, records.with_sums(more), today) == 1
    fewer = {one: body for one, body in record.items() if one != name}
    assert records.code(program, records.with_sums(fewer), today) == 2


def quoting(number):
    def change(results):
        one = {"question": "barriers", "text": "All is well.", "themes": []}
        results["quotes"] = [one] * number

    return change


def test_comments_are_quoted_from_ten_up_and_only_if_somebody_was_to_read_them(
    record, program, today, key
):
    for number, code in ((1, 1), (9, 1), (10, 0)):
        files = records.republished(record, quoting(number), key)
        assert records.code(program, files, today) == code, number
    unread = records.promised(files, lambda covenant: covenant.pop("comment_readers"), key)
    assert records.code(program, unread, today) == 1


def test_a_question_that_is_not_shown_tells_nothing(record, program, today, key):
    for told in ({"withheld": [["board only", "5–9"]]}, {"subjects": [["Parking", "5–9"]]}):

        def tell(results, told=told):
            (one,) = (one for one in results["text"] if one["question"] == "barriers")
            one |= {"comments": "Not shown", "themes": [], "withheld": []}
            hidden = json.dumps(results)
            one |= told
            assert hidden != json.dumps(results)

        files = records.republished(record, tell, key)
        assert records.code(program, files, today) == 1, told


def test_a_listed_receipt_and_one_that_is_not(record, site, tmp_path, today):
    said = fill_in(site.seeds[0], site.wave.people[0].class_key, site.answers[0], [])
    mine = receipts.shown(receipts.of_response(said.nonce, site.answers[0]))
    code, words = records.run(record, tmp_path, "--receipt", mine.lower(), today=today)
    assert code == 0
    assert "Your receipt is listed" in words
    code, words = records.run(record, tmp_path, "--receipt", "00000-00000-00000", today=today)
    assert code == 1
    assert "in no published list" in words
    code, words = records.run(record, tmp_path, "--receipt", "too short", today=today)
    assert code == 2


def test_a_row_of_the_list_of_people(record, program, key, today, tmp_path):
    """Made small here: the checker needs only the row, its path and the ROSTER line."""
    wave = records.lines(record)[1]["body"]["wave"]
    rows = [{"wave": wave, "unit": "U", "class": "U", "salt": f"{n:032x}"} for n in range(7)]
    entries = [canonical(row) for row in rows]
    board = records.lines(record)
    board[records.place(record, "ROSTER")]["body"]["root"] = merkle.root(entries).hex()
    files = records.forged(record, board, key)
    proof = [step.hex() for step in merkle.inclusion_proof(4, entries)]
    path = tmp_path / "row.json"
    for row, listed in ((rows[4], True), (rows[5], False)):
        path.write_text(json.dumps({**row, "index": 4, "size": 7, "proof": proof}))
        report = program.verify(files, today, records.Namespace(**{**records.NOTHING, "row": path}))
        assert any("Your row is on the list" in line for line in report.lines) is listed


def test_signatures_and_trees_are_those_of_the_standards(program):
    """Against other programs, and with signatures that must not pass."""
    own = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    public, message = own.public_key().public_bytes_raw().hex(), b"a board"
    signature = own.sign(message)
    assert program.signed_by(public, message, signature)
    high = int.from_bytes(signature[32:], "little") + program.Q
    for wrong in (
        (public, b"a Board", signature),
        (public, message, signature[:-1] + bytes([signature[-1] ^ 1])),
        (public, message, signature[:32] + high.to_bytes(32, "little")),
        (public, message, signature + b"\0"),
        (public, message, b""),
        ("00" * 32, message, signature),
        ("ff" * 32, message, signature),
    ):
        assert not program.signed_by(*wrong)
    # RFC 8032, section 7.1, test 2.
    assert program.signed_by(
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        b"\x72",
        bytes.fromhex(
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
    )
    entries = [bytes([n]) * n for n in range(40)]
    assert list(program.roots(entries)) == [merkle.root(entries[:n]) for n in range(1, 41)]
    assert program.root_of([]) == merkle.root([])
