"""Every page of results in every state of its figures: no strong word without its gate."""

from dataclasses import replace
from typing import get_args

import pytest
from bs4 import BeautifulSoup

from analysis import how_to_read
from analysis.summary import THE_REST, Comparison, Reading, Together, Verdict
from surveyapp.results import findings, pages, views
from surveyapp.results.reading import for_invited
from tests import factories, published
from tests.analysis import samples, strong_words

PARTS = {"theme_id": "workload", "unit_id": "days"}
QUIET = Comparison("cannot_tell", "August 2026", why="A reason.")
GROUPS = ((("communication", "recognition"),), (("recognition",), ("communication",)))


@pytest.fixture
def reading(app, monkeypatch):
    """Riverside as an invited person reads it, inside a request."""
    monkeypatch.setattr(pages.benchmarks, "latest", lambda theme: ())
    with app.app_context():
        key = published.programme().waves[-1].results_key
        factories.committed()
        with app.test_request_context(f"/r/{key}"):
            yield for_invited(key)


def with_summary(reading, summary):
    history = (*reading.history[:-1], (reading.wave, summary))
    rows = {(row.theme, row.unit): row for row in summary.rows}
    return replace(reading, summary=summary, history=history, rows=rows)


def in_state(change=QUIET, rest=None, first=None, *, hidden=False, together=None):
    base = samples.summary()
    rest = rest or replace(QUIET, against=THE_REST)
    rows = tuple(
        replace(row, change=change, rest=rest, figure=None if hidden else row.figure)
        for row in base.rows
    )
    readings = tuple(
        replace(reading, since_first=first) for reading in (*base.readings, Reading("recognition"))
    )
    return replace(base, rows=rows, readings=readings, together=together)


def said_on(reading, summary):
    """The words of every page: without fixed ones, and without what people asked and wrote."""
    wordings = [item.text for theme in summary.themes for item in theme.items]
    wordings += [theme.description for theme in summary.themes]
    shown = with_summary(reading, summary)
    every = [("overview", pages.overview), *((name, page) for _, name, page in views.PAGES)]
    for name, page in every:
        if name in ("file", "downloads", "why"):
            continue
        parts = {part: PARTS[part] for part in PARTS if part in page.__code__.co_varnames[:2]}
        soup = BeautifulSoup(page(shown, **parts), "html.parser").main
        for heads in soup.find_all("thead"):
            heads.decompose()  # what a column holds, also when it holds nothing
        for alone in soup.find_all(["p", "li", "h1", "h2", "h3", "td", "th", "dd", "caption"]):
            text = " ".join(alone.get_text(" ").split())
            yield name, strong_words.without(text, wordings)
        for picture in soup.find_all("img"):
            yield name, strong_words.without(picture["alt"], wordings)


@pytest.mark.parametrize("hidden", [False, True])
@pytest.mark.parametrize("verdict", get_args(Verdict))
def test_a_page_says_no_more_than_its_verdicts(reading, verdict, hidden):
    told = replace(QUIET, verdict=verdict)
    states = (
        in_state(change=told, hidden=hidden),
        in_state(rest=replace(told, against=THE_REST), hidden=hidden),
        in_state(first=replace(told, against="February 2026"), hidden=hidden),
    )
    for state in states:
        strong = 0
        for name, text in said_on(reading, state):
            allowed = set() if hidden else {verdict}
            if name == "theme_trend":
                # It shows the earlier pulses too, which say what they said.
                allowed |= {row.change.verdict for s in reading.summaries for row in s.rows}
            assert strong_words.ungated(text, allowed) == [], (name, text)
            assert not strong_words.CAUSAL.search(strong_words.without_denials(text)), (name, text)
            strong += bool(strong_words.STRONG.search(strong_words.without_denials(text)))
        assert strong or hidden or verdict not in ("higher", "lower")


def test_what_goes_together_claims_nothing_more_whatever_it_holds(reading):
    for groups in GROUPS:
        state = in_state(together=Together("speaking_up", groups, 3, "380"))
        for name, text in said_on(reading, state):
            assert strong_words.ungated(text, set()) == [], (name, text)
            assert not strong_words.CAUSAL.search(strong_words.without_denials(text)), (name, text)


@pytest.mark.parametrize("verdict", get_args(Verdict))
def test_a_group_is_listed_as_unlike_the_rest_only_where_it_is_shown(verdict):
    rest = Comparison(verdict, THE_REST)
    listed = findings.differences(in_state(rest=rest))
    assert bool(listed) == (verdict in ("higher", "lower"))
    assert findings.differences(in_state(rest=rest, hidden=True)) == []


def test_slow_slides_come_after_the_changes_since_the_pulse_before():
    first = Comparison("lower", "February 2026")
    slid = in_state(first=first)
    moved = Comparison("higher", "August 2026", 7, 3, 11)
    rows = tuple(
        replace(row, change=moved) if row.theme == "recognition" else row for row in slid.rows
    )
    order = [found.theme.id for found in findings.by_evidence(replace(slid, rows=rows))]
    assert order[0] == "recognition"
    quiet = replace(slid, readings=(Reading("workload", since_first=first),))
    assert findings.by_evidence(quiet)[0].theme.id == "workload"


def words(page):
    return " ".join(BeautifulSoup(page, "html.parser").main.get_text(" ").split())


def test_the_new_parts_stand_once_each_with_their_limits(reading):
    theme = words(pages.theme(reading, "workload"))
    for line in how_to_read.how_to_read(reading.summary, "workload"):
        assert theme.count(line) == 1
    assert "Community team: the difference could be chance." in theme
    everything = words(pages.themes(reading))
    for line in (*how_to_read.together(reading.summary), *how_to_read.LIMITS):
        assert line in everything
    assert words(pages.overview(reading)).count(samples.EVENNESS) == 1
    assert "Why we can’t tell how some themes compare with the rest" in words(
        pages.group(reading, "community")
    )


def test_pages_without_them_are_finished_too(reading):
    bare = with_summary(reading, replace(reading.summary, readings=(), together=None, evenness=""))
    assert how_to_read.HEADING not in words(pages.theme(bare, "workload"))
    assert how_to_read.NOTHING_TOGETHER in words(pages.themes(bare))
    assert "Some groups answered" not in words(pages.overview(bare))
    nobody = replace(bare.summary, themes=(), rows=(), items=(), silence=(), text=())
    for page in (pages.themes, pages.over_time):
        assert "Too few people answered to show any theme." in words(
            page(with_summary(bare, nobody))
        )


def test_a_long_series_has_its_range_and_a_short_one_is_too_early(reading):
    assert "Workload: too early to say. It takes 12 pulses, and so far 4 count." in words(
        pages.over_time(reading)
    )
    pulses = samples.long(13)
    long = with_summary(reading, pulses[-1])
    long = replace(long, history=tuple((reading.wave, summary) for summary in pulses))
    for page in (pages.over_time(long), pages.theme_trend(long, "speaking_up")):
        assert "The score usually lies between 46 and 57." in words(page)
        assert "January 2026: above the usual range." in words(page)


def test_a_theme_asked_for_the_first_time_is_no_change_of_wording(reading):
    """Only what was asked before can have been asked otherwise."""
    newest = reading.summary
    before = replace(newest, themes=newest.themes[1:], wave=replace(newest.wave, id="before"))
    added = replace(reading, history=((reading.wave, before), (reading.wave, newest)))
    assert "¦" not in words(pages.over_time(added))
    assert words(pages.over_time(reading)).count("not comparable with before:") == 1


def test_somebody_invited_finds_where_to_look_a_receipt_up(reading):
    assert "Was my answer counted?" in words(pages.overview(reading))
    imported = replace(reading.summary, wave=replace(reading.summary.wave, origin="imported"))
    assert "Was my answer counted?" not in words(pages.overview(with_summary(reading, imported)))
