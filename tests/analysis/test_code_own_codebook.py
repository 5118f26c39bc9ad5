"""python -m analysis code --codebook: own titles and themes beside the shipped ones, or nothing."""

import json

import pytest

from analysis.__main__ import main
from analysis.coding import command
from tests.analysis.small_coder import small_coder
from tests.analysis.test_own_codebook import GOOD

SAID = ("The car park is full by seven.", "My caseload is far too high.", "n/a")


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(command, "first_coder", small_coder)
    (tmp_path / "said.csv").write_text("\n".join(("comment", *SAID)))
    (tmp_path / "ours.toml").write_text(GOOD, encoding="utf-8")
    return tmp_path


def code(folder, *more):
    out = folder / "codes.jsonl"
    given = ["code", str(folder / "said.csv"), "--text", "comment", "--out", str(out)]
    status = main([*given, *map(str, more)])
    lines = out.read_bytes().splitlines() if out.exists() else None
    return status, lines and [json.loads(line) for line in lines]


def test_the_fifteen_get_what_they_got_and_own_themes_come_after(folder, capsys):
    _, plain = code(folder)
    capsys.readouterr()
    status, ours = code(folder, "--codebook", folder / "ours.toml")
    assert status == 0
    assert "Nobody has proved how well." in capsys.readouterr().err
    for before, after in zip(plain, ours, strict=True):
        fifteen = after["themes"][: len(before["themes"])]
        assert [{**one, "title": ""} for one in fifteen] == [
            {**one, "title": ""} for one in before["themes"]
        ]
        assert after["flags"] == before["flags"]
        assert after["coder"]["codebook"] == "1 with own 1"
        assert after["coder"]["sha256"] != before["coder"]["sha256"]
    parking = ours[0]["themes"][-1]
    assert (parking["theme"], parking["title"], parking["state"]) == (
        "own_parking", "Parking", "check",
    )  # fmt: skip
    assert parking["words"] == "The car park is full by seven"
    tools = [one for one in ours[0]["themes"] if one["theme"] == "tools_infrastructure"]
    assert all(one["title"] == "Kit and buildings" for one in tools)
    assert "title" not in ours[1]["themes"][0]


def test_every_engine_writes_the_same_bytes(folder):
    found = []
    for engine in ("serial", "processes"):
        code(folder, "--codebook", folder / "ours.toml", "--engine", engine)
        found.append((folder / "codes.jsonl").read_bytes())
    assert found[0] == found[1]


def test_titles_alone_leave_the_coder_as_it_is(folder):
    (folder / "ours.toml").write_text('version = "7"\n[titles]\nworkload = "Caseloads"\n')
    _, plain = code(folder)
    _, ours = code(folder, "--codebook", folder / "ours.toml")
    assert ours[1]["themes"][0]["title"] == "Caseloads"
    assert ours[1]["coder"] == {**plain[1]["coder"], "codebook": "1 with own 7"}


def test_a_codebook_that_cannot_be_used_is_refused_with_its_lines(folder, capsys):
    bad = GOOD.replace('"permit", ', "").replace("tools_infrastructure", "kit")
    (folder / "ours.toml").write_text(bad, encoding="utf-8")
    assert code(folder, "--codebook", folder / "ours.toml") == (2, None)
    said = capsys.readouterr().err
    assert "ours.toml, line 3: There is no shipped theme 'kit'" in said
    assert "ours.toml, line 5: “Parking” has 4 phrases" in said


@pytest.mark.parametrize("content", [b"\xff\xfe\xfa", None])
def test_a_codebook_that_cannot_be_read_is_refused(folder, capsys, content):
    path = folder / "ours.toml"
    path.unlink()
    if content:
        path.write_bytes(content)
    assert code(folder, "--codebook", path) == (2, None)
    assert "ours.toml" in capsys.readouterr().err


def test_corrections_may_name_own_themes_and_teach_nothing_of_them(folder, capsys):
    coded = {"text": SAID[0], "codes": [["own_parking", "negative"]]}
    (folder / "right.jsonl").write_text(json.dumps(coded))
    more = ("--corrections", folder / "right.jsonl")
    assert code(folder, *more)[0] == 2
    assert code(folder, *more, "--codebook", folder / "ours.toml")[0] == 0
    assert "Nothing was learnt" in capsys.readouterr().err
