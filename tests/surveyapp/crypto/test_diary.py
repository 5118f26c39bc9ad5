"""Diary phrases: words to keep on paper, and tags that tie two pulses together and no more."""

import hashlib
import hmac
import random

import pytest

from surveyapp.crypto import ballot, client, diary, envelope, words

SECRET = bytes(range(16))


# The published vectors of BIP-39 for 128 bits, as far as the words go.
@pytest.mark.parametrize(
    ("secret", "phrase"),
    [
        ("00" * 16, "abandon " * 11 + "about"),
        ("7f" * 16, "legal winner thank year wave sausage worth useful legal winner thank yellow"),
        (
            "80" * 16,
            "letter advice cage absurd amount doctor acoustic avoid letter advice cage above",
        ),
        ("ff" * 16, "zoo " * 11 + "wrong"),
        (
            "9e885d952ad362caeb4efe34a8e91bd2",
            "ozone drill grab fiber curtain grace pudding thank cruise elder eight picnic",
        ),
    ],
)
def test_words_are_those_of_bip_39(secret, phrase):
    secret = bytes.fromhex(secret)
    assert diary.phrase(secret) == phrase.split()
    assert diary.read(phrase) == secret


def test_any_phrase_is_read_back_whole_or_by_four_letters_a_word():
    for _ in range(300):
        secret = diary.new_secret()
        phrase = diary.phrase(secret)
        assert diary.read("  ".join(phrase).title() + "\n") == secret
        assert diary.read(" ".join(word[:4] for word in phrase)) == secret


def test_a_slip_of_the_pen_shows():
    draw, caught = random.Random(1), 0
    for _ in range(400):
        phrase = diary.phrase(draw.randbytes(16))
        at = draw.randrange(12)
        phrase[at] = draw.choice([word for word in words.listed() if word != phrase[at]])
        try:
            diary.read(" ".join(phrase))
        except diary.PhraseError as error:
            caught += "do not fit together" in str(error)
    assert caught > 400 * 0.9  # four bits of checksum catch 15 of 16


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "12 words. You typed 0."),
        ("abandon " * 11, "You typed 11."),
        ("abandon " * 10 + "nonsense about", "Word 11 is not one"),
        ("aba " * 12, "Word 1 is not one"),
    ],
)
def test_what_is_wrong_with_a_phrase_is_said(typed, said):
    with pytest.raises(diary.PhraseError, match=said.replace(".", r"\.")):
        diary.read(typed)


def test_a_tag_is_the_hmac_of_the_series_and_the_earlier_pulse():
    before, after = diary.tags(SECRET, "care", 3)
    assert before == hmac.new(SECRET, b"care/pair/2", hashlib.sha256).digest()
    assert after == hmac.new(SECRET, b"care/pair/3", hashlib.sha256).digest()


def test_only_neighbouring_pulses_of_one_series_share_a_tag():
    found = {wave: set(diary.tags(SECRET, "care", wave)) for wave in range(1, 7)}
    for one, its in found.items():
        for other, theirs in found.items():
            assert len(its & theirs) == {0: 2, 1: 1}.get(abs(one - other), 0)
    assert not set().union(*found.values()) & set(diary.tags(SECRET, "other", 3))
    assert not set().union(*found.values()) & set(diary.tags(bytes(16), "care", 3))


def said(tags=(), **more):
    return client.fill_in(bytes(32), "Care/Days", {"speak_1": 4}, [], tags, **more)


def test_an_answer_without_a_phrase_has_the_bytes_it_always_had():
    assert said().to_bytes() == (
        b'{"class":"Care/Days","comments":[],"nonce":"kdfOjjbpgPyyY8xf3hwv-g",'
        b'"ratings":{"speak_1":4},"v":1}'
    )


def test_tags_come_out_again_and_change_neither_receipt_nor_size():
    with_tags = said(diary.tags(SECRET, "care", 3))
    assert ballot.Plaintext.from_bytes(with_tags.to_bytes()) == with_tags
    assert with_tags.receipt() == said().receipt()
    lid = client.Lid(
        "12345678-1234-5678-1234-567812345678",
        envelope.new_key().public_key(),
        (envelope.new_key().public_key(),),
        4096,
    )
    sealed = [
        ballot.seal(
            one.to_bytes(), lid.wave, bytes(32), inner=lid.inner, outer=lid.outer, size=lid.size
        )
        for one in (with_tags, said())
    ]
    assert {len(part) for outer in sealed for part in outer} == {ballot.sealed_size(4096)}


def test_the_longest_answers_with_tags_fit_their_envelope():
    ratings = [f"question_{number:02}" for number in range(40)]
    for texts in (["barriers"], ["barriers", "other_one"]):
        size = ballot.pad_size(ratings, texts, ["x" * 270])
        full = client.fill_in(
            bytes(32),
            ballot.not_given("x" * 270),
            dict.fromkeys(ratings, -1),
            [ballot.Comment(text, "🙂" * ballot.TEXT_LIMIT, "publish") for text in texts],
            diary.tags(SECRET, "care", 3),
        )
        envelope.pad(full.to_bytes(), size)


@pytest.mark.parametrize(
    "bent",
    [b'"tags":[]', b'"tags":["AA","AA"]', b'"tags":7', b'"tags":[1,2]', b'"more":1'],
)
def test_bent_tags_are_refused(bent):
    data = said().to_bytes().replace(b',"v":1', b"," + bent + b',"v":1')
    with pytest.raises(ballot.BallotError):
        ballot.Plaintext.from_bytes(data)
