"""Charts: the same bytes each time; gaps and breaks are never joined; nothing by colour alone."""

import os
import re
import subprocess
import sys
from dataclasses import replace
from html import unescape

import pytest

from analysis import plots
from analysis.charts import alt_texts, brand
from analysis.charts.share_chart import width_of
from analysis.summary import NOT_SHOWN
from analysis.trend import trend
from tests.analysis import samples


@pytest.fixture
def pulses():
    return samples.summaries()


def draw_all(pulses):
    newest = pulses[-1]
    yield plots.themes_svg(newest)
    for theme in newest.themes:
        yield plots.trend_svg(trend(pulses, theme.id), theme)
        yield plots.items_svg(newest, theme.id)


@pytest.fixture(scope="module")
def drawn():
    """Every chart of the samples, drawn once."""
    return list(draw_all(samples.summaries()))


def words(svg):
    """matplotlib leaves each text it drew as a comment beside its outlines."""
    comments = re.findall("<!--(.*?)-->", svg.decode(), re.DOTALL)
    return [" ".join(text.split()) for text in comments]


def joins(svg):
    """How many lines run from one point to the next."""
    return svg.decode().count(f"stroke: {brand.LINE}; stroke-width: 1.4")


def test_the_same_results_give_the_same_bytes(drawn):
    assert drawn == list(draw_all(samples.summaries()))


def test_another_process_draws_the_same_bytes_and_writes_nothing_home(pulses, tmp_path):
    code = (
        "import sys; from analysis import plots; from tests.analysis import samples;"
        "sys.stdout.buffer.write(plots.themes_svg(samples.summary()))"
    )
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("MPL", "XDG"))}
    there = subprocess.run(
        [sys.executable, "-c", code],
        env=environment | {"HOME": str(tmp_path), "PYTHONHASHSEED": "7"},
        capture_output=True,
        check=True,
    )
    assert there.stdout == plots.themes_svg(pulses[-1])
    assert list(tmp_path.iterdir()) == []


def test_a_chart_names_no_date_and_no_machine(drawn):
    for svg in drawn:
        assert b"<dc:date>" not in svg
        assert b"<dc:creator>" not in svg


def test_points_are_not_joined_across_a_break(pulses):
    theme = pulses[-1].theme("speaking_up")
    svg = plots.trend_svg(trend(pulses, theme.id), theme)
    assert joins(svg) == 2  # February–May and August–November
    assert "not comparable" in " ".join(words(svg))


def test_points_are_not_joined_across_a_withheld_pulse(pulses):
    theme = pulses[-1].theme("recognition")
    svg = plots.trend_svg(trend(pulses, theme.id), theme)
    assert joins(svg) == 1  # August–November
    assert NOT_SHOWN in words(svg)


def test_a_small_group_has_words_and_no_number(pulses):
    theme = pulses[-1].theme("speaking_up")
    points = trend(pulses, theme.id, "garden")
    assert "of 100" not in alt_texts.trend_alt(points, theme)
    assert joins(plots.trend_svg(points, theme)) == 0


def test_every_chart_of_made_up_data_says_so_and_no_other_does(drawn):
    assert all("Simulated data" in words(svg) for svg in drawn)
    real = samples.summaries(simulated=False)
    assert not any("Simulated data" in words(svg) for svg in draw_all(real))


def test_the_words_of_a_trend_hold_the_headline_number_the_break_and_the_gap(pulses):
    newest = pulses[-1]
    speaking = alt_texts.trend_alt(trend(pulses, "speaking_up"), newest.theme("speaking_up"))
    assert speaking.startswith("Safe to speak up: 62 of 100, likely 59 to 65 in November 2026")
    assert "Not comparable with the pulse before: August 2026" in speaking
    recognition = alt_texts.trend_alt(trend(pulses, "recognition"), newest.theme("recognition"))
    assert "Not shown: May 2026" in recognition


def test_the_words_of_the_bars_hold_all_shares_or_not_shown(pulses):
    text = alt_texts.items_alt(pulses[-1], "workload")
    assert "29% better answers, 24% in between, 47% worse answers" in text
    assert f"too much” {NOT_SHOWN}" in text


def test_themes_stand_in_declared_order_whatever_their_values(pulses):
    text = alt_texts.themes_alt(pulses[-1])
    places = [text.index(theme.title) for theme in samples.THEMES]
    assert places == sorted(places)


def test_an_empty_trend_and_one_point_are_drawn(pulses):
    theme = pulses[-1].theme("speaking_up")
    assert plots.trend_svg((), theme).startswith(b"<?xml")
    assert alt_texts.trend_alt((), theme) == "Safe to speak up: no pulses yet."
    assert joins(plots.trend_svg(trend(pulses[-1:], theme.id), theme)) == 0


def test_letters_with_a_meaning_to_the_drawing_program_are_only_letters(pulses):
    theme = replace(pulses[-1].themes[0], title="Pay $x^2$ & <b>tools</b> -- now")
    svg = plots.trend_svg(trend(pulses, "speaking_up"), theme)
    assert "Pay $x^2$ & <b>tools</b>" in unescape(
        re.search("<title>(.*?)</title>", svg.decode())[1]
    )


def test_words_in_letters_the_font_lacks_stay_words(pulses):
    theme = replace(pulses[-1].themes[0], title="ਬੋਲਣਾ ਸੁਰੱਖਿਅਤ ਹੈ")
    svg = plots.trend_svg(trend(pulses, "speaking_up"), theme)
    assert re.search("<text[^>]*>ਬੋਲਣਾ ਸੁਰੱਖਿਅਤ ਹੈ</text>", svg.decode())


def test_a_pulse_that_nobody_answered_is_drawn_too(pulses):
    nobody = replace(pulses[-1], themes=(), rows=())
    assert plots.themes_svg(nobody).startswith(b"<")


def test_the_longest_month_is_never_broken(pulses):
    theme = pulses[-1].theme("workload")
    (point, *_) = trend(pulses, theme.id)
    points = [replace(point, wave=replace(point.wave, label="September 2026"))] * 8
    assert any("September" in word for word in words(plots.trend_svg(points, theme)))


@pytest.mark.parametrize(
    ("share", "width"),
    [("58%", 58), ("under 6%", 6), ("over 94%", 94), ("28% to 34%", 31), ("Not shown", 0)],
)
def test_a_bar_is_as_wide_as_its_printed_share(share, width):

    assert width_of(share) == width


def test_many_pulses_keep_their_labels_apart(pulses):
    theme = pulses[-1].theme("workload")
    points = trend(pulses, theme.id) * 6
    labels = [word for word in words(plots.trend_svg(points, theme)) if "2026" in word]
    assert len(labels) == 8
