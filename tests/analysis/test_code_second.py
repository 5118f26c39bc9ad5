"""python -m analysis code --second: the second scorer from the command line."""

import json
import pickle

import pytest

from analysis.__main__ import main
from analysis.coding import command
from analysis.text import fusion, minilm
from tests.analysis import tiny_minilm
from tests.analysis.small_coder import small_coder
from tests.needed import need_packages


@pytest.fixture
def code(tmp_path, monkeypatch):
    (tmp_path / "said.csv").write_text("comment\nThe team is kind.\nn/a\n")
    monkeypatch.setattr(command, "first_coder", small_coder)
    out = tmp_path / "codes.jsonl"

    def run(*more):
        status = main(
            ["code", str(tmp_path / "said.csv"), "--text", "comment", "--out", str(out), *more]
        )
        written = out.read_text().splitlines() if out.exists() else []
        return status, [json.loads(line) for line in written]

    return run


def test_lines_say_that_the_second_scorer_was_there(code, tmp_path, monkeypatch):
    need_packages("safetensors", "tokenizers")
    coder = small_coder()
    both = fusion.fused(
        coder,
        minilm.load(tmp_path, tiny_minilm.write(tmp_path)),
        tiny_minilm.numbers(coder, second=1.0),
    )
    monkeypatch.setattr(command, "installed", lambda: True)
    monkeypatch.setattr(command, "fused_coder", lambda: both)
    (status, lines), (_, before) = code("--second"), code()
    assert status == 0
    assert lines[0]["coder"]["sha256"] != before[0]["coder"]["sha256"]
    # Other processes are sent the coder.
    sent = pickle.loads(pickle.dumps(both))  # noqa: S301
    assert sent.code("The team is kind.") == both.code("The team is kind.")


@pytest.mark.parametrize("missing", [True, False])
def test_without_the_right_model_nothing_is_coded_and_that_is_said(
    code, monkeypatch, capsys, missing
):
    def wrong():
        raise minilm.WrongModelError("model.safetensors is not the file")

    monkeypatch.setattr(command, "installed", lambda: not missing)
    monkeypatch.setattr(command, "fused_coder", wrong)
    status, lines = code("--second")
    said = capsys.readouterr().err
    assert (status, lines) == (2, [])
    assert ("tools/setup web embeddings" if missing else "is not the file") in said
