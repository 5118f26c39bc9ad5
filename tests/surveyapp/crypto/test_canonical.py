"""One value, one spelling."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.crypto.canonical import NotCanonical, canonical, parse

ascii_names = st.text(st.characters(max_codepoint=127), max_size=8)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(ascii_names, inner),
    max_leaves=12,
)


@given(values)
def test_parse_is_the_inverse(value):
    assert parse(canonical(value)) == value
    assert json.loads(canonical(value)) == value


def test_rfc_8785_escapes_and_order():
    assert canonical({"b": '\u20ac\x0f\n"\\/', "a": [1, False]}) == (
        '{"a":[1,false],"b":"\u20ac\\u000f\\n\\"\\\\/"}'.encode()
    )


@pytest.mark.parametrize("value", [1.5, float("nan"), 2**53, {"é": 1}, {1: 2}, "\ud800", b"x", {1}])
def test_what_has_no_one_form_is_refused(value):
    with pytest.raises(NotCanonical):
        canonical(value)


@pytest.mark.parametrize(
    "data",
    [
        b'{"a": 1}', b'{"b":1,"a":2}', b'{"a":1,"a":1}', b"1.0", b"1e2", b"NaN", b"-Infinity",
        b"9007199254740992", b"[1,-9007199254740992]", b"01", b"-0", b"9" * 5_000,
        '{"é":1}'.encode(), b'{"\\u00e9":1}', b'"\\u0041"', b'"\\ud800"', b"\xef\xbb\xbf1",
        "1".encode("utf-16"), b"\xff", b"", b"[" * 100_000,
    ],
)  # fmt: skip
def test_another_spelling_is_refused(data):
    with pytest.raises(NotCanonical):
        parse(data)


def test_what_is_nested_too_deep_is_refused_in_one_way():
    """Reading and writing give up at different depths."""
    refused = 0
    for depth in range(700, 1100):
        data = b'{"a":' * depth + b"1" + b"}" * depth
        try:
            parse(data)
        except NotCanonical:
            refused += 1
    assert refused
