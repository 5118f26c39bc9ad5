"""NB-1 to NB-7: whoever edits the record is found out by the program that anybody may download.

The weak attacker edits bytes. The strong one holds the noticeboard's key and writes everything
anew so that it fits; the naive check, whether the copy agrees with itself, then finds nothing, and
what finds them is a rule, a second signature, or somebody's twelve words.
"""

import json
from datetime import timedelta

import pytest

from surveyapp.crypto.checkpoint import Checkpoint
from tests import factories
from tests.security import records


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    site = records.answered(tmp_path_factory.mktemp("site") / "instance")
    yield site
    factories.dispose([site.app])


@pytest.fixture(scope="module")
def closed(site):
    """The record while the results are waited for; the scheduler stands still."""
    site.open()
    return records.unzip(site.download())


@pytest.fixture(scope="module")
def record(site, closed):
    site.tick(site.moment("publishes"))
    return records.unzip(site.download())


@pytest.fixture(scope="module")
def program(record, tmp_path_factory):
    return records.loaded(record, tmp_path_factory.mktemp("program"))


@pytest.fixture(scope="module")
def today(site):
    return site.moment("publishes").date()


@pytest.fixture(scope="module")
def words(program, record):
    """The twelve words of the message that invited people: the board when the wave opened."""
    board = records.lines(record)
    opened = records.place(record, "OPEN") + 1
    raw = record["noticeboard.jsonl"].splitlines()[:opened]
    return " ".join(Checkpoint(board[0]["body"]["origin"], opened, program.root_of(raw)).words())


@pytest.fixture(scope="module")
def last_words(program, record):
    """The words of the results message."""
    board, raw = records.lines(record), record["noticeboard.jsonl"].splitlines()
    upto = records.place(record, "PUBLISHED") + 1
    found = Checkpoint(board[0]["body"]["origin"], upto, program.root_of(raw[:upto]))
    return " ".join(found.words())


@pytest.fixture(scope="module")
def key(site):
    return site.board_key()


def test_a_sound_record_is_sound_without_the_application(record, tmp_path, today, words):
    code, said = records.run(record, tmp_path, "--words", words, today=today)
    assert code == 0, said
    assert "SOUND (0)" in said
    assert "What no check of a record can show" in said
    assert "Nothing before that was changed since" in said


def test_nb1_a_lowered_threshold(record, program, today, key, words, tmp_path, record_figure):
    k = record["noticeboard.jsonl"].replace(b'"k":10', b'"k":8')
    name = next(name for name in record if name.startswith("covenants/"))
    promise = record[name].replace(b'"k":10', b'"k":8')
    weak = [{"noticeboard.jsonl": k}, {name: promise}, {"noticeboard.jsonl": k, name: promise}]
    for edit in weak:
        assert records.code(program, records.with_sums({**record, **edit}), today) == 1
    # Announced in the open and signed by two: still nothing may be lowered.
    board = records.lines(record)
    lower = {**board[1]["body"]["rule"], "k": 8}
    amended = {
        "type": "AMENDED",
        "date": board[3]["date"],
        "body": {
            "wave": board[1]["body"]["wave"], "name": "riverside/1", "change": "rule",
            "rule": lower, "reason": "People asked",
            "signed": [{"role": "hr", "name": "A"}, {"role": "board", "name": "B"}],
        },
    }  # fmt: skip
    forged = records.forged(record, [*board[:4], amended, *board[4:]], key)
    assert records.code(program, forged, today) == 1
    for answers, hides in ((11, False), (20, False), (21, True), (1000, True)):
        rule = {**amended["body"], "rule": {**lower, "k": answers}}
        raised = records.forged(record, [*board[:4], {**amended, "body": rule}, *board[4:]], key)
        report = _report(program, raised, today)
        assert not any("lowers a protection" in one for one in report.problems[1])
        assert any("hides results" in one for one in report.problems[1]) == hides
    # The list of people cannot be corrected, whoever signs.
    more = {"invited": 999, "root": board[2]["body"]["root"], "classes": []}
    listed = {**amended["body"], "change": "roster", "roster": more}
    longer = records.forged(record, [*board[:4], {**amended, "body": listed}, *board[4:]], key)
    assert records.code(program, longer, today) == 1
    # A page that is named only after closing was there before anybody could know of it.
    closed = records.place(record, "CLOSED") + 1
    page = {**amended["body"], "change": "client", "client": {"respond.js": "1" * 64}}
    for place, problems in ((4, 0), (closed, 1)):
        late = {**amended, "date": board[place - 1]["date"], "body": page}
        named = records.forged(record, [*board[:place], late, *board[place:]], key)
        assert len(_report(program, named, today).problems[1]) == problems
    # Written anew from the first line: the copy agrees with itself, an old message does not.
    anew = records.promised(record, lambda one: one["rule"].update(k=8), key)
    anew = records.republished(anew, lambda one: one["rule"].update(k=8), key)
    assert records.code(program, anew, today) == 0
    code, said = records.run(anew, tmp_path, "--words", words, today=today)
    assert code == 1
    assert "fit no beginning" in said
    record_figure("NB-1", "exit 1 in 5 of 5: edited, announced by two, or written anew and signed")


def test_nb2_wording_options_or_people_edited(record, program, today, key, words, record_figure):
    def text(one):
        one["questions"][0]["text"] = "I am happy here"

    def option(one):
        one["questions"][0]["options"][0]["label"] = "Rather agree"

    def people(one):
        one["groups"][1]["people"] += 4

    def audience(one):
        one["audience"] = "managers"

    name = next(name for name in record if name.startswith("covenants/"))
    for change in (text, option, people, audience):
        covenant = json.loads(record[name])
        change(covenant)
        weak = records.with_sums({**record, name: program.canonical(covenant)})
        assert records.code(program, weak, today) == 1, change.__name__
        strong = records.promised(record, change, key)
        assert records.code(program, strong, today, words=words) == 1, change.__name__
    # Results that tell of a question nobody was asked.
    other = records.republished(
        record, lambda one: one["themes"][0]["items"][0].update(text="I am happy here"), key
    )
    assert records.code(program, other, today) == 1
    record_figure("NB-2", "exit 1 in 9 of 9: wording, options, groups, audience, results")


TABLES = {
    "themes-all": lambda one: one["rows"].remove(one["rows"][0]),
    "themes-groups": lambda one: one["rows"].remove(one["rows"][2]),
    "questions-all": lambda one: one["items"].pop(),
    "participation": lambda one: one["participation"].pop(),
    "silence": lambda one: one["silence"].pop(),
    "comments-withheld": lambda one: [x.update(withheld=[]) for x in one["text"]],
    "comments-themes": lambda one: one["text"].clear(),
}


def test_nb3_a_declared_table_left_out(record, program, today, key, tmp_path, record_figure):
    name = next(name for name in record if name.startswith("covenants/"))
    # Of what groups wrote a table is owed once people have checked comments: test_gaps_shown.
    promised = {one["id"] for one in json.loads(record[name])["tables"]}
    # Which comments two people cleared, and what they named, stands in no file but the results.
    assert set(TABLES) == promised - {"comments-groups", "comments-quoted", "comments-subjects"}
    for table, omit in TABLES.items():
        forged = records.republished(record, omit, key)
        assert records.code(program, forged, today) == 2, table
    code, said = records.run(forged, tmp_path, today=today)
    assert code == 2
    assert "How many comments touch each theme" in said
    record_figure("NB-3", f"exit 2 in {len(TABLES)} of {len(TABLES)} tables, partly or wholly gone")


def test_nb4_results_that_do_not_come(
    site, closed, record, program, tmp_path, today, record_figure
):
    from surveyapp.crypto import witness_key
    from surveyapp.services import witnesses
    from tests import voting

    assert records.code(program, closed, today) == 0
    code, said = records.run(closed, tmp_path, today=today + timedelta(days=1))
    assert code == 3
    assert "1 day ago" in said
    with site.app.app_context():
        sealed = witnesses.summary_for(voting.wave_of(site.wave), site.witness.name)
    kept = witness_key.WitnessKey.from_bytes(site.witness.to_bytes(""), "")
    opened = kept.unseal(str(site.wave.wave_id), sealed.partition(b"\n")[2])
    assert opened in record.values()
    record_figure(
        "NB-4", "exit 0 on the day, 3 on the next; the witness's copy is the published one"
    )


def test_nb5_anything_deleted(record, program, today, key, last_words, record_figure):
    board = records.lines(record)
    raw = record["noticeboard.jsonl"].splitlines(keepends=True)
    for gone in range(len(raw)):
        cut = b"".join(raw[:gone] + raw[gone + 1 :])
        weak = records.with_sums({**record, "noticeboard.jsonl": cut})
        assert records.code(program, weak, today) == 1, gone
        # Signed anew, a line of the pulse is missed by its steps, any line by the words.
        if gone and gone <= records.place(record, "PUBLISHED"):
            strong = records.forged(record, board[:gone] + board[gone + 1 :], key)
            assert records.code(program, strong, today, words=last_words) == 1, gone
    others = [line for line in board if "wave" not in line["body"]]
    wave_gone = records.forged(
        {name: body for name, body in record.items() if "/" not in name}, others, key
    )
    assert records.code(program, wave_gone, today) == 0  # it agrees with itself
    assert records.code(program, wave_gone, today, words=last_words) == 1
    for name in record:
        left = {other: body for other, body in record.items() if other != name}
        found = records.code(program, left, today)
        assert found in ((1, 2) if name != "sums.txt" else (0,)), name
    record_figure(
        "NB-5", f"{len(raw)} of {len(raw)} lines, 1 of 1 waves, {len(record) - 1} files: all found"
    )


def test_nb6_lines_moved_or_dated_anew(record, program, today, key, last_words, record_figure):
    board = records.lines(record)
    tried = 0
    for at in range(len(board) - 1):
        swapped = [*board[:at], board[at + 1], board[at], *board[at + 2 :]]
        assert records.code(program, records.written(record, swapped), today) == 1, at
        if 0 < at < records.place(record, "PUBLISHED"):
            strong = records.forged(record, swapped, key)
            assert records.code(program, strong, today, words=last_words) == 1, at
        tried += 1
    for at, line in enumerate(board):
        for other in ("2026-01-01", "2031-01-01"):
            dated = [*board[:at], {**line, "date": other}, *board[at + 1 :]]
            assert records.code(program, records.written(record, dated), today) == 1, at
            if at <= records.place(record, "PUBLISHED"):
                strong = records.forged(record, dated, key)
                assert records.code(program, strong, today, words=last_words) == 1, at
            tried += 1
    record_figure("NB-6", f"{tried} of {tried} found")


def test_nb7_a_forked_board(record, program, today, key, last_words, tmp_path, record_figure):
    """Two people are shown two boards that agree up to closing. Each is sound by itself."""
    board = records.lines(record)
    other = json.loads(json.dumps(board))
    closing = records.place(record, "CLOSED")
    other[closing]["body"]["reported"] += 1
    fork = records.forged(record, other, key)
    assert records.code(program, record, today) == records.code(program, fork, today) == 0
    assert records.code(program, fork, today, words=last_words) == 1
    kept = tmp_path / "kept.txt"
    kept.write_bytes(record["checkpoint.txt"])
    assert records.code(program, fork, today, checkpoint=kept) == 1
    assert records.code(program, record, today, checkpoint=kept) == 0
    code, said = records.run(fork, tmp_path, "--checkpoint", kept, today=today)
    assert code == 1
    assert "another one was shown" in said
    record_figure("NB-7", "two boards sound by themselves: told apart by words and by checkpoint")


def _report(program, files, today):
    return program.verify(files, today, records.Namespace(**records.NOTHING))
