"""The mean of a theme's questions is its score: rounded each by itself, they narrow it together."""

import numpy as np
import pytest

from analysis.disclosure import Rule
from analysis.release import figures
from analysis.release.released import settle
from tests.analysis.made import answers, flat
from tests.analysis.summarised import BOOK, counted

SEEDS = (*range(16), 36, 64, 213, 269)


def release(seed):
    """Two groups of 55 to 75 and one of ten or eleven people who mostly agree."""
    rng = np.random.default_rng([11, seed])
    gave = {name: int(rng.integers(55, 75)) for name in "ab"}
    rows = answers(gave, seed, items=5, shift=float(rng.choice([-0.3, 0, 0.3])))
    lean = rng.uniform(3, 4.2)
    for _ in range(int(rng.integers(10, 12))):
        rows.append(("c", *(int(v) for v in np.clip(rng.normal(lean, 0.9, 5).round(), 1, 5))))
    heads = {name: int(1.2 * n) for name, n in gave.items()} | {"c": 14}
    return settle(counted(rows, flat(*heads.items())), BOOK, Rule())


@pytest.fixture(scope="module")
def releases():
    return [release(seed) for seed in SEEDS]


def themes(releases):
    return [
        (theme, found, questions)
        for one in releases
        for theme, found, questions in zip(one.themes, one.figures, one.questions, strict=True)
        if None not in questions.values()
    ]


def test_no_printed_questions_tell_what_the_themes_figures_do_not(releases):
    for theme, found, questions in themes(releases):
        assert figures.telling(theme, found, list(questions.values())) is None


def test_questions_have_words_where_their_numbers_would_tell(releases, monkeypatch):
    """In some of these organisations the questions as rounded say what the small group said."""
    in_words = [
        (theme, found, questions)
        for theme, found, questions in themes(releases)
        if found[theme.root].score is not None
        and all(figure.score is figure.shares is None for figure in questions.values())
    ]
    assert 0 < len(in_words) < len(themes(releases)) / 2
    for theme, found, questions in in_words:
        assert all(figure.band for figure in questions.values())
        monkeypatch.setattr(figures, "telling", lambda *_: None)
        numbers = {n: n for n in range(200)}
        told = figures.question_figures(theme, numbers, found)
        monkeypatch.undo()
        assert figures.telling(theme, found, list(told.values())) is not None


def test_a_score_is_never_fixed_within_a_tenth(releases):
    """Rule D8: 52.0 to 52.1 is as exact as a score may be known."""
    for theme, found, questions in themes(releases):
        whole = found[theme.root]
        told = [figure.score for figure in questions.values()]
        if whole.score is None or None in told or theme.scale.formula != "mean":
            continue
        half = theme.step(theme.root) / 2
        width = 2 * half - abs(float(np.mean(told)) - whole.score)
        assert width > 0.1 - 1e-9 or width <= 0
