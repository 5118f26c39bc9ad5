"""What could give somebody away is found, and ordinary sentences are left in peace."""

import re
import time

import pytest

from surveyapp import bundle
from surveyapp.respond import hints


@pytest.mark.parametrize(
    ("text", "kind", "found"),
    [
        ("Handover at 6 am Sunday is chaos", "time", "6 am Sunday"),
        ("since 14:30 nobody came", "time", "14:30"),
        ("it happened on 12 March again", "date", "12 March"),
        ("on 03/11/2026 we were told", "date", "03/11/2026"),
        ("every Tuesday is short", "date", "Tuesday"),
        ("I am 34 and tired", "age", "I am 34"),
        ("a 61 year old colleague", "age", "61 year old"),
        ("ring 01632 960 123 for more", "contact", "01632 960 123"),
        ("write to mo.bell@example.org", "contact", "mo.bell@example.org"),
        ("case 48213 was lost", "number", "48213"),
        ("I was the only night worker", "only", "I was the only night worker"),
        ("as the only man", "only", "as the only man"),
        ("Mrs Okafor shouts", "name", "Mrs Okafor"),
        ("then Jane Bell said no", "name", "Jane Bell"),
        ("my manager Sue shouts", "name", "manager Sue"),
    ],
)
def test_found(text, kind, found):
    assert hints.Hint(kind, found) in hints.find(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Rotas come too late and nobody listens.",
        "We have 3 or 4 visits a day and no time to write them up.",
        "Good. Better. Best.",
        "IT is slow",
    ],
)
def test_left_in_peace(text):
    assert hints.find(text) == []


def test_a_few_and_each_once():
    assert len(hints.find("6 am, 6 am, 6 am")) == 1
    assert len(hints.find(" ".join(f"{hour}:15" for hour in range(10, 22)))) == hints.MOST


@pytest.mark.parametrize("text", [piece * 200 for piece in ("a", "1 ", "A", "@", "0 ", "Aa ")])
def test_no_text_takes_long(text):
    started = time.perf_counter()
    hints.find(text)
    assert time.perf_counter() - started < 0.5


def test_the_script_has_the_same_patterns():
    written = (bundle.STATIC / "client/hints.js").read_text(encoding="utf-8")
    assert "|".join(re.findall("String.raw`(.*)`", written)) == hints.for_script()
