"""Names, places, dates, numbers and contacts go out of comments while these are opened, in memory,
so that no store ever holds them."""

from collections.abc import Sequence

from analysis.text.redact import Redactor, nobody
from surveyapp import progress
from surveyapp.crypto.ballot import Plaintext
from surveyapp.models.surveys import Wave
from surveyapp.services import name_set
from surveyapp.services.groups import directorates

UNKNOWN = "candour.roster_unknown"


def kept(wave: Wave, said: Sequence[Plaintext]) -> dict[str, str]:
    """Each comment's text, and as it is kept. Without a name set names on the shipped lists go."""
    redactor = Redactor(name_set.asked(wave.id) or nobody, teams(wave))
    texts = list(dict.fromkeys(comment.text for one in said for comment in one.comments))
    return {text: redactor.redact(text).text for text in progress.along(texts, "Taking out names")}


def facts(wave: Wave) -> dict[str, str]:
    """What is kept beside the comments of how they were redacted: without a name set, that."""
    return {} if name_set.asked(wave.id) else {UNKNOWN: "yes"}


def teams(wave: Wave) -> frozenset[str]:
    """The names of groups below a directorate, which would tell where somebody works."""
    above = directorates(wave.units)
    told = {unit.name for unit in wave.units if above[unit.key] == unit.key}
    return frozenset(unit.name for unit in wave.units) - told


def forget(wave: Wave) -> None:
    """Destroy the wave's name set: its comments are redacted and safe. Safe to repeat."""
    name_set.destroy(wave.id)
