"""All proofs at once are the proofs one by one."""

import pytest

from surveyapp.crypto import merkle


@pytest.mark.parametrize("size", [0, 1, 2, 3, 5, 8, 13, 64, 100])
def test_every_path_is_that_of_its_own_entry(size):
    entries = [bytes([number]) for number in range(size)]
    paths = merkle.inclusion_proofs(entries)
    assert paths == [merkle.inclusion_proof(index, entries) for index in range(size)]
    for index, path in enumerate(paths):
        assert merkle.verify_inclusion(entries[index], index, size, path, merkle.root(entries))
