"""What the coder learns is the same however many threads a machine has."""

import numpy as np
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_info, threadpool_limits

from analysis.text.learning import fit_alone

WIDE = 30_000  # so long that sums are shared out among threads


def learnt(threads, fit):
    rng = np.random.default_rng(1)
    rows = sparse.random_array((1_500, WIDE), density=0.002, rng=rng, format="csr")
    rows = sparse.csr_array(
        (rows.data, rows.indices.astype(np.int32), rows.indptr.astype(np.int32)), shape=rows.shape
    )
    wanted = (rng.random(rows.shape[0]) < 0.3).astype(float)
    model = LogisticRegression(C=5.0, solver="liblinear", random_state=0, tol=1e-3)
    with threadpool_limits(threads):
        fit(model, rows, wanted, np.ones(rows.shape[0]))
    return model.coef_


def test_a_model_is_the_same_with_one_thread_and_with_two():
    one, two = (learnt(threads, fit_alone) for threads in (1, 2))
    assert np.array_equal(one, two)


def test_only_one_thread_fits_whatever_the_machine_has():
    class Watched:
        def fit(self, rows, wanted, sample_weight):
            self.threads = {pool["num_threads"] for pool in threadpool_info()}

    alone, left = Watched(), Watched()
    with threadpool_limits(2):
        fit_alone(alone, None, None, None)
        left.fit(None, None, None)
    assert alone.threads == {1}
    assert left.threads == {2}, "so the fit would have had two"
