"""Words that are surnames of the roster and say what people are: they stay where they say so."""

import pytest

from analysis.text.names import spellings
from analysis.text.redact import redact

PEOPLE = (
    "Jack Black", "Ann White", "Tom Brown", "Amy English", "Ian Welsh", "Bob Christian",
    "Christian Hughes", "Ed Muslim", "Rose Asian", "Will Jones",
)  # fmt: skip
ROSTER = frozenset().union(*map(spellings, PEOPLE))


def masked(text):
    return redact(text, ROSTER.__contains__).text


@pytest.mark.parametrize(
    "text",
    [
        "I am Black and nobody listens",
        "Only White people get on here",
        "Most Black colleagues leave within a year",
        "White staff get the promotions, Black staff wait",
        "They promote white managers and leave Black staff behind",
        "They told black staff to wait",
        "Black nurses wait longer than White nurses",
        "If you are Black you wait. Being Black here is hard.",
        "I'm White, she's Black, and we're all White on nights",
        "Because I was Black I waited",
        "Managers are all White and male",
        "We asked Black social workers and white male managers",
        "Black, Asian and minority ethnic nurses wait",
        "Black and Asian staff are disciplined more",
        "BLACK STAFF LEAVE",
        "Christian staff get Christmas off, Muslim staff do not get Eid",
        "We are Muslim and pray at noon",
        "English staff get the days, Welsh staff the nights",
    ],
)
def test_what_people_are_stays(text):
    assert masked(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Black told us, and Black said no", "[name] told us, and [name] said no"),
        ("Mr Black shouted at Jack Black", "Mr [name] shouted at [name]"),
        ("my manager Brown is rude", "my manager [name] is rude"),
        ("Jack Black managers love", "[name] managers love"),
        ("Tom Brown nurses a grudge", "[name] nurses a grudge"),
        ("the worst are Brown, Hughes and Jones", "the worst are [name] and [name]"),
        ("they are White and Jones", "they are [name] and [name]"),
        ("My manager is Black", "My manager is [name]"),
        ("Then White's staff left", "Then [name]'s staff left"),
        ("i reported christian to hr", "i reported [name] to hr"),
        ("I spoke to Muslim about leave", "I spoke to [name] about leave"),
        ("Sister White staff nurse on nights", "Sister [name] staff nurse on nights"),
        ("I told Matron White nurses are leaving", "I told Matron [name] nurses are leaving"),
    ],
)
def test_somebody_called_so_goes(text, expected):
    assert masked(text) == expected
