"""python -m analysis code: comments of a file in, a line of codes for each out, or nothing."""

import csv
import json
import subprocess
from dataclasses import replace

import pytest

from analysis.__main__ import main
from analysis.coding import command, lines
from analysis.coding.comments_file import Columns, Written, comments
from analysis.coding.corrections import read_corrections
from analysis.coding.lines import batches
from analysis.coding.roster_names import RosterNames
from analysis.text.coder import Question
from analysis.text.own_codes import Learnt
from analysis.text.own_directions import Ways
from analysis.text.redact import Redactor, redact
from tests.analysis.small_coder import small_coder

PARKING, CASES = "The car park", "My caseload is far too high."
CHANGE = "What would you change?"
Q = ("--question", "asked")


@pytest.fixture(autouse=True)
def coder(monkeypatch):
    monkeypatch.setattr(command, "first_coder", small_coder)
    return small_coder()


@pytest.fixture
def folder(tmp_path):
    with (tmp_path / "said.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["ref", "asked", "comment"])
        table.writerows([["a", CHANGE, PARKING], ["b", "", CASES], ["c", "", "n/a"], ["d", "", ""]])
    return tmp_path


def code(folder, *more, data="said.csv", text="comment"):
    out = folder / "codes.jsonl"
    given = ["code", str(folder / data), "--text", text, "--out", str(out), *map(str, more)]
    status = main(given)
    return status, read(out) if out.exists() else None


def _why(folder, said):
    with (folder / "why.csv").open("w", newline="", encoding="utf-8") as file:
        rows = [[text, "Why or why not?", text] for text in said]
        csv.writer(file).writerows([["ref", "asked", "comment"], *rows])
    return "why.csv"


def _fear(line):
    return max((m["probability"] for m in line["themes"] if "fear" in m["theme"]), default=0)


def read(path):
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def refused(folder, capsys, *more, data="said.csv", text="comment"):
    """The command refuses, says why, and leaves nothing behind."""
    before = sorted(path.name for path in folder.iterdir())
    status, found = code(folder, *more, data=data, text=text)
    assert (status, found) == (2, None)
    assert sorted(path.name for path in folder.iterdir()) == before
    return capsys.readouterr().err


def test_every_comment_has_a_line_that_says_what_the_coder_says(folder, coder):
    status, found = code(folder, "--id", "ref", "--question", "asked")
    assert status == 0
    assert [one["id"] for one in found] == ["a", "b", "c", "d"]
    asked = [coder.question(CHANGE), *[Question()] * 3]
    for one, question, text in zip(found, asked, [PARKING, CASES, "n/a", ""], strict=True):
        coded = coder.code(redact(text).text, question)
        assert one["text"] == text
        assert [
            (m["theme"], m["direction"], m["function"], m["probability"], m["state"], m["span"])
            for m in one["themes"]
        ] == [
            (m.theme, m.direction, m.function, m.probability, m.state, [m.start, m.end])
            for m in coded.mentions
        ]
        assert one["coder"] == {
            "by": "machine", "name": "candour", "version": "2", "codebook": "1",
            "sha256": coder.sha256,
        }  # fmt: skip
    assert [one["flags"] for one in found] == [[], [], ["empty"], ["empty"]]
    assert found[1]["themes"][0]["words"] == CASES.rstrip(".")


def test_the_question_helps_to_understand_a_short_answer(folder):
    ways = [
        {m["direction"] for m in code(folder, *more)[1][0]["themes"]}
        for more in ((), ("--question", "asked"))
    ]
    assert "suggestion" in ways[1]
    assert ways[0] != ways[1]


def test_a_question_that_only_asks_why_is_read_from_its_answers(folder):
    """Whatever stands before or after: the lines of a file turned round are the same lines."""
    bare = "They would see it as a liability."
    said = [
        f"No, I am afraid to speak up, it is {word} safe." for word in ("not", "never", "rarely")
    ]
    said = [*(f"{text} {number}" for number in range(6) for text in said), bare]
    plain, asked, turned = (
        {one["id"]: one for one in code(folder, "--id", "ref", *more, data=data)[1]}
        for data, more in ((_why(folder, said), ()), ("why.csv", Q), (_why(folder, said[::-1]), Q))
    )
    assert {key: one["themes"] for key, one in asked.items()} == {
        key: one["themes"] for key, one in turned.items()
    }
    assert _fear(asked[bare]) > _fear(plain[bare])


def test_without_ids_comments_are_numbered(folder):
    assert [one["id"] for one in code(folder)[1]] == ["1", "2", "3", "4"]


def test_jsonl_says_the_same_as_csv(folder):
    table = code(folder, "--id", "ref", "--question", "asked")[1]
    rows = [[1, CHANGE, PARKING], ["b", None, CASES], ["c", "", "n/a"], ["d", "", None]]
    named = [dict(zip(("ref", "asked", "comment"), row, strict=True)) for row in rows]
    (folder / "said.jsonl").write_text("\n".join(map(json.dumps, named)) + "\n\n")
    found = code(folder, "--id", "ref", "--question", "asked", data="said.jsonl")[1]
    assert found[0].pop("id") == "1"
    assert table[0].pop("id") == "a"
    assert found == table


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_files_of_other_programs_are_read(folder, encoding, delimiter):
    row = ["1", f"Tîm da{delimiter} «cario»\r\nllinell “arall”"]
    with (folder / "said.csv").open("w", newline="", encoding=encoding) as file:
        csv.writer(file, delimiter=delimiter).writerows([["nr", "comment"], row])
    (one,) = comments(folder / "said.csv", Columns("comment", "nr"))
    assert one == ("1", "", row[1])


def test_names_of_the_roster_are_taken_out(folder):
    written = "Ask vindhya or mr brockenhurst about the rota. Vindhya's rota is fine."
    (folder / "said.jsonl").write_text(json.dumps({"comment": written}) + "\n")
    (folder / "list.txt").write_text("Vindhya Brockenhurst\n\nTom Hill\n")
    (folder / "people.csv").write_text(
        "Unit,First name,Surname,E-mail\nRota,Vindhya,Brockenhurst,v@example.org\n"
    )
    assert "vindhya" in code(folder, data="said.jsonl")[1][0]["text"]
    for roster in ("list.txt", "people.csv"):
        (one,) = code(folder, "--names", folder / roster, data="said.jsonl")[1]
        assert "vindhya" not in json.dumps(one).lower()
        assert "brockenhurst" not in json.dumps(one).lower()
        assert "rota" in one["text"]
        kinds = {(m["kind"], one["text"][m["start"] : m["end"]]) for m in one["masks"]}
        assert kinds == {("name", "[name]")}


def test_a_roster_without_names_in_it_is_refused(folder, capsys):
    (folder / "people.csv").write_text("unit,mail\nRota,v@example.org\n")
    said = refused(folder, capsys, "--names", folder / "people.csv")
    assert "people.csv, line 2: this is no name." in said
    assert "example.org" not in said


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "said.csv is empty"),
        (b"comment\n", "said.csv holds no comments"),
        (b"remark\nhello\n", "there is no column “comment”. The heading has “remark”."),
        (b"comment,comment\na,b\n", "there is more than one column “comment”"),
        (b"nr,comment\n1,a\n2,b,c\n3,d\n4\n", "line 3: 3 cells where the heading has 2"),
        (b'nr,comment\n1,a\n2,"b\n3,c\n', "line 3: it could not be read"),
        (b"comment\nfine\nbad \xff\xfe bytes\n", "line 3: this line holds characters that are no"),
        (b"comment\nfine\nn\x00l\n", "line 3: this line holds characters that are no text"),
        (b"PK\x03\x04rest", "is a workbook or a zip file"),
        (b'{"comment": "a"}\n{"comment": \n', "line 2: this line is no JSON object"),
        (b'{"comment": "a"}\n[1, 2]\n', "line 2: this line is no JSON object"),
        (b'{"comment": "a"}\n' + b"[" * 100_000 + b"\n", "line 2: this line is no JSON object"),
        (b'{"comment": "a"}\n{"text": "b"}\n', "line 2: there is no “comment”"),
        (b'{"comment": ["a"]}\n', "line 1: “comment” is no text"),
        (b'{"comment": "\\ud800"}\n', "line 1: “comment” is no text"),
    ],
)
def test_a_bad_file_is_refused_in_a_sentence_before_anything_is_coded(
    folder, capsys, monkeypatch, body, sentence
):
    monkeypatch.setattr(command, "first_coder", None)
    (folder / "said.csv").write_bytes(body)
    assert sentence in refused(folder, capsys)


def test_every_bad_line_is_counted_and_the_first_are_named(folder, capsys):
    (folder / "said.csv").write_text("nr,comment\n" + "1,a,b\n" * 30)
    said = refused(folder, capsys).splitlines()
    assert [f"line {n}:" in line for n, line in enumerate(said[:20], 2)] == [True] * 20
    assert said[20:] == ["And 10 more like these."]


def test_an_earlier_file_stays_when_something_fails(folder, capsys, monkeypatch):
    (folder / "codes.jsonl").write_text("earlier")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(command.os, "fsync", full)
    assert main(["code", str(folder / "said.csv"), "--text", "comment",
                 "--out", str(folder / "codes.jsonl")]) == 2  # fmt: skip
    assert "No space left on device" in capsys.readouterr().err
    assert (folder / "codes.jsonl").read_text() == "earlier"
    assert sorted(path.name for path in folder.iterdir()) == ["codes.jsonl", "said.csv"]


@pytest.mark.parametrize("out", ["said.csv", ".", "link.csv", "pipe"])
def test_what_is_read_and_what_is_no_file_is_never_written_over(folder, capsys, out):
    (folder / "link.csv").symlink_to(folder / "said.csv")
    subprocess.run(["mkfifo", str(folder / "pipe")], check=True)  # noqa: S607 - a plain tool
    before = (folder / "said.csv").read_bytes()
    given = ["code", str(folder / "said.csv"), "--text", "comment", "--out", str(folder / out)]
    assert main(given) == 2
    assert "Name a" in capsys.readouterr().err
    assert (folder / "said.csv").read_bytes() == before


def test_only_its_owner_may_read_the_codes(folder):
    assert code(folder)[0] == 0
    assert (folder / "codes.jsonl").stat().st_mode & 0o077 == 0


@pytest.fixture
def many(folder):
    """Comments enough for several batches."""
    texts = ["Too many cases.", "n/a", "Great team, no thanks from above.", "Ask Siobhan.", "Ta"]
    rows = [json.dumps({"comment": f"{texts[n % 5]} {n}"}) for n in range(60)]
    (folder / "many.jsonl").write_text("\n".join(rows) + "\n")
    return folder


def test_batches_engines_and_workers_give_the_same_bytes(many, monkeypatch):
    out = many / "codes.jsonl"
    found = []
    for size, engine in ((2000, "serial"), (7, "serial"), (7, "processes"), (7, "dask")):
        monkeypatch.setattr(lines, "BATCH", size)
        assert code(many, "--engine", engine, data="many.jsonl")[0] == 0
        found.append(out.read_bytes())
    assert len(found[0].splitlines()) == 60
    assert found[1:] == found[:1] * 3


def test_a_file_of_any_length_is_held_a_few_batches_at_a_time(monkeypatch):
    """A worker's results are taken up before much more is read."""
    monkeypatch.setattr(lines, "BATCH", 10)
    read = []

    def endless():
        for number in range(10**9):
            read.append(number)
            yield Written("", "", "words")

    made = batches(endless())
    assert [len(next(made).comments) for _ in range(3)] == [10, 10, 10]
    assert len(read) <= 31
    monkeypatch.setattr(lines, "MOST_CHARACTERS", 20)
    assert len(next(batches(endless())).comments) == 5


def test_no_log_of_a_worker_can_hold_a_comment(coder):
    (batch,) = batches([Written("1", "", CASES)])
    made = lines.LineWriter(coder, None).write(batch)
    assert CASES in made.written.decode()
    assert "caseload" not in f"{batch!r} {batch} {made!r} {made}"


def test_a_line_stays_one_line_for_every_program(folder):
    text = "One\nTwo\u2028three\u2029four\x85five\x1csix"
    (folder / "said.jsonl").write_text(json.dumps({"comment": text, "nr": text}) + "\n")
    assert code(folder, "--id", "nr", data="said.jsonl")[0] == 0
    written = (folder / "codes.jsonl").read_text(encoding="utf-8")
    assert len(written.splitlines()) == 1
    assert json.loads(written)["id"] == text


def test_what_is_cut_and_what_must_be_read_first_is_said(folder, capsys):
    texts = ["the " * 5001, "My manager harassed a colleague.", "Mae'r tîm yn wych ac mae pawb yn "
             "helpu ei gilydd bob dydd o'r wythnos.", "n/a"]  # fmt: skip
    (folder / "said.jsonl").write_text("".join(json.dumps({"comment": t}) + "\n" for t in texts))
    found = code(folder, data="said.jsonl")[1]
    assert [one["flags"] for one in found] == [["cut"], ["escalate"], ["other_language"], ["empty"]]
    assert len(found[0]["text"].split()) == 5000
    said = capsys.readouterr().err
    assert "1 was longer than 5,000 words: the rest was left out." in said
    assert "1 tells of harm: read first." in said
    assert "1 is in a language that is not covered." in said


def test_progress_is_said_on_long_files_only(many, capsys, monkeypatch):
    code(many, data="many.jsonl")
    assert "coded" not in capsys.readouterr().err
    monkeypatch.setattr(lines, "BATCH", 20)
    monkeypatch.setattr(command, "PATIENCE", -1)
    code(many, data="many.jsonl")
    assert [line for line in capsys.readouterr().err.splitlines() if "coded" in line] == [
        "20 of 60 comments coded", "40 of 60 comments coded", "60 of 60 comments coded",
    ]  # fmt: skip


def taught(folder, rows):
    path = folder / "ours.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return "--corrections", path


def ours(number):
    """An office whose word for a heavy week is one that nobody else knows."""
    said = [("a proper zorbing again", ["workload", "negative"]), ("lunch was fine", None)]
    found = []
    for n in range(number):
        text, given = said[n % 2]
        found.append({"text": f"Day {n}: {text}", "codes": [given] if given else []})
    return found


def test_people_s_codes_are_learnt_from_and_the_lines_say_so(folder, capsys, coder):
    assert code(folder, *taught(folder, ours(120)))[0] == 0
    assert "Learnt from 120 coded comments." in capsys.readouterr().err
    found = read(folder / "codes.jsonl")
    assert {one["coder"]["sha256"] for one in found} != {coder.sha256}


def test_a_handful_of_codes_changes_nothing_and_that_is_said(folder, capsys, coder):
    found = code(folder, *taught(folder, ours(4)))[1]
    assert "Nothing was learnt: 4 coded comments are fewer than 20." in capsys.readouterr().err
    assert {one["coder"]["sha256"] for one in found} == {coder.sha256}


def test_what_was_learnt_and_left_is_told_with_its_reason(folder, coder):
    human = read_corrections(taught(folder, ours(30))[1], coder.themes, Redactor())
    worse = Learnt(coder, False, 30, 0.1, 0.2, ())
    assert command.told(worse, human) == [
        "It finds themes as it did: these codes do not show that it would be right more often.",
        "Squared error on comments that it had not seen: 0.1000 before, 0.2000 after.",
        "Directions: nothing was learnt from fewer than 50 codes.",
    ]
    ways = Ways(coder.lean, True, 120, 0.75, 0.8)
    assert command.told(replace(worse, ways=ways), human)[2] == (
        "Directions were learnt too: of 120 that it had not seen 75.0% were right before, "
        "80.0% after."
    )
    kept = command.told(replace(worse, ways=replace(ways, accepted=False)), human)[2]
    assert kept.startswith("It reads directions as it did: of 120 ")
    assert "less than 9 times in 10 (workload)." in command.told(
        replace(worse, after=0.05, losses=("workload",)), human
    )[0]  # fmt: skip


def test_lines_of_the_command_can_be_put_right_and_given_back(folder, capsys):
    found = code(folder, "--question", "asked")[1]
    assert code(folder, *taught(folder, found * 6))[0] == 0
    assert "4 coded comments are fewer than 20" in capsys.readouterr().err


@pytest.mark.parametrize(
    "row",
    [
        {"codes": []},
        {"text": "a"},
        {"text": "a", "codes": [["no such theme", "negative"]]},
        {"text": "a", "codes": [["workload", "downhill"]]},
        {"text": "a", "codes": ["workload"]},
        {"text": "a", "codes": [], "kind": "guess"},
    ],
)
def test_people_s_codes_that_are_none_are_named_by_line(folder, capsys, row):
    more = taught(folder, [{"text": "fine", "codes": []}, row])
    assert "ours.jsonl, line 2: " in refused(folder, capsys, *more)


def test_names_are_taken_out_before_anything_is_learnt(folder):
    _, path = taught(folder, [{"text": "Vindhya is great", "codes": [["team_peers", "positive"]]}])
    (one,) = read_corrections(path, {"team_peers"}, Redactor(RosterNames(["Vindhya Rao"])))
    assert one.text == "[name] is great"


def test_help_names_every_option(capsys):
    with pytest.raises(SystemExit):
        main(["code", "--help"])
    said = capsys.readouterr().out
    for option in ("--text", "--id", "--question", "--names", "--corrections", "--engine", "--out"):
        assert option in said
