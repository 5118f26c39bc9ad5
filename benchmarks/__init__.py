"""Measurements against a stated reference, in one interleaved run. Never part of the tests."""

import analysis  # noqa: F401  it sets up numpy, so it comes before a benchmark imports numpy
