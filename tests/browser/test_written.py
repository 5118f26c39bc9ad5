"""What people wrote, in a browser: checked by people, checked by nobody, and too few to tell."""

from dataclasses import replace

import pytest

from analysis.summary import NOT_SHOWN
from analysis.text.audit_release import with_review
from surveyapp.services import results
from tests import factories, published
from tests.analysis.audited_comments import RULE, audited, before, pulse_of, reviewed
from tests.analysis.test_written_groups import compared
from tests.browser.harness import PHONE

PAGES = ("written", "themes/workload")


@pytest.fixture(scope="module")
def keys(riverside):
    """The results key of a pulse in each state, by the state's name."""
    usual = {"workload": 0.4, "fear_speaking_out": 0.06, "communication": 0.3}
    plain = pulse_of(4)
    few = replace(plain.text[0], comments=NOT_SHOWN, themes=(), withheld=())
    states = {
        "audited": with_review(
            plain, reviewed(audited(usual=usual), examples=14), RULE, [before()]
        ),
        "unaudited": with_review(plain, reviewed(audited(rows=0), examples=0), RULE),
        "few": replace(plain, text=(few,)),
        "groups": with_review(plain, compared(), RULE),
    }
    found = {}
    with riverside[2].app_context():
        for state, summary in states.items():
            found[state] = published.programme(f"riverside-{state}", pulses=1).waves[-1].results_key
            wave = results.wave_of_key(found[state])
            factories.a_publication(wave, summary=summary, number=2)
        factories.committed()
    return found


@pytest.mark.parametrize("state", ["audited", "unaudited", "few"])
def test_what_people_wrote_is_accessible_and_fits_a_phone(mirror, riverside, keys, state):
    paths = [f"/r/{keys[state]}/{page}" for page in PAGES]
    mirror.all_pass(riverside[0], *paths)


def test_groups_compared_are_accessible_and_fit_a_phone(mirror, riverside, keys):
    paths = [f"/r/{keys['groups']}/{page}" for page in ("written", "groups/days")]
    mirror.all_pass(riverside[0], *paths)


def test_folded_parts_are_accessible_too_and_so_is_the_codebook(mirror, riverside, keys):
    for path in (f"/r/{keys['audited']}/written", "/codebook"):
        page = mirror.open(f"{riverside[0]}{path}")
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        mirror.no_problems(PHONE)
        mirror.no_sideways_scroll()
