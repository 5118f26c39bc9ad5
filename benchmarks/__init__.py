"""Measurements against a stated reference, in one interleaved run. Never part of the tests."""
