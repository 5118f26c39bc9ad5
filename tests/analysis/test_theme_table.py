import numpy as np
import pytest

from analysis.counting.theme_table import theme_table
from analysis.scoring import Key, moments
from analysis.tally import count
from tests.analysis.made import answers, flat, instrument, wave


@pytest.mark.parametrize("formula", ["mean", "favourable"])
def test_every_unit_gets_what_it_would_get_alone(formula):
    book = instrument(reverse=(1,), scale={"formula": formula})
    rows = [*answers({"east": 40, "west": 1}, 2), ("east", 5, None, 2), ("org", None, None, None)]
    tally = count(wave(rows, flat(("east", 60), ("west", 9))), book).tally
    key = Key.of(book, book.scales[0])
    found = theme_table(tally.scores["s"], key)
    for place, table in enumerate(tally.scores["s"]):
        alone = moments(table, key)
        assert found.n[place] == alone.n
        np.testing.assert_allclose(found.mean[place], alone.mean, rtol=1e-12)
        np.testing.assert_allclose(found.variance[place], alone.variance, rtol=1e-9)
    assert found.n.tolist() == [41, 0, 1]
