"""The signer fails closed; the client accepts nothing that does not verify."""

from dataclasses import replace

import pytest

from surveyapp.crypto import blind

KEY = blind.generate(2048)


@pytest.mark.parametrize("bits", [2048, 2049, 3072])
def test_a_credential_verifies_under_keys_of_any_length(bits):
    key = blind.generate(bits)
    prepared = blind.prepare(b"the hash of a ballot key")
    blinded, inverse = blind.blind(key.public, prepared)
    signature = blind.finalize(key.public, prepared, blind.blind_sign(key, blinded), inverse)
    assert blind.verify(key.public, prepared, signature)


def test_the_signer_cannot_recognise_what_it_signed():
    prepared = blind.prepare(b"message")
    first, _ = blind.blind(KEY.public, prepared)
    second, _ = blind.blind(KEY.public, prepared)
    assert first != second


@pytest.mark.parametrize(
    "blinded",
    [
        b"",
        b"\x01" * (KEY.public.size - 1),
        b"\x01" * (KEY.public.size + 1),
        bytes(KEY.public.size),
        KEY.n.to_bytes(KEY.public.size),
        b"\xff" * KEY.public.size,
    ],
)
def test_a_message_of_wrong_length_or_range_is_not_signed(blinded):
    with pytest.raises(blind.BlindError):
        blind.blind_sign(KEY, blinded)


def test_a_fault_in_one_half_releases_nothing():
    prepared = blind.prepare(b"message")
    blinded, _ = blind.blind(KEY.public, prepared)
    for broken in (replace(KEY, dp=KEY.dp ^ 2), replace(KEY, dq=KEY.dq ^ 2)):
        with pytest.raises(blind.BlindError):
            blind.blind_sign(broken, blinded)


def test_an_answer_under_another_key_is_refused():
    other = blind.generate(2048)
    prepared = blind.prepare(b"message")
    blinded, inverse = blind.blind(KEY.public, prepared)
    smaller = int.from_bytes(blinded) % other.n
    answer = blind.blind_sign(other, smaller.to_bytes(other.public.size))
    with pytest.raises(blind.BlindError):
        blind.finalize(KEY.public, prepared, answer, inverse)


def test_a_short_answer_is_refused():
    prepared = blind.prepare(b"message")
    _, inverse = blind.blind(KEY.public, prepared)
    with pytest.raises(blind.BlindError):
        blind.finalize(KEY.public, prepared, b"short", inverse)


def test_a_public_key_keeps_its_hash_through_its_file():
    assert blind.PublicKey.from_der(KEY.public.der) == KEY.public
    assert blind.PublicKey.from_der(KEY.public.der).sha256() == KEY.public.sha256()
