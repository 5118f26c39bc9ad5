"""Whose eyes: which results a page shows and how its links are written.

Staff and invited people read the same pages from the same publications; only the address differs.
"""

from dataclasses import dataclass, field
from typing import Any

from flask import abort, request, url_for

from analysis.summary import Row, Summary, UnitHead
from surveyapp.clock import now
from surveyapp.errors import NotFound
from surveyapp.models.publications import Publication
from surveyapp.models.surveys import Programme, Wave
from surveyapp.services import covenants, results, waves


@dataclass(frozen=True)
class Reading:
    """One pulse's results as somebody reads them; ``history`` ends with the pulse shown.

    ``rows`` finds a theme in a group without a search.
    """

    programme: Programme
    wave: Wave
    summary: Summary
    history: tuple[results.Released, ...]
    publication: Publication
    key: str
    newest: bool
    late: int
    changed: tuple[str, ...]
    rows: dict[tuple[str, str], Row] = field(repr=False)

    @property
    def layout(self) -> str:
        return "layouts/public.html" if self.key else "layouts/staff.html"

    @property
    def summaries(self) -> tuple[Summary, ...]:
        return tuple(summary for _, summary in self.history)

    @property
    def imported(self) -> bool:
        return self.summary.wave.origin == "imported"

    def url(self, page: str, **parts: Any) -> str:
        """The address of a results page for the same reader and the same pulse."""
        if self.key:
            return url_for(f"results.invited_{page}", key=self.key, **parts)
        if not self.newest:
            parts["pulse"] = self.wave.number
        return url_for(f"results.{page}", slug=self.programme.slug, **parts)

    def pulse_url(self, number: int) -> str:
        """The overview of another pulse, for staff."""
        return url_for("results.overview", slug=self.programme.slug, pulse=number)

    def row(self, theme_id: str, unit_id: str | None = None) -> Row | None:
        return self.rows.get((theme_id, unit_id or self.summary.root.id))

    def unit(self, unit_id: str) -> UnitHead:
        """A group of this pulse. Raises :class:`NotFound`."""
        found = next((unit for unit in self.summary.units if unit.id == unit_id), None)
        if found is None:
            raise NotFound("There is no such group in this pulse. Choose one from the list.")
        return found

    def theme_or_404(self, theme_id: str) -> None:
        if all(theme.id != theme_id for theme in self.summary.themes):
            raise NotFound("This pulse did not ask about that. Choose a theme from the list.")


def for_staff(slug: str) -> Reading | None:
    """The newest published pulse, or the one ``?pulse=`` asks for; ``None`` before the first."""
    programme = results.programme_of(slug)
    everything = results.released(programme)
    asked = request.args.get("pulse")
    if asked is None:
        return _reading(programme, everything, "", newest=True) if everything else None
    if not (asked.isascii() and asked.isdecimal()):
        abort(404)
    upto = [found for found in everything if found[0].number <= int(asked)]
    if not upto or upto[-1][0].number != int(asked):
        raise NotFound("That pulse has no published results. Choose one from the list.")
    return _reading(programme, upto, "", newest=len(upto) == len(everything))


def for_invited(key: str) -> Reading | None:
    """The pulse behind a results address with those before it; ``None`` until it is published."""
    wave = results.wave_of_key(key)
    upto = [found for found in results.released(wave.programme) if found[0].number <= wave.number]
    if not upto or upto[-1][0].id != wave.id:
        return None
    return _reading(wave.programme, upto, key, newest=True)


def days_late(programme: Programme) -> int:
    """By how many days the programme's latest results are overdue; 0 when none are."""
    return max((waves.overdue(wave, now()) for wave in programme.waves), default=0)


def _reading(
    programme: Programme, history: list[results.Released], key: str, *, newest: bool
) -> Reading:
    wave, summary = history[-1]
    publication = results.publication_of(wave)
    if publication is None:
        abort(404)
    return Reading(
        programme=programme,
        wave=wave,
        summary=summary,
        history=tuple(history),
        publication=publication,
        key=key,
        newest=newest,
        late=days_late(programme),
        changed=tuple(covenants.changed_words(wave)),
        rows={(row.theme, row.unit): row for row in summary.rows},
    )
