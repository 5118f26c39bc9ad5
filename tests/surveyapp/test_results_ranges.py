"""Beside a figure on the pages: how sure it is, and what silence and chance could do."""

from dataclasses import replace

import pytest

from analysis.summary import Shrunk
from surveyapp.services import results
from tests import factories, published
from tests.analysis import samples
from tests.surveyapp.test_results import main_text


@pytest.fixture
def app(make_app):
    return make_app()


@pytest.fixture
def stranger(app):
    return app.test_client()


@pytest.fixture
def key(app):
    """Published results in which one group was quiet and stands out, and a question has shares."""
    told = samples.summary(4)
    rows = tuple(
        replace(row, worst=31.0, best=78.0, shrunk=Shrunk(56.0, 47.0, 65.0))
        if (row.theme, row.unit) == ("speaking_up", "days")
        else row
        for row in told.rows
    )
    items = tuple(
        replace(item, figure=replace(item.figure, likely_share=(52.0, 64.0)))
        if item.figure and item.figure.shares
        else item
        for item in told.items
    )
    with app.app_context():
        found = published.programme().waves[-1].results_key
        wave = results.wave_of_key(found)
        factories.a_publication(wave, summary=replace(told, rows=rows, items=items), number=2)
        factories.committed()
    return found


def test_a_theme_says_how_sure_its_shares_are_and_what_silence_could_change(stranger, key):
    words = main_text(stranger.get(f"/r/{key}/themes/speaking_up"))
    assert "(likely 52%–64%)" in words
    assert "19 times in 20" in words
    assert "31 to 78" in words
    assert "if all the silent had chosen the worst answers" in words
    assert "56 (likely 47 to 65)" in words
    assert "worked out from the printed figures alone" in words


def test_a_group_says_the_same_of_itself(stranger, key):
    words = main_text(stranger.get(f"/r/{key}/groups/days"))
    assert "Had everyone answered" in words
    assert "31 to 78" in words
    assert "Allowing for chance" in words
    assert "56 (likely 47 to 65)" in words


def test_a_page_without_them_has_no_empty_column(stranger, key):
    words = main_text(stranger.get(f"/r/{key}/groups/nights"))
    assert "Had everyone answered" not in words
    assert "Allowing for chance" not in words
