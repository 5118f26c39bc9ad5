"""A programme whose results are out: the pulses of ``tests/analysis/samples.py``."""

from surveyapp.models.surveys import Programme
from tests import factories
from tests.analysis import samples


def programme(
    slug: str = "riverside", *, pulses: int = len(samples.WAVES), simulated: bool = False
) -> Programme:
    """Riverside with its first ``pulses`` results released; the caller commits."""
    made = factories.a_programme(slug, simulated=simulated)
    for number in range(1, pulses + 1):
        summary = samples.summary(number, simulated=simulated)
        wave = factories.a_wave(
            made,
            "published",
            label=summary.wave.label,
            origin=summary.wave.origin,
            closed_on=summary.wave.date,
        )
        factories.a_publication(wave, summary=summary)
    return made
