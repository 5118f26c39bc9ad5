"""A theme of an organisation's own, and pulses that are locked with it."""

import hashlib
import json
from dataclasses import replace
from datetime import timedelta

from analysis.text.own_codebook import OwnCodebook, OwnTheme, OwnTitle
from surveyapp import clock
from surveyapp.services import authoring, own_codebooks, roster, waves
from tests import factories

HR = "hr@example.org"
PARKING = OwnTheme(
    id="",
    title="Parking",
    definition="Where staff leave their cars.",
    includes=("spaces", "permits"),
    excludes=("travel between visits: workload",),
    phrases=("car park", "parking", "permit", "multi-storey", "bike shed"),
    against=("walk in the park",),
    examples={"negative": "The car park is full by seven."},
)
TITLE = "Caseloads and pace"
FROZEN = OwnCodebook(
    "1",
    (OwnTitle("workload", TITLE, "March"),),
    (replace(PARKING, id="own_parking", since="March"),),
)
ROSTER = "name,email,unit\n" + "".join(
    f"Person {n},person{n}@example.org,{'Days' if n % 2 else 'Nights'}\n" for n in range(60)
)


def of(programme):
    """Add the theme to a programme, and a title of its own for a shipped one; the theme's id."""
    own_codebooks.call(programme, "workload", TITLE, HR)
    return own_codebooks.put(programme, PARKING, HR).id


def a_programme():
    """A programme with a roster large enough for a pulse."""
    made = authoring.create_programme("Harbour pulse", "Harbour Care")
    roster.apply(roster.read(ROSTER.encode(), made))
    return made


def a_draft(programme, label="March"):
    now = clock.now()
    return authoring.create_wave(
        programme,
        factories.an_instrument(),
        label=label,
        opens_at=now + timedelta(days=2),
        closes_at=now + timedelta(days=16),
        publishes_at=now + timedelta(days=23),
        now=now,
    )


def locked(programme, label="March"):
    """A pulse whose promises are locked, by the services themselves."""
    wave = a_draft(programme, label)
    waves.commit(wave, actor=HR, now=clock.now())
    return wave


def promise(wave, own=FROZEN):
    """Let a made-up pulse have been locked with an own codebook."""
    covenant = {**json.loads(wave.covenant), "codebook": {"own": own.to_dict()}}
    wave.covenant = json.dumps(covenant)
    wave.covenant_sha256 = hashlib.sha256(wave.covenant.encode()).hexdigest()
