"""Small made-up organisations, drawn again and again, whose truth is known to the last person.

Everybody's answers are made first; who sends theirs is decided after. So the score that a group
would have had with everybody answering is known, and so is every change.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.dataset import UNIT, Unit, Wave
from analysis.instrument import Instrument, from_dict
from analysis.release.visible import roll_up
from analysis.scoring import Key, Moments, moments
from analysis.tally import Counted, count

ITEMS = 3
TEAMS = 5
OPTIONS = 5
CUTS = (-1.3, -0.45, 0.45, 1.3)
PERSON, NOISE = 0.8, 0.8


@dataclass(frozen=True)
class Draw:
    """Everybody's answers, who sent them, and both counted.

    ``codes`` has the shape (people, themes × 3), in option codes 1 to 5; ``sent`` (people,).
    """

    trial: "Trial"
    codes: NDArray[np.int8]
    sent: NDArray[np.bool_]
    label: str

    @cached_property
    def counted(self) -> Counted:
        return self._count(self.sent)

    @cached_property
    def everybody(self) -> Counted:
        return self._count(np.ones(len(self.sent), dtype=bool))

    def truth(self, theme: str) -> Mapping[str, Moments]:
        """By unit, the scores there would be had everybody answered, 0 to 100."""
        whole, scale = self.everybody, self.trial.instrument.scale(theme)
        tables = roll_up(whole.units, whole.tally.units, whole.tally.scores[theme])
        key = Key.of(self.trial.instrument, scale)
        return {unit: moments(table, key) for unit, table in tables.items()}

    def _count(self, kept: NDArray[np.bool_]) -> Counted:
        trial = self.trial
        rows = pl.DataFrame(
            {
                UNIT: [trial.teams[place] for place in trial.team_of[kept]],
                **{
                    item.id: self.codes[kept, place]
                    for place, item in enumerate(trial.instrument.ratings)
                },
            }
        )
        wave = Wave(self.label, self.label, "2026-11-01", rows, trial.units, simulated=True)
        return count(wave, trial.instrument)


@dataclass(frozen=True)
class Trial:
    """An organisation of services of :data:`TEAMS` teams each.

    ``sizes`` are the teams' headcounts; ``spread`` is how much teams truly differ, in standard
    deviations of the latent answer. The same seed gives the same organisation.
    """

    sizes: tuple[int, ...]
    themes: int = 4
    spread: float = 0.0
    seed: int = 1

    @cached_property
    def instrument(self) -> Instrument:
        names = [f"t{theme}" for theme in range(self.themes)]
        items = {name: [f"{name}_{item}" for item in range(ITEMS)] for name in names}
        return from_dict(
            {
                "instrument": {"id": "trial", "version": "1", "title": "Trial"},
                "source": {"licence": "none", "attribution": "none"},
                "responses": {
                    "agree": {
                        "options": [
                            {"code": code + 1, "label": f"Option {code + 1}"}
                            for code in range(OPTIONS)
                        ]
                    }
                },
                "items": [
                    {"id": item, "kind": "rating", "text": item, "responses": "agree"}
                    for name in names
                    for item in items[name]
                ],
                "scales": [
                    {"id": name, "title": name, "description": name, "items": items[name]}
                    for name in names
                ],
            }
        )

    @cached_property
    def teams(self) -> tuple[str, ...]:
        return tuple(f"s{team // TEAMS}/t{team}" for team in range(len(self.sizes)))

    @cached_property
    def team_of(self) -> NDArray[np.intp]:
        """Shape (people,): the position of everybody's team."""
        return np.repeat(np.arange(len(self.sizes)), self.sizes)

    @cached_property
    def units(self) -> tuple[Unit, ...]:
        services: dict[str, int] = {}
        for team, size in zip(self.teams, self.sizes, strict=True):
            service = team.partition("/")[0]
            services[service] = services.get(service, 0) + size
        return (
            Unit("all", "All", None, sum(self.sizes)),
            *(Unit(name, name, "all", people) for name, people in services.items()),
            *(
                Unit(team, team, team.partition("/")[0], size)
                for team, size in zip(self.teams, self.sizes, strict=True)
            ),
        )

    @cached_property
    def leanings(self) -> NDArray[np.float64]:
        """Shape (teams, themes): how each team truly leans, the same in every wave."""
        rng = np.random.default_rng([self.seed, 0])
        return rng.normal(0, self.spread, (len(self.sizes), self.themes))

    def draw(
        self,
        number: int,
        *,
        shift: float = 0.0,
        rate: float | tuple[float, float] = 0.7,
        fear: float = 0.0,
        divided: float = 1.0,
    ) -> Draw:
        """One wave. ``shift`` moves everybody's latent answers; ``rate`` is the share who send
        theirs, or that of the first service and of the others; with ``fear`` those who think
        badly of the first theme send theirs less; people of the first service lie ``divided``
        times as far apart as others."""
        rng = np.random.default_rng([self.seed, 1, number])
        people = len(self.team_of)
        first = self.team_of < TEAMS
        apart = np.where(first, divided, 1.0)[:, None]
        minds = rng.normal(0, PERSON, (people, self.themes)) * apart
        minds += self.leanings[self.team_of] + shift
        latent = np.repeat(minds, ITEMS, axis=1)
        latent += rng.normal(0, NOISE, latent.shape) * apart
        codes = (np.searchsorted(CUTS, latent.ravel()) + 1).astype(np.int8).reshape(latent.shape)
        rates = rate if isinstance(rate, tuple) else (rate, rate)
        share = np.where(first, *rates)
        odds = np.log(share / (1 - share)) + fear * minds[:, 0]
        sent = rng.random(people) < 1 / (1 + np.exp(-odds))
        return Draw(self, codes, sent, f"w{number}")
