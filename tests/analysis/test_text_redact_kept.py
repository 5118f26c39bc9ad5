"""What is nobody's name stays: bodies, unions, charities, systems, places and where people are
from."""

import pytest

from analysis.text.redact import redact

WAYS = (
    "We fear {}",
    "{} came in May and nobody was ready",
    "When {} came nobody was ready",
    "{} said no",
    "I asked {} for help",
)

NAMES = """
Ofsted Estyn CQC CIW HIW Healthwatch Llais Cafcass Tusla NMC HCPC GMC HSE ICO HMRC DBS
Unison UNISON Unite GMB RCN NASUWT Usdaw Acas ACAS Barnardo's Barnardos NSPCC Samaritans Mencap
Childline Bawso Mind Oracle Teams Datix WCCIS Careworks Moodle ESR CPOMS Serco Bupa Senedd
Powys Gwynedd Caerphilly Makaton Ghanaian Filipino Kenyan Lithuanian Jamaican
"""


@pytest.mark.parametrize("name", NAMES.split())
def test_bodies_systems_and_nationalities_stay(name):
    for way in WAYS:
        assert redact(way.format(name)).text == way.format(name)


def test_social_work_england_stays():
    assert redact("Social Work England struck her off").text == "Social Work England struck her off"


def test_on_the_roster_such_a_word_goes():
    assert redact("We fear Ofsted", {"ofsted"}.__contains__).text == "We fear [name]"
