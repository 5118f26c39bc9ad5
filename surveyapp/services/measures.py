"""By what an action can be measured: themes and groups whose score is shown, in a later pulse."""

from dataclasses import dataclass

from analysis.summary import Summary
from surveyapp.errors import Rejected
from surveyapp.extensions import db
from surveyapp.models.actions import Commitment
from surveyapp.models.publications import Publication
from surveyapp.models.surveys import Wave
from surveyapp.services import results


@dataclass(frozen=True)
class Measures:
    """What an effect may name: themes, groups whose score is shown, and later pulses."""

    themes: dict[str, str]
    units: dict[str, str]
    checks: dict[int, str]


def of(commitment: Commitment) -> Measures:
    """What the effect of this commitment can be measured by, each with its words."""
    wave, summary = _finding(commitment)
    scored = {row.unit for row in summary.rows if row.figure and row.figure.score is not None}
    last = max(one.number for one in wave.programme.waves)
    coming = {
        one.number: one.label
        for one in wave.programme.waves
        if one.number > wave.number and one.state != "published"
    }
    return Measures(
        themes={theme.id: theme.title for theme in summary.themes},
        units={"": "Everyone"}
        | {unit.id: unit.name for unit in summary.units if unit.parent and unit.id in scored},
        checks=coming | {last + n: f"Pulse {last + n}, not set up yet" for n in (1, 2)},
    )


def check(commitment: Commitment, *, theme: str, unit: str, pulse: int) -> None:
    """Refuse an effect that the results of its own finding could not show."""
    wave, summary = _finding(commitment)
    if all(known.id != theme for known in summary.themes):
        raise Rejected("Choose one of the themes that the pulse asked about.")
    if unit and all(known.id != unit for known in summary.units):
        raise Rejected("Choose one of the groups of the pulse.")
    if pulse <= wave.number:
        raise Rejected("Choose a later pulse to check it in.")
    figure = summary.row(theme, unit or None).figure
    if figure is None or figure.score is None:
        raise Rejected("This group’s score is not shown, so a change in it could not be seen.")


def _finding(commitment: Commitment) -> tuple[Wave, Summary]:
    """The pulse and the results that the commitment answers."""
    publication = db.session.get_one(Publication, commitment.publication_id)
    return db.session.get_one(Wave, publication.wave_id), results.summary_of(publication)
