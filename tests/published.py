"""A programme whose results are out: the four pulses of ``tests/analysis/samples.py``."""

import secrets
from datetime import date, datetime, time, timedelta

from surveyapp.extensions import db
from surveyapp.models.publications import Publication
from surveyapp.models.surveys import Programme, Wave
from tests.analysis import samples

INSTRUMENT = "{}"


def programme(slug: str = "riverside", *, pulses: int = 4, simulated: bool = False) -> Programme:
    """Riverside with ``pulses`` published pulses; the caller commits."""
    made = Programme(
        slug=slug, name="Riverside pulse", organisation="Riverside Care", simulated=simulated
    )
    db.session.add(made)
    db.session.flush()
    for number in range(1, pulses + 1):
        publish(made, number, simulated=simulated)
    return made


def publish(made: Programme, number: int, *, simulated: bool = False) -> Publication:
    """One more published pulse of ``made``."""
    summary = samples.summary(number, simulated=simulated)
    wave = add_wave(made, number, summary.wave.label, date.fromisoformat(summary.wave.date))
    wave.state = "published"
    wave.origin = summary.wave.origin
    publication = Publication(
        wave_id=wave.id,
        summary=summary.to_json(),
        sha256=summary.sha256(),
        released_on=wave.publishes_at.date().isoformat(),
    )
    db.session.add(publication)
    db.session.flush()
    return publication


def add_wave(made: Programme, number: int, label: str, closes: date) -> Wave:
    """A committed pulse that closes on a date and publishes a week later."""
    closing = datetime.combine(closes, time(18))
    wave = Wave(
        programme=made,
        number=number,
        label=label,
        state="committed",
        instrument_json=INSTRUMENT,
        rule=samples.RULE,
        opens_at=closing - timedelta(days=14),
        closes_at=closing,
        publishes_at=closing + timedelta(days=7),
        covenant="{}",
        covenant_sha256="0" * 64,
        results_key=secrets.token_urlsafe(16),
        closed_on=closes.isoformat(),
    )
    db.session.add(wave)
    db.session.flush()
    return wave
