"""Leaks planted in Candour's own files, and readers that must not be fooled by harmless ones."""

import json

import pytest
from pypdf import PdfWriter

from analysis import report_tables
from analysis.attack.candour import is_figures, is_summary
from analysis.attack.inversion import posterior
from analysis.attack.markup import picture
from analysis.attack.printed import parse, whole
from analysis.attack.suite import attack, read
from tests.analysis.test_attack_random import organisation


@pytest.fixture(scope="module")
def summaries():
    return organisation(3)[:1]


@pytest.fixture
def found(tmp_path):
    """Findings in files given by name and text."""

    def attacked(**files):
        for name, text in files.items():
            stem, _, kind = name.rpartition("_")
            (tmp_path / f"{stem}.{kind}").write_text(text)
        return [f"{one.attack} {one.group}: {one.known}" for one in attack(read([tmp_path], {}))]

    return attacked


def test_our_own_forms_are_known(summaries):
    assert is_summary(json.loads(report_tables.json(summaries)))
    assert is_figures(tuple(report_tables.csv(summaries).split("\r\n")[0].split(",")))


def changed(summaries, change):
    body = json.loads(report_tables.json(summaries))
    change(body["pulses"][0])
    return json.dumps(body)


def hidden_row(pulse):
    return next(row for row in pulse["rows"] if row["figure"] is None)


def test_a_number_left_in_a_hidden_row(summaries, found):
    text = changed(summaries, lambda pulse: hidden_row(pulse).update(raw=0.731))
    assert any(said.startswith("A14 an extra key 'raw'") for said in found(summary_json=text))


def test_a_difference_left_in_a_hidden_row(summaries, found):
    text = changed(summaries, lambda pulse: hidden_row(pulse)["change"].update(difference=-7.3))
    assert any("change.difference" in said for said in found(summary_json=text))


def test_a_key_that_no_reader_knows(summaries, found):
    text = changed(summaries, lambda pulse: pulse.update(debug={"s": 41.27}))
    assert any("an unknown key 'debug'" in said for said in found(summary_json=text))


def test_more_digits_in_the_json_than_in_the_table(summaries, found):
    def finer(pulse):
        for row in pulse["rows"]:
            if row["figure"] and row["figure"]["score"] is not None:
                row["figure"]["score"] += 0.13

    said = found(summary_json=changed(summaries, finer), figures_csv=report_tables.csv(summaries))
    assert any(one.startswith("A14") and "more digits of the mean" in one for one in said)


def test_exact_counts_in_our_own_form_are_broken(summaries, found):
    """Publishing a group under ten in our own form is found as in anybody's."""

    def small(pulse):
        hidden_row(pulse)["figure"] = {
            "n": "6", "score": 41.0, "low": 20.0, "high": 60.0, "band": None,
            "shares": ["33%", "17%", "50%"],
        }  # fmt: skip

    assert any(said.startswith("A0") for said in found(summary_json=changed(summaries, small)))


def test_a_pdf_with_numbers_in_its_properties(tmp_path):
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.add_metadata({"/Title": "Results", "/Keywords": "C 14.29"})
    writer.write(tmp_path / "report.pdf")
    said = [one.group for one in attack(read([tmp_path], {}))]
    assert said == ["its metadata /Keywords"]


def test_the_ticks_of_a_chart_are_no_secret():
    svg = '<svg><g id="axis"><!-- 20 --><path d="M 1.2345 2.3456"/></g><title>Safe</title></svg>'
    shown, unseen = picture(svg)
    assert "20" in shown[0]
    assert unseen == [("its title", "Safe")]


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("395", 395, 395),
        ("about 20", 18, 22),
        ("10–19", 10, 19),
        ("under 5", 0, 4),
        ("1,204", 1204, 1204),
    ],
)
def test_numbers_of_people_as_printed(text, low, high):
    assert whole(parse(text)) == (low, high)


def test_one_dissenter_among_colleagues_makes_them_sure():
    """Nine of ten said yes. If one of three who compare notes said no, the other seven said yes:
    that happens in three cases of ten. With 18 of 30 nobody can be sure of anything."""
    assert posterior((10, 10), (9, 9), 3) == (1.0, 0.9)
    assert posterior((30, 30), (18, 18), 3)[0] < 0.7


MODELS = "“Safe”\n  The questions of “Safe” go together well (omega {}, likely 0.83 to 0.87), {}.\n"


@pytest.mark.parametrize(
    ("omega", "people", "told"),
    [("0.85", "10 points", 0), ("0.85314", "10 points", 1), ("0.85", "412 people", 1),
     ("0.85", "at least 400 people", 0)],
)  # fmt: skip
def test_a_text_on_models_is_read_and_held_to_its_rounding(tmp_path, omega, people, told):
    text = MODELS.format(omega, people)
    (tmp_path / "models.txt").write_text(text)
    assert len(attack(read([tmp_path], {}))) == told
    body = {"format": 1, "pulse": "P", "models": [
        {"about": "Safe", "in_words": [text], "left_out": [], "figures": {"x": {"people": people}}}
    ]}  # fmt: skip
    (tmp_path / "models.txt").unlink()
    (tmp_path / "models.json").write_text(json.dumps(body))
    assert len(attack(read([tmp_path], {}))) == told
