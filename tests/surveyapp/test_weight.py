"""What a web worker loads: the pages, and nothing of the analysis's weight."""

import os
import subprocess
import sys

HEAVY = ("matplotlib", "nltk", "numpy", "polars", "scipy", "sklearn", "typst")


def test_a_web_worker_loads_no_heavy_library(tmp_path):
    (tmp_path / "config.py").write_text('SECRET_KEY = "only for this test"\n')
    ask = f"import surveyapp.wsgi, sys; print([m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", ask],
        env={**os.environ, "CANDOUR_INSTANCE": str(tmp_path)},
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == "[]"
