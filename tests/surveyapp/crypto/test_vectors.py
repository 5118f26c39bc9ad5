"""Published vectors: RFC 9474 Appendix A, and the Certificate Transparency reference tree."""

import hashlib
import json

import pytest

from surveyapp.crypto import blind, merkle
from tests.needed import shared


def read(name):
    return json.loads(shared(f"vectors/{name}").read_text())


@pytest.fixture(scope="module")
def rfc9474():
    vectors = read("rfc9474.json")["vectors"]
    return next(v for v in vectors if v["name"] == "RSABSSA-SHA384-PSS-Randomized")


@pytest.fixture(scope="module")
def signing(rfc9474):
    return blind.SigningKey.from_primes(*(int(rfc9474[name], 16) for name in ("p", "q", "e")))


def test_the_key_is_the_vector_s(rfc9474, signing):
    assert signing.n == int(rfc9474["n"], 16)
    assert signing.dp == int(rfc9474["d"], 16) % (signing.p - 1)
    assert blind.SigningKey.from_bytes(signing.to_bytes()) == signing


def test_prepare_puts_the_randomiser_first(rfc9474):
    message, prefix = bytes.fromhex(rfc9474["msg"]), bytes.fromhex(rfc9474["msg_prefix"])
    assert blind.prepare(message, lambda size: prefix[:size]).hex() == rfc9474["prepared_msg"]


def test_blind_gives_the_vector_s_blinded_message(rfc9474, signing):
    r = pow(int(rfc9474["inv"], 16), -1, signing.n)
    draws = iter([bytes.fromhex(rfc9474["salt"]), r.to_bytes(signing.public.size)])
    blinded, inverse = blind.blind(
        signing.public, bytes.fromhex(rfc9474["prepared_msg"]), lambda _size: next(draws)
    )
    assert blinded.hex() == rfc9474["blinded_msg"]
    assert inverse == int(rfc9474["inv"], 16)


def test_blind_sign_gives_the_vector_s_answer_whatever_the_base_blinding(rfc9474, signing):
    blinded = bytes.fromhex(rfc9474["blinded_msg"])
    assert {blind.blind_sign(signing, blinded).hex() for _ in range(3)} == {rfc9474["blind_sig"]}


def test_finalize_gives_the_vector_s_signature(rfc9474, signing):
    prepared = bytes.fromhex(rfc9474["prepared_msg"])
    signature = blind.finalize(
        signing.public,
        prepared,
        bytes.fromhex(rfc9474["blind_sig"]),
        int(rfc9474["inv"], 16),
    )
    assert signature.hex() == rfc9474["sig"]
    assert blind.verify(signing.public, prepared, signature)
    assert not blind.verify(signing.public, prepared + b"!", signature)


@pytest.fixture(scope="module")
def tree():
    raw = read("merkle_ct.json")
    raw["entries"] = [bytes.fromhex(entry) for entry in raw["entries"]]
    return raw


def test_leaves_and_roots(tree):
    assert [merkle.leaf_hash(entry).hex() for entry in tree["entries"]] == tree["leaf_hashes"]
    for known in tree["roots"]:
        assert merkle.root(tree["entries"][: known["tree_size"]]).hex() == known["root"]
    assert merkle.root([]) == hashlib.sha256(b"").digest()


def test_inclusion(tree):
    for known in tree["inclusion"]:
        index, size = known["leaf_index"], known["tree_size"]
        entries = tree["entries"][:size]
        proof = merkle.inclusion_proof(index, entries)
        assert [step.hex() for step in proof] == known["path"]
        root = merkle.root(entries)
        assert merkle.verify_inclusion(entries[index], index, size, proof, root)
        assert not merkle.verify_inclusion(b"other", index, size, proof, root)
        if proof:
            assert not merkle.verify_inclusion(entries[index], index, size, proof[:-1], root)
            assert not merkle.verify_inclusion(entries[index], index, size, [*proof, root], root)


def test_consistency(tree):
    for known in tree["consistency"]:
        first, second = known["first"], known["second"]
        proof = merkle.consistency_proof(first, tree["entries"][:second])
        assert [step.hex() for step in proof] == known["path"]
        old, new = merkle.root(tree["entries"][:first]), merkle.root(tree["entries"][:second])
        assert merkle.verify_consistency(first, second, old, new, proof)
        assert not merkle.verify_consistency(first, second, new, new, proof) or old == new
        if first != second:
            assert not merkle.verify_consistency(first, second, old, old, proof)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 20, 33])
def test_every_proof_of_a_tree_of_any_size_verifies(size):
    entries = [bytes([number]) for number in range(size)]
    root = merkle.root(entries)
    for index in range(size):
        proof = merkle.inclusion_proof(index, entries)
        assert merkle.verify_inclusion(entries[index], index, size, proof, root)
    for first in range(1, size + 1):
        proof = merkle.consistency_proof(first, entries)
        assert merkle.verify_consistency(first, size, merkle.root(entries[:first]), root, proof)
