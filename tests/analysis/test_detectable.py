import numpy as np
import pytest

from analysis.detectable import DetectableError, detectable, table


@pytest.mark.parametrize(
    ("people", "conditions", "own"),
    [(15, 60, 34), (30, 42, 24), (60, 30, 17), (150, 19, 10), (500, 10, 6)],
)
def test_the_table_of_the_plan(people, conditions, own):
    found = detectable(people, 0.7)
    assert (round(found.conditions), round(found.people)) == (conditions, own)


def test_a_change_of_that_size_shows_four_times_in_five():
    change = detectable(500, 0.6, share=0.5).conditions / 100
    n, rng = 300, np.random.default_rng(4)
    first, second = rng.binomial(n, 0.5 - change / 2, 4000), rng.binomial(n, 0.5 + change / 2, 4000)
    p, q = first / n, second / n
    seen = np.abs(q - p) > 1.96 * np.sqrt(p * (1 - p) / n + q * (1 - q) / n)
    assert seen.mean() == pytest.approx(0.8, abs=0.03)


def test_more_answers_show_smaller_changes():
    found = table(80)
    assert [one.response for one in found] == [0.4, 0.6, 0.8]
    assert found[0].conditions > found[1].conditions > found[2].conditions
    assert detectable(80, 1.0).people == 0


@pytest.mark.parametrize(("people", "response"), [(1, 0.5), (0, 0.5), (30, 0), (30, 1.2)])
def test_a_plan_that_cannot_be_is_refused(people, response):
    with pytest.raises(DetectableError):
        detectable(people, response)
    with pytest.raises(DetectableError):
        detectable(30, 0.5, share=1.0)
