"""The downloaded checker's own arithmetic, held against vectors that other people published."""

import json

import pytest

from surveyapp import verify
from tests.needed import shared

# RFC 8032, section 7.1: tests 1, 2, 3 and SHA(abc), as public key, message and signature.
RFC8032 = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bac"
        "c61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e"
        "458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290"
        "ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
    (
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
        "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ec"
        "fdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
    ),
]


@pytest.fixture(scope="module")
def tree():
    return json.loads(shared("vectors/merkle_ct.json").read_text())


@pytest.mark.parametrize(("key", "message", "signature"), RFC8032)
def test_a_published_signature_holds_and_none_beside_it(key, message, signature):
    said, signed = bytes.fromhex(message), bytes.fromhex(signature)
    assert verify.signed_by(key, said, signed)
    assert not verify.signed_by(key, said + b"\0", signed)
    for bit in (0, 255, 256, 511):
        flipped = int.from_bytes(signed, "little") ^ 1 << bit
        assert not verify.signed_by(key, said, flipped.to_bytes(64, "little"))
    others = [one for one, *_ in RFC8032 if one != key]
    assert not any(verify.signed_by(other, said, signed) for other in others)


def test_a_second_spelling_of_a_signature_or_key_is_refused():
    key, message, signature = RFC8032[1]
    said, signed = bytes.fromhex(message), bytes.fromhex(signature)
    more = int.from_bytes(signed[32:], "little") + verify.Q  # RFC 8032, section 5.1.7: S < L
    assert not verify.signed_by(key, said, signed[:32] + more.to_bytes(32, "little"))
    for wrong in (signed[:-1], signed + b"\0", b""):
        assert not verify.signed_by(key, said, wrong)
    for wrong in (key[:-2], key + "00", "", "zz"):
        assert not verify.signed_by(wrong, said, signed)
    # y = p + 1 stands for y = 1, the neutral point, for which anybody could sign.
    neutral = (1).to_bytes(32, "little")
    loose = (verify.P + 1).to_bytes(32, "little")
    assert verify.signed_by(neutral.hex(), b"", neutral + bytes(32))
    assert not verify.signed_by(loose.hex(), b"", loose + bytes(32))


def test_the_reference_tree_has_its_leaves_and_roots(tree):
    entries = [bytes.fromhex(one) for one in tree["entries"]]
    assert [verify.leaf_hash(one).hex() for one in entries] == tree["leaf_hashes"]
    listed = {one["tree_size"]: one["root"] for one in tree["roots"]}
    assert len(listed) == 9
    for size, root in listed.items():
        assert verify.root_of(entries[:size]).hex() == root
    every = [root.hex() for root in verify.roots(entries)]
    assert every == [listed[size] for size in range(1, 9)]


def test_the_reference_paths_lead_to_their_roots_and_no_other_path_does(tree):
    entries = [bytes.fromhex(one) for one in tree["entries"]]
    listed = {one["tree_size"]: bytes.fromhex(one["root"]) for one in tree["roots"]}
    assert len(tree["inclusion"]) >= 30
    for one in tree["inclusion"]:
        index, size = one["leaf_index"], one["tree_size"]
        path = [bytes.fromhex(step) for step in one["path"]]
        assert verify.in_tree(entries[index], index, size, path, listed[size])
        assert not verify.in_tree(entries[index] + b"x", index, size, path, listed[size])
        assert not verify.in_tree(entries[index], index, size, [*path, listed[1]], listed[size])
        for at in range(len(path)):
            changed = [*path[:at], path[at][::-1], *path[at + 1 :]]
            assert not verify.in_tree(entries[index], index, size, changed, listed[size])
            assert not verify.in_tree(
                entries[index], index, size, path[:at] + path[at + 1 :], listed[size]
            )
