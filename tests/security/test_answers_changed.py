"""INT-2 and INT-5: answers changed after they were sent; what a receipt tells without its nonce.

An auditor's file is what the opener sealed; a dishonest operator may have it say anything, and may
list any receipts. So each attack is made twice: with the receipts as they were, which the audit
finds, and with receipts made anew to fit, which the owner of the answers finds.
"""

import hashlib
import itertools
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from surveyapp.crypto import merkle, receipts
from surveyapp.crypto.client import fill_in
from tests import factories, voting
from tests.security import figures, records

LARGE = tuple(place for place in records.PLACES[:62] for _ in range(9))[:540]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    places = LARGE if figures.full() else records.PLACES
    folder = tmp_path_factory.mktemp("site") / "instance"
    site = records.answered(folder, places=places, silent=40 if figures.full() else 6)
    site.open()
    site.tick(site.moment("publishes"))
    yield site
    factories.dispose([site.app])


@pytest.fixture(scope="module")
def sealed(site):
    """Fetched through the page, by somebody signed in as auditor."""
    from surveyapp import clock

    browser = site.app.test_client()
    with clock.as_if(site.moment("publishes")):
        factories.sign_in(browser, "auditor")
        assert "Riverside pulse" in browser.get("/audits/").text
        answer = browser.post(f"/audits/{site.wave.wave_id}/1")
    assert answer.status_code == 200
    return answer.data


@pytest.fixture(scope="module")
def record(site, sealed):
    return records.unzip(site.download())


@pytest.fixture(scope="module")
def program(record, tmp_path_factory):
    return records.loaded(record, tmp_path_factory.mktemp("program"))


@pytest.fixture(scope="module")
def deep(site, sealed, tmp_path_factory):
    """The file as the witness opens it on their own machine."""
    from surveyapp.witness import witness

    folder = tmp_path_factory.mktemp("witness")
    for name, data in (("mo.key", site.witness.to_bytes("")), ("answers.sealed", sealed)):
        (folder / name).write_bytes(data)
    said = CliRunner().invoke(
        witness,
        ["audit", f"{folder}/answers.sealed", "--key", f"{folder}/mo.key", "--out", f"{folder}/o"],
    )
    assert said.exit_code == 0, said.output
    return json.loads((folder / "o").read_bytes())


@pytest.fixture(scope="module")
def pulse(program, record):
    raw = record["noticeboard.jsonl"].splitlines()
    lines = [program.Line(one, *(json.loads(one)[k] for k in ("n", "prev", "type", "body", "date")))
             for one in raw]  # fmt: skip
    found = program.Pulse([line for line in lines if line.body.get("wave")])
    name = next(name for name in record if name.startswith("covenants/"))
    found.covenant = json.loads(record[name])
    found.rule = found.covenant["rule"]
    return found


def audit(program, pulse, deep):
    report = program.Report()
    program.check_receipts(pulse, deep, report)
    return report.code()


def test_an_honest_count_is_found_sound(record, deep, site, tmp_path, program):
    path = tmp_path / "deep.json"
    path.write_text(json.dumps(deep))
    today = site.moment("publishes").date()
    report = program.verify(record, today, records.Namespace(**{**records.NOTHING, "deep": [path]}))
    assert report.code() == 0, report.lines
    assert any("published figures were counted once more" in line for line in report.lines)
    assert any("fetched" in line for line in report.lines)


def test_who_fetched_the_answers_stands_on_the_noticeboard(record):
    (line,) = (x for x in records.lines(record) if x["type"] == "AUDIT" and "wave" in x["body"])
    assert line["body"]["by"] == {"role": "auditor", "name": "Auditor Example"}
    assert line["body"]["sealed_to"] == "Mo Bell"


def other(code):
    return code % 5 + 1


def attacks(rows, at):
    """Flip, drop, duplicate and swap one of the sets of answers."""
    row, neighbour = rows[at], rows[at - 1]
    flipped = {**row, "ratings": {**row["ratings"], "work_1": other(row["ratings"]["work_1"])}}
    yield "flip", [*rows[:at], flipped, *rows[at + 1 :]]
    yield "drop", [*rows[:at], *rows[at + 1 :]]
    yield "duplicate", [*(one for one in rows if one is not neighbour), row]
    swapped = {**row, "ratings": {**row["ratings"], "speak_1": other(row["ratings"]["speak_1"])}}
    yield "swap", [*rows[:at], {**swapped, "nonce": "ab" * 16}, *rows[at + 1 :]]


def receipt_of(row):
    return receipts.of_response(bytes.fromhex(row["nonce"]), row["ratings"]).hex()


def test_int2_one_of_all_changed_dropped_doubled_or_swapped(
    program, pulse, deep, site, record_figure
):
    rows = deep["responses"]
    own = {
        receipts.of_response(fill_in(seed, person.class_key, said, []).nonce, said).hex()
        for seed, person, said in zip(site.seeds, site.wave.people, site.answers, strict=False)
    }
    assert own == set(pulse.first("OPENED").body["receipts"])
    found = {"audit": 0, "owner": 0}
    assert audit(program, pulse, deep) == 0
    for at in range(len(rows)):
        for name, changed in attacks(rows, at):
            assert audit(program, pulse, {**deep, "responses": changed}) == 1, (name, at)
            found["audit"] += 1
            # The list is made anew to fit: then somebody looks for their receipt in vain.
            listed = [receipt_of(row) for row in changed]
            assert own - set(listed), (name, at)
            found["owner"] += 1
    if figures.full():
        tried = 4 * len(rows)
        assert len(rows) == 500
        record_figure("INT-2", f"by audit {found['audit']} of {tried}, by the owner "
                               f"{found['owner']} of {tried}: 500 answers, 4 ways")  # fmt: skip


def test_counts_by_group_and_comments_are_held_to_the_ballots(program, pulse, deep):
    moved = [{**row, "class": "Riverside/Nights"} for row in deep["responses"]]
    assert audit(program, pulse, {**deep, "responses": moved}) == 1
    assert audit(program, pulse, {**deep, "comments": deep["comments"][1:]}) == 1
    said = [{**deep["comments"][0], "text": "All is well"}, *deep["comments"][1:]]
    assert audit(program, pulse, {**deep, "comments": said}) == 1
    said = [{**deep["comments"][0], "kept": "All is well"}, *deep["comments"][1:]]
    assert audit(program, pulse, {**deep, "comments": said}) == 1
    more = [[key, number + 1] for key, number in deep["classes"]]
    assert audit(program, pulse, {**deep, "classes": more}) == 1
    assert audit(program, pulse, {**deep, "issued": more}) == 1


def test_another_published_figure_than_the_answers_give(program, record, deep, site, tmp_path):
    def better(one):
        figure = one["rows"][0]["figure"]
        figure["score"] += 6

    path = tmp_path / "deep.json"
    path.write_text(json.dumps(deep))
    forged = records.republished(record, better, site.board_key())
    today = site.moment("publishes")
    assert records.code(program, forged, today) == 0  # nothing else could tell
    assert records.code(program, forged, today, deep=[path]) == 1


def test_int5_a_receipt_tells_nothing_without_its_nonce(site, record, deep, record_figure):
    """Somebody has a receipt, every stored byte and the board, and tries all answers there are."""
    said = fill_in(site.seeds[0], site.wave.people[0].class_key, site.answers[0], [])
    mine = receipts.of_response(said.nonce, site.answers[0])
    every = [
        {i: code for i, code in zip(records.ITEMS, codes, strict=True) if code is not None}
        for codes in itertools.product((None, 1, 2, 3, 4, 5, -1), repeat=3)
    ]
    # With the nonce it is a moment's work: the attack can work.
    assert [one for one in every if receipts.of_response(said.nonce, one) == mine] == [
        site.answers[0]
    ]
    stored = _stored(site)
    assert said.nonce not in stored
    assert said.nonce.hex().encode() not in stored
    naive = {hashlib.sha256(b"candour/resp/v1" + receipts.canonical(one)).digest() for one in every}
    assert mine not in naive
    guesses = {receipts.of_response(bytes(16), one) for one in every}
    guesses |= {receipts.of_response(mine[:16], one) for one in every}
    assert mine not in guesses
    # Comments: no receipt of one is listed, and neither place nor number ties it to ratings.
    board = record["noticeboard.jsonl"]
    for one in deep["comments"]:
        receipt = receipts.of_comment(
            bytes.fromhex(one["nonce"]), one["question"], one["text"], one["use"]
        )
        assert receipt.hex().encode() not in board
        assert one["nonce"] not in {row["nonce"] for row in deep["responses"]}
    assert set(deep["comments"][0]) == {"question", "text", "kept", "use", "nonce", "unit"}
    order = [receipts.of_comment(bytes.fromhex(c["nonce"]), c["question"], c["text"], c["use"])
             for c in deep["comments"]]  # fmt: skip
    assert order == sorted(order)
    assert merkle.root(order).hex() in board.decode()
    record_figure("INT-5", "343 possible answers tried: recovered 0; comments joined 0")


def _stored(site):
    """Every byte of the instance's files and every value of every table."""
    from surveyapp.extensions import db

    with site.app.app_context():
        rows = []
        for bind, metadata in db.metadatas.items():
            with db.engines[bind].connect() as connection:
                for table in metadata.sorted_tables:
                    rows += [
                        repr(tuple(row)).encode() for row in connection.execute(table.select())
                    ]
                    rows += [
                        value
                        for row in connection.execute(table.select())
                        for value in row
                        if isinstance(value, bytes)
                    ]
        folder = site.app.instance_path
    files = [path.read_bytes() for path in Path(folder).rglob("*") if path.is_file()]
    assert any(b"candour/audit/1" in one for one in files)
    return b"\n".join(rows + files)


def test_a_wave_without_witness_or_auditor_keeps_no_such_file(make_app):
    app = make_app(**voting.SETTINGS)
    wave = voting.open_voting(app)
    voting.vote(app, wave, wave.people[0], {"speak_1": 3})
    voting.close(app, wave)
    voting.open_ballots(app, wave)
    with app.app_context():
        from surveyapp.services import audits

        assert audits.waves() == []


def test_groups_counted_as_one_are_held_to_the_ballots_as_well(program, pulse, deep):
    ballots, issued = (sum(n for _, n in deep[name]) for name in ("classes", "issued"))
    keys = sorted(key for key, _ in deep["classes"])

    def pooled(**other):
        pool = {"classes": keys, "ballots": ballots, "issued": issued, **other}
        left = [one for one in deep["issued"] if one[0] not in keys]
        return {**deep, "classes": [], "issued": left, "together": [pool], "signature": ""}

    assert sum(n for key, n in deep["issued"] if key in keys) == issued
    assert audit(program, pulse, pooled()) == 0
    assert audit(program, pulse, pooled(ballots=len(deep["responses"]) - 1)) == 1
    assert audit(program, pulse, pooled(ballots=issued + 1)) == 1
    assert audit(program, pulse, pooled(issued=issued + 1)) == 1
