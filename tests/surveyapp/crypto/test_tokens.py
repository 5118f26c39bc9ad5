"""Tokens and codes survive being read aloud, typed and pasted."""

import pytest

from surveyapp.crypto import tokens


def test_lengths_and_alphabet():
    for make, length in ((tokens.new_token, 26), (tokens.new_code, 12)):
        made = {make() for _ in range(200)}
        assert len(made) == 200
        assert all(len(text) == length and set(text) <= set(tokens.ALPHABET) for text in made)


def test_every_token_and_code_is_its_own_normal_form():
    for make in (tokens.new_token, tokens.new_code):
        for text in (make() for _ in range(100)):
            assert tokens.normalise(text) == text
            assert tokens.normalise(tokens.grouped(text).lower()) == text


@pytest.mark.parametrize(
    "typed",
    [
        "7kqm 4t9b x20w",
        "7KQM-4T9B-X2OW",
        "  7KQM4T9B\u00a0X20W\n",
        "7KQM–4T9B–X2oW",
    ],
)
def test_forgiving(typed):
    assert tokens.digest(typed) == tokens.digest("7KQM4T9BX20W")


def test_a_whole_pasted_link_is_its_token():
    token = tokens.new_token()
    assert tokens.normalise(f"https://go.example/v/#{token}.ab12.cd34") == token


def test_a_truncated_token_is_another_one():
    token = tokens.new_token()
    assert tokens.digest(token[:-1]) != tokens.digest(token)
    assert tokens.is_code(tokens.new_code())
    assert not tokens.is_code(token[:-3])


def test_short_takes_the_first_bits():
    assert tokens.short(b"\x00" * 32, 15) == "0" * 15
    assert tokens.short(b"\xff" * 32, 15) == "Z" * 15
    assert tokens.short(bytes([0b00001_000, 0b10_000000]) + bytes(30), 2) == "12"
