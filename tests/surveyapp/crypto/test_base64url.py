"""Bytes as text have one spelling, and every other is refused."""

import base64
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.crypto import base64url


@given(st.binary(max_size=100))
def test_it_is_base64url_without_padding_and_comes_back(data):
    text = base64url.encode(data)
    assert text == base64.urlsafe_b64encode(data).decode().rstrip("=")
    assert base64url.decode(text) == data


def test_of_all_short_texts_only_those_that_encode_gives_are_read():
    """Spaces, padding, the plain alphabet and bits behind the last byte among them."""
    given_out = {base64url.encode(bytes(pair)) for pair in itertools.product(range(256), repeat=2)}
    given_out |= {base64url.encode(bytes([one])) for one in range(256)} | {""}
    letters = "ABQgwYEIk048-_+/= \n\0é~"
    for text in map("".join, itertools.product(letters, repeat=3)):
        for part in (text, text[:2], text[:1]):
            if part in given_out:
                assert base64url.encode(base64url.decode(part)) == part
            else:
                with pytest.raises(ValueError, match=r".*"):
                    base64url.decode(part)
