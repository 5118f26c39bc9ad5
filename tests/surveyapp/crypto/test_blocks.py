"""A block opens under its key, as itself, unchanged; or not at all."""

import uuid

import pytest

from surveyapp.crypto import blocks

WAVE = uuid.UUID(int=7)


def test_a_block_comes_back():
    key, label = blocks.new_key(), blocks.context(WAVE, "responses")
    wrapped, sealed = blocks.seal(key, b"answers", label)
    assert b"answers" not in sealed
    assert blocks.unseal(key, wrapped, sealed, label) == b"answers"


@pytest.mark.parametrize("fault", ["key", "kind", "wave", "byte", "wrapped", "short"])
def test_anything_else_is_refused(fault):
    key, label = blocks.new_key(), blocks.context(WAVE, "responses")
    wrapped, sealed = blocks.seal(key, b"answers", label)
    if fault == "key":
        key = blocks.new_key()
    elif fault == "kind":
        label = blocks.context(WAVE, "comments")
    elif fault == "wave":
        label = blocks.context(uuid.UUID(int=8), "responses")
    elif fault == "byte":
        sealed = sealed[:-1] + bytes([sealed[-1] ^ 1])
    elif fault == "wrapped":
        wrapped, _ = blocks.seal(key, b"answers", label)
    else:
        sealed = b""
    with pytest.raises(blocks.BlockError):
        blocks.unseal(key, wrapped, sealed, label)
