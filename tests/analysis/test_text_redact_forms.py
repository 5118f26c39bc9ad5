"""Numbers, contacts and streets by their written form, and figures that only look like them."""

import time

import pytest

from analysis.text.redact import redact


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("my payroll number is 45678", "my payroll number is [number]"),
        ("staff number was 45678", "staff number was [number]"),
        ("case reference is 23-4567", "case reference is [number]"),
        ("grievance no. 2024/12", "grievance no. [number]"),
        ("my NMC pin is 12A3456E", "my NMC pin is [number]"),
        ("call 07700.900.123", "call [contact]"),
        ("01632.960.123 and +44.7700.900123", "[contact] and [contact]"),
        ("extension number 4432, bleep 4432", "extension number [contact], bleep [contact]"),
        ("my extension is 4432, or x4432", "my extension is [contact], or [contact]"),
        ("bleep me on 4432", "bleep me on [contact]"),
        ("i live at 12 high street", "i live at [place]"),
        ("12 HIGH STREET and 14 Bryn Rd", "[place] and [place]"),
        ("3 king's road, 12 High St", "[place], [place]"),
        ("14 Heol y Bryn", "[place]"),
        ("14 heol y bryn, 5 stryd fawr", "[place], [place]"),
        ("7 Lôn Cariad, 2 Ffordd yr Ŵydd", "[place], [place]"),
    ],
)
def test_what_points_to_a_person_goes(text, expected):
    assert redact(text).text == expected


@pytest.mark.parametrize(
    "text",
    [
        "staff is 120, and the staff number is 120",
        "case 3 is bad, my case number was 3, the caseload is 1200",
        "it fell from 0.5 to 0.125, and 10.75 per cent in 2024",
        "an extension of 120 days, x3 nurses",
        "the reference number was changed in 2024",
        "10 minutes down the road, 3 of us in the street, 5 main road visits",
        "4 staff on the road, 2 miles along the lane, 24 hour care",
        "mae 2 ffordd o weithio",
    ],
)
def test_figures_stay(text):
    assert redact(text).text == text


@pytest.mark.parametrize(
    "text", [f"1 {'a' * 20_000}' " * 3, "12 ab " * 10_000, "1 Ab Cd Ef " * 5_000]
)
def test_no_form_takes_long_to_rule_out(text):
    started = time.process_time()
    redact(text)
    assert time.process_time() - started < 1
