"""Ballots: the same bytes from any maker, and nothing bent is accepted."""

import json
from dataclasses import replace

import pytest

from surveyapp.crypto import ballot, blind, client, envelope, receipts
from surveyapp.crypto.canonical import canonical

WAVE = "12345678-1234-5678-1234-567812345678"
KEY = blind.generate(2048)
INNER, OUTER = envelope.new_key(), envelope.new_key()
LID = client.Lid(WAVE, INNER.public_key(), (OUTER.public_key(),), 4096)
SEED = bytes(range(32))
RATINGS = {"speak_1": 4, "work_1": -1}
COMMENTS = [ballot.Comment("barriers", "Rotas – too late 🙂", "board")]


def cast(seed=SEED, counter=1, lid=LID, ratings=RATINGS):
    wish = client.begin(seed, WAVE, "Care/Days", KEY.public)
    said = client.fill_in(seed, "Care/Days", ratings, COMMENTS)
    signed = blind.blind_sign(KEY, wish.blinded)
    return client.finish(wish, signed, said, lid, counter=counter), said


def check(record):
    ballot.verify(record, KEY.public, envelopes=1, size=4096)


def test_what_was_said_comes_out_again():
    record, said = cast()
    read = ballot.Record.from_bytes(record.to_bytes())
    check(read)
    assert read == record
    assert ballot.unseal(ballot.peel(read, OUTER), WAVE, INNER) == said


def test_two_envelopes_of_4_kib_have_4258_bytes():
    assert ballot.sealed_size(4096) == 4258 == len(cast()[0].outer[0])


def test_the_length_of_a_record_says_nothing_of_the_answers():
    long, _ = cast()
    short, _ = cast(ratings={})
    assert len(long.to_bytes()) == len(short.to_bytes())


def test_the_same_form_sent_twice_is_the_same_ballot():
    first, second = (client.begin(SEED, WAVE, "Care/Days", KEY.public) for _ in range(2))
    assert first.blinded == second.blinded
    assert first.public_key == second.public_key
    other = client.begin(bytes(32), WAVE, "Care/Days", KEY.public)
    assert (other.blinded, other.public_key) != (first.blinded, first.public_key)


def test_one_seed_never_serves_two_classes_alike():
    here = client.begin(SEED, WAVE, "Care/Days", KEY.public)
    there = client.begin(SEED, WAVE, "Care", KEY.public)
    assert here.public_key != there.public_key
    assert here.blinded != there.blinded


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"prefix": b"\1" * 32}, "credential"),
        ({"credential": b"\1" * 256}, "credential"),
        ({"counter": 2}, "signature"),
        ({"class_key": "Care/Nights"}, "signature"),
        ({"wave": "12345678-1234-5678-1234-567812345679"}, "signature"),
        ({"outer": (b"\1" * 4258,)}, "signature"),
        ({"outer": (b"\1" * 4257,)}, "size"),
        ({"outer": (b"\1" * 4258,) * 2}, "size"),
        ({"signature": bytes(64)}, "signature"),
    ],
)
def test_a_changed_record_is_refused(change, reason):
    record, _ = cast()
    with pytest.raises(ballot.BallotError) as refusal:
        check(replace(record, **change))
    assert refusal.value.reason == reason


def test_a_record_that_was_read_is_signed_over_its_one_spelling():
    made, _ = cast()
    for class_key in (made.class_key, 'A"signature":"', f'"signature":"{"A" * 86}",', "signature"):
        named = replace(made, class_key=class_key)
        assert ballot.Record.from_bytes(named.to_bytes()).signed_bytes() == named.signed_bytes()


def test_a_record_that_is_changed_after_reading_is_not_signed_any_more():
    read = ballot.Record.from_bytes(cast()[0].to_bytes())
    changed = replace(read, counter=read.counter + 1)
    with pytest.raises(ballot.BallotError, match="signature"):
        check(changed)


def test_an_envelope_opens_under_no_other_credential():
    mine, _ = cast()
    theirs, _ = cast(seed=b"t" * 32)
    stolen = ballot.sign(
        replace(theirs, outer=mine.outer),
        client.begin(b"t" * 32, WAVE, "Care/Days", KEY.public).key,
    )
    check(stolen)
    with pytest.raises(ballot.BallotError) as refusal:
        ballot.peel(stolen, OUTER)
    assert refusal.value.reason == "envelope"


def test_either_of_two_outer_keys_opens():
    second = envelope.new_key()
    record, said = cast(lid=replace(LID, outer=(OUTER.public_key(), second.public_key())))
    for key in (OUTER, second):
        assert ballot.unseal(ballot.peel(record, key), WAVE, INNER) == said


def test_one_lock_alone_opens_nothing():
    record, _ = cast()
    for wrong in (INNER, envelope.new_key()):
        with pytest.raises(ballot.BallotError):
            ballot.peel(record, wrong)
    with pytest.raises(ballot.BallotError):
        ballot.unseal(ballot.peel(record, OUTER), WAVE, OUTER)


def bent(**changes):
    raw = json.loads(cast()[0].to_bytes())
    return canonical(raw | changes)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff\xfe",
        bent(v=2),
        bent(extra=1),
        bent(counter=0),
        bent(counter=True),
        bent(counter=2**31),
        bent(outer=[]),
        bent(outer=["AA"] * 5),
        bent(outer=[1]),
        bent(wave="not a wave"),
        bent(wave=WAVE.upper().replace("-", "")),
        bent(**{"class": 7}),
        bent(prefix="AA"),
        bent(signature="AA=="),
        bent(public_key="!" * 87),
    ],
)
def test_rubbish_is_no_record(data):
    with pytest.raises(ballot.BallotError):
        ballot.Record.from_bytes(data)


@pytest.mark.parametrize(
    "change",
    [
        {"ratings": {"a": "4"}},
        {"ratings": {"a": True}},
        {"ratings": []},
        {"comments": {}},
        {"comments": [{"question": "q", "text": "t", "use": "board"}]},
        {"nonce": "AA"},
        {"v": 3},
    ],
)
def test_rubbish_inside_a_ballot_is_refused(change):
    raw = json.loads(client.fill_in(SEED, "Care", RATINGS, []).to_bytes())
    with pytest.raises(ballot.BallotError):
        ballot.Plaintext.from_bytes(canonical(raw | change))


def test_a_comment_without_a_choice_counts_as_themes_only():
    raw = json.loads(client.fill_in(SEED, "Care", RATINGS, COMMENTS).to_bytes())
    for use in ({}, {"use": "everybody"}, {"use": None}):
        raw["comments"][0] = {k: v for k, v in raw["comments"][0].items() if k != "use"} | use
        assert ballot.Plaintext.from_bytes(canonical(raw)).comments[0].use == "themes"


def test_padding_is_read_back_and_nothing_hides_behind_it():
    assert envelope.unpad(envelope.pad(b"text", 64)) == b"text"
    with pytest.raises(envelope.EnvelopeError):
        envelope.pad(b"x" * 61, 64)
    with pytest.raises(envelope.EnvelopeError):
        envelope.unpad(envelope.pad(b"text", 64)[:-1] + b"!")
    with pytest.raises(envelope.EnvelopeError):
        envelope.unpad(b"\xff\xff\xff\xff")


@pytest.mark.parametrize("group", ["K" * 300, "É" * 300, "𝔎" * 300, '"' * 300])
def test_the_longest_answers_fit_the_size_chosen_for_the_questions(group):
    """Whoever is in the group with the longest name can send as much as everybody else, with the
    unit left out as well."""
    for number in (60, *range(85, 110)):
        items = [f"item_{one:03}" for one in range(number)]
        said = client.fill_in(
            SEED,
            ballot.not_given(group),
            dict.fromkeys(items, -32768),
            [ballot.Comment("what_would_help", "🙂" * ballot.TEXT_LIMIT, "publish")],
            (bytes(32), bytes(32)),
        )
        size = ballot.pad_size(items, ["what_would_help"], ["Care", group])
        assert len(envelope.pad(said.to_bytes(), size)) == size
    assert ballot.pad_size(items[:20], ["what_would_help"], ["Care"]) == 4096


def test_receipts_hide_the_answers_and_keep_ratings_and_comment_apart():
    nonce = bytes(16)
    first = receipts.of_response(nonce, {"a": 1, "b": 2})
    assert first == receipts.of_response(nonce, {"b": 2, "a": 1})
    assert first != receipts.of_response(nonce, {"a": 1, "b": 3})
    assert first != receipts.of_response(b"\1" * 16, {"a": 1, "b": 2})
    assert first != receipts.of_comment(nonce, "a", "text", "board")
    assert len(receipts.shown(first).replace("-", "")) == 15
    assert [len(part) for part in receipts.shown(first).split("-")] == [5, 5, 5]
    said = client.fill_in(SEED, "Care", RATINGS, COMMENTS)
    assert len({said.nonce, *said.comment_nonces}) == 2
