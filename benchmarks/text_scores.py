"""Real comments, and how right codes of comments are.

290 that two people coded (``../shared/data/comments_dev.jsonl``), for measuring only; nothing was
fitted to them. A theme that only one of the two gave is left out of scoring.
"""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from analysis.text.coder import Coder, Question
from analysis.text.redact import redact
from tests.needed import SHARED

DATA = SHARED / "data/comments_dev.jsonl"
INTERVIEW = "Would you bring up a mental health issue with a potential employer? Why or why not?"
RARE = 8


def real(coder: Coder) -> tuple[list[Any], list[str], list[Question]]:
    """The rows, their redacted texts and their questions."""
    rows = [json.loads(line) for line in DATA.read_text(encoding="utf-8").splitlines()]
    questions = [
        coder.question(INTERVIEW if row["question"].startswith("Why or why") else row["question"])
        for row in rows
    ]
    return rows, [redact(row["text"]).text for row in rows], questions


def labels(rows: Sequence[Any], themes: Sequence[str]) -> tuple[Any, Any]:
    """Truth, and what counts, as arrays (comments, themes)."""
    truth = np.array([[theme in row["themes"] for theme in themes] for row in rows])
    counts = np.array([[theme not in row["either"] for theme in themes] for row in rows])
    return truth, counts


def scores(said: Any, truth: Any, counts: Any) -> tuple[float, float, Any]:
    """Micro F1, macro F1 over themes with eight positives, and F1 of each theme."""
    said, right = said & counts, truth & counts
    both, either = (said & right).sum(0), said.sum(0) + right.sum(0)
    each = 2 * both / np.maximum(either, 1)
    return 2 * both.sum() / either.sum(), each[right.sum(0) >= RARE].mean(), each


def calibration_error(chances: Any, truth: Any, counts: Any) -> float:
    """Expected calibration error in ten bins, where p is .1 or over."""
    kept = (chances >= 0.1) & counts
    p, y = chances[kept], truth[kept]
    part = np.minimum((p * 10).astype(int), 9)
    gaps = [abs(p[part == one].sum() - y[part == one].sum()) for one in range(10)]
    return float(sum(gaps) / len(p))
