"""Names that are words of everyday, written small: what stands beside them settles it."""

import pytest

from analysis.text.names import spellings
from analysis.text.redact import redact

PEOPLE = (
    "Will Wood", "Mark Bell", "Grace Short", "Hope Price", "May King", "Rose Hill", "Drew Church",
    "Art Stone", "Charity Young", "Penny Brown", "Faith Cook", "Carol Day", "Comfort Marsh",
)  # fmt: skip
ROSTER = frozenset().union(*map(spellings, PEOPLE))


def masked(text):
    return redact(text, ROSTER.__contains__).text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dr will was great", "dr [name] was great"),
        ("i saw mark shout at a starter", "i saw [name] shout at a starter"),
        ("grace walks past without a word", "[name] walks past without a word"),
        ("will walks past", "[name] walks past"),
        ("may interrupts every woman in the room", "[name] interrupts every woman in the room"),
        ("why does mark get a space", "why does [name] get a space"),
        ("has will left", "has [name] left"),
        ("they let hope do the meds", "they let [name] do the meds"),
        ("told by may that i was lucky", "told by [name] that i was lucky"),
        ("everyone is scared of will", "everyone is scared of [name]"),
        ("managers like art are why people go", "managers like [name] are why people go"),
        ("with drew gone it got better", "with [name] gone it got better"),
        ("the rota grace made is fair", "the rota [name] made is fair"),
        ("penny and carol have done this for ages", "[name] and [name] have done this for ages"),
        ("faith in payroll lost my form", "[name] in payroll lost my form"),
        ("the chief called me rose at the do", "the chief called me [name] at the do"),
        ("grace irons the sheets at home", "[name] irons the sheets at home"),
        ("comfort was kind to me", "[name] was kind to me"),
        ("nothing gets past mark around here", "nothing gets past [name] around here"),
    ],
)
def test_a_given_name_goes_where_somebody_does_something(text, expected):
    assert masked(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("my manager wood never replies", "my manager [name] never replies"),
        ("sister bell is kind", "sister [name] is kind"),
        ("i spoke to short from the finance team", "i spoke to [name] from the finance team"),
        ("with short from the finance team", "with [name] from the finance team"),
        ("team leader price shouts", "team leader [name] shouts"),
        ("our deputy king was rude", "our deputy [name] was rude"),
        ("dr hill saw me", "dr [name] saw me"),
        ("complained about stone from hr", "complained about [name] from hr"),
        ("the deputy marsh, and her friend", "the deputy [name], and her friend"),
    ],
)
def test_a_surname_goes_behind_a_post_and_before_a_place_of_work(text, expected):
    assert masked(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "my dr will ring, and a dr may call",
        "we will, our deputy said, be paid",
        "hope this helps and mark my words",
        "a mark was lost and the bill rose by ten",
        "art classes in the corridor and charity shops in town",
        "by june she'd gone, and by may we'd had enough",
        "could hope for more, and would mark it down",
        "the grace period ends and the penny drops",
        "the young carers group and one nurse short on nights",
        "my manager is short with people and the price is high",
        "we are a nurse short and tired, one manager short",
        "the head cook left, wood from the supplier is damp",
        "team day was good, our lead time is long",
        "nurse call bell broken, the hill is steep",
        "with short notice from the team, with cook books in the office",
        "church is next door and the stone floor is cold",
    ],
)
def test_words_stay_where_nobody_is_meant(text):
    assert masked(text) == text


@pytest.mark.parametrize(
    "text", ["Mae popeth yn iawn", "Mae angen mwy o staff", "bob tro", "Pam nad oes neb yma?"]
)
def test_welsh_words_that_are_names_elsewhere_stay(text):
    assert redact(text).text == text


@pytest.mark.parametrize(
    "text",
    [
        "Bob Szczepanski shouted at me.",
        "Beth Wyrzyk bullied me",
        "Pam Oyelaran is unfair",
        "I asked Pam abt it",
        "Mae McAllistair rang",
    ],
)
def test_before_a_word_that_nobody_knows_such_a_name_is_one(text):
    """A rare surname or a misspelt word is not Welsh."""
    found = redact(text).text
    assert "[name]" in found
    assert not {"Bob", "Beth", "Pam", "Mae"} & set(found.split())


def test_on_the_roster_such_a_name_goes_in_welsh_too():
    assert redact("Mae popeth yn iawn", {"mae"}.__contains__).text == "[name] popeth yn iawn"
    assert redact("Bob and Mae left").text == "[name] and [name] left"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mac told us to shut up", "[name] told us to shut up"),
        (
            "i was bullied by mac, and mac's team gets it all",
            "i was bullied by [name], and [name]'s team gets it all",
        ),
        (
            "Van never listens. My manager Van is unfair",
            "[name] never listens. My manager [name] is unfair",
        ),
        ("nobody trusts van", "nobody trusts [name]"),
        ("Le shouted at me, le minh never helps", "[name] shouted at me, [name] never helps"),
        ("Al and Di run this place", "[name] and [name] run this place"),
        ("Bin is kind, and Del said so", "[name] is kind, and [name] said so"),
        ("Jan van der Berg left", "[name] left"),
        ("I drive a van. Ask for the van keys.", "I drive a van. Ask for the van keys."),
        (
            "van hire costs too much, no van, no visits",
            "van hire costs too much, no van, no visits",
        ),
        ("my mac is slow and the bin is full", "my mac is slow and the bin is full"),
    ],
)
def test_a_given_name_that_is_a_particle_elsewhere_goes(text, expected):
    people = (
        "Mac Field",
        "Van Tran",
        "Le Minh",
        "Di Green",
        "Al Driver",
        "Bin Li",
        "Del Brook",
        "Jan van der Berg",
    )
    roster = frozenset().union(*map(spellings, people))
    assert redact(text, roster.__contains__).text == expected


def test_a_particle_before_another_is_no_given_name():
    assert "van" not in spellings("Van der Berg, Pieter")
    assert "de" not in spellings("De Souza Maria")


WORDS = ("Hands", "Steel", "Down", "Money", "Speed", "Worth", "Castle", "Fish", "Gold", "Nurse")


@pytest.mark.parametrize("surname", WORDS)
def test_a_word_that_is_a_surname_goes_small_behind_the_given_name(surname):
    roster = spellings(f"Siobhan {surname}").__contains__
    for sentence in (
        "siobhan {} leaves early",
        "i was shouted at by siobhan {} again",
        "complaints about siobhan {} get nowhere",
    ):
        expected = sentence.format("").replace("siobhan ", "[name]")
        assert redact(sentence.format(surname.lower()), roster).text == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("siobhan hands out the rota", "[name] hands out the rota"),
        ("siobhan down the corridor", "[name] down the corridor"),
        ("siobhan heads the team", "[name] heads the team"),
        ("siobhan really listens, early too", "[name] really listens, early too"),
        ("al driver leaves early", "[name] leaves early"),
        ("my driver leaves early", "my driver leaves early"),
        ("siobhan speed matters", "[name] speed matters"),
    ],
)
def test_behind_a_given_name_what_somebody_does_stays(text, expected):
    people = ("Siobhan Hands", "Tom Down", "Amy Heads", "Jo Early", "Al Driver", "Jan Speeds")
    roster = frozenset().union(*map(spellings, people))
    assert redact(text, roster.__contains__).text == expected
