"""What may point to one person though it names nobody: which comments are flagged for people."""

import json
import random
from re import _parser

import pytest

from analysis.text import disclosures
from analysis.text.redact import Redactor, redact
from analysis.text.redact_words import Judge
from analysis.text.seeds import seeds
from tests.needed import shared

POINTING = {
    "service": (
        "nineteen years in this team and nobody asked me",
        "I only started last week",
        "I'm sixty-three and tired",
        "in my first year nobody sat with me",
        "a carer since i was 17",
        "After 22 years of service I got a card",
        "I've been here since 1998",
        "I have nursed on this ward for thirty one years",
        "12 yrs here and still a band 3",
        "In my 14 years with the council I have had nine managers",
        "twenty-six years a home carer and never once thanked",
        "I started here in 1987",
        "I joined when the home opened in 2003",
        "I retire in March after a lifetime on the wards",
        "I am the longest serving member of staff",
        "worked here 8 months and leaving already",
        "Been a night sister for eighteen years",
    ),
    "family": (
        "my son was ill and they made me use annual leave",
        "since my husband died I cannot do nights",
        "My mum has dementia and I care for her",
        "my daughter is disabled so I need set days",
        "I lost my baby and was back on shift in a week",
        "My twins were born early",
        "my wife works in the same office",
        "I am a single parent of three",
        "going through a divorce and my manager knew",
        "I care for my elderly father",
        "when my brother took his own life",
        "my partner was deported",
        "I buried my dad on the Tuesday",
        "my little girl was in intensive care",
        "I foster two children",
        "I was widowed in the spring",
    ),
    "health": (
        "when I had cancer they held my job",
        "I told my team that I'm bipolar",
        "I take medication and it works",
        "we talked about our experiences with anxiety",
        "I came back after a heart attack to the same rota",
        "My MS makes the stairs hard",
        "I have a hearing aid and cannot follow the calls",
        "I use a wheelchair and the lift is broken",
        "As a deaf member of staff I miss the briefings",
        "I am dyslexic and the forms are a nightmare",
        "i was sectioned last year",
        "my epilepsy means I can't drive",
        "after my hip replacement",
        "I had a stroke at my desk",
        "being autistic in an open plan office is torture",
        "I am in recovery from alcohol",
        "I have long covid",
    ),
    "parenthood": (
        "When I was pregnant they cut my visits",
        "I came back from maternity leave to a different job",
        "I had two miscarriages last year",
        "the menopause makes nights very hard for me",
        "I'm expecting in June",
        "nowhere to express milk at work",
    ),
    "belonging": (
        "As a Nigerian nurse I get the worst shifts",
        "I'm from the Philippines and they mock how I talk",
        "I wear a hijab and was asked to take it off",
        "I am Irish and hear the jokes daily",
        "I can't get Eid off",
        "in my country I was a charge nurse",
        "English is my second language",
        "I go to chapel on Sundays and always get the Sunday shift",
        "as a gay man I keep quiet here",
        "they laugh at my accent",
        "I came here from Poland in the spring",
        "as the trans member of staff I am asked to explain myself",
        "I am a Jehovah's Witness",
        "being black on this corridor is lonely",
    ),
    "post": (
        "As the chaplain I hear everything",
        "the night porter at Elm House is left alone",
        "I am the headteacher's PA",
        "I am the head of catering",
    ),
    "alone": (
        "I was the first person hired for this service",
        "I am the only Welsh-speaking night worker",
        "I'm the only man on the unit",
        "there are just two of us who do payroll",
        "I am one of three physios",
        "being the youngest in the office",
        "I'm the sole receptionist at the Mill Road site",
        "we only have one pharmacist and that is me",
        "I run the library on my own",
        "as the team's only trainee",
        "nobody else does my job",
    ),
    "case": (
        "I gave evidence at the inquest",
        "I took them to an employment tribunal",
        "the Smithson Road case is still in my head",
        "I was suspended for six weeks",
        "I put in a grievance against her",
        "the four year old who died was on my caseload",
        "I blew the whistle on the medication errors",
        "we had a serious incident in bay three",
        "the resident who fell from the window",
        "I was referred to the NMC",
        "the judge criticised my statement",
        "my disciplinary took a year",
    ),
}
PLAIN = (
    "We have not had a pay rise for ten years",
    "The only thing I would change is the parking",
    "Not enough staff at weekends",
    "The team is brilliant",
    "Nobody has updated the system in years",
    "I asked three years running for the course",
    "The court reports take too long to write",
    "We need more training on autism",
    "Parents of disabled children wait too long",
    "The maternity ward needs more midwives",
    "Cancer services are stretched",
    "They turn a blind eye to it",
    "It falls on deaf ears",
    "Polish the floors before the visit",
    "My manager is supportive",
    "I am proud of my team",
    "The building is forty years old",
    "Two years ago we had a better rota",
    "More support for families in court",
    "The grievance process is a joke",
    "My mental health is worse since the restructure",
    "I work with people with learning disabilities",
    "You're not the only one",
    "The only way to get a rise is to leave",
    "I am sick of the parking",
    "My family never see me",
    "It is hard for working parents",
    "We get black bags from the store and the white ones split",
    "Fasting blood tests are booked too late",
    "A single point of contact would help",
    "The long and short of it is that we are tired",
    "Leaders should visit all the sites",
    "The computers are from another century",
    "Old kit and new rules",
    "It was a serious mistake to cut admin",
    "The only time we see managers is at inspection",
    "Vacancies have been open for eighteen months",
    "I waited six months for a laptop",
    "Only two staff on nights",
    "Please fix the heating in the case room",
    "My caseload is too high",
    "The children we work with deserve better",
    "We lost two good managers last year",
    "I have been asking for supervision for months",
    "The council should pay for mileage",
    "The police do not answer our calls",
    "We are a mixed team and it works",
    "Training is only one day",
    "Sister is lovely",
    "The new people are not trained",
    "I'm forty quid a week down",
    "I am first in and last out",
    "Even the staff in Leeds are paid more",
)


@pytest.mark.parametrize(("kind", "text"), [(k, t) for k, texts in POINTING.items() for t in texts])
def test_what_may_point_to_one_person_is_flagged_and_not_masked(kind, text):
    redacted = redact(text)
    assert "quasi_identifier" in redacted.flags
    assert kind in tuple(disclosures.kinds_pointing(text))
    assert redacted.text == text


@pytest.mark.parametrize("text", PLAIN)
def test_what_many_could_have_written_is_not(text):
    assert "quasi_identifier" not in redact(text).flags


def test_the_words_that_are_looked_at_first_leave_no_phrase_out():
    redactor = Redactor()
    for text in (one.text for one in seeds()[::5]):
        redacted = redactor.redact(text)
        assert ("escalate" in redacted.flags) >= disclosures.is_disclosure(redacted.text), text
        flagged = "quasi_identifier" in redacted.flags
        assert flagged >= disclosures.is_quasi_identifier(redacted.text), text


def _written(parts, rng):
    """Something that a regular expression could have been written for."""
    said = ""
    for kind, told in parts:
        name = str(kind).lower()
        if name == "literal":
            said += chr(told)
        elif name == "branch":
            said += _written(rng.choice(told[1]), rng)
        elif name == "subpattern":
            said += _written(told[3], rng)
        elif name in ("max_repeat", "min_repeat"):
            least, most, inner = told
            times = rng.randint(least, min(most, least + 1))
            said += "".join(_written(inner, rng) for _ in range(times))
        elif name == "in":
            said += _one_of(told, rng)
        elif name == "any":
            said += "’"
    return said


def _one_of(options, rng):
    kind, told = rng.choice([one for one in options if str(one[0]).lower() != "negate"])
    name = str(kind).lower()
    if name == "literal":
        return chr(told)
    return chr(told[0]) if name == "range" else {"category_digit": "7"}.get(str(told).lower(), "x")


@pytest.mark.parametrize(
    "group", [*disclosures.POINTS, *disclosures.HARM], ids=lambda one: one.kind
)
def test_no_phrase_is_without_a_word_that_makes_it_be_looked_for(group):
    rng = random.Random(1)
    read = _parser.parse(group.phrases.pattern)
    judge = Judge(None)
    found = 0
    for _ in range(3_000):
        text = _written(read, rng)
        if group.phrases.search(text):
            found += 1
            assert judge.all_of(text).may_tell & group.bit, text
    assert found > 1_000


def test_few_comments_are_flagged():
    """A flag on a third of all comments would tell the people at the desk nothing."""
    lines = shared("data/comments_dev.jsonl").read_text(encoding="utf-8").splitlines()
    real = [json.loads(line)["text"] for line in lines]
    redactor = Redactor()
    flagged = [text for text in real if "quasi_identifier" in redactor.redact(text).flags]
    share = len(flagged) / len(real)
    assert 0.02 <= share <= 0.10
