"""Ratings of the made-up staff, from a latent model whose truth is known.

A person's leaning on a theme is z = μ(wave, theme) + team + person, and the answer to an item is
the category in which z + noise falls. Variances add to 1: team .05 (the intra-class correlation),
person .45 (of which .25 shared by all themes), noise .50.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from analysis.dataset import PREFER_NOT_TO_SAY
from analysis.instrument import Instrument, Item
from analysis.simulation.people import Roster

TEAM, GENERAL, OWN, NOISE = 0.05, 0.25, 0.20, 0.50
BLANK = -99
FEAR = "fear_speaking_out"
NO_THEME = "survey_safety"

# Mean score of each theme in waves 1 to 7, 0–100, higher better. An action on fear follows the
# third wave; workload gets worse all along; the rest hardly moves.
COURSE: Mapping[str, Sequence[float]] = {
    FEAR: (37, 36, 35, 44, 49, 52, 53),
    "workload": (53, 51, 49, 46, 44, 42, 41),
    "trust_action": (40, 39, 38, 43, 46, 48, 48),
    NO_THEME: (50, 49, 49, 55, 58, 60, 60),
}
STEADY: Mapping[str, float] = {
    "blame_culture": 46,
    "communication": 44,
    "imposed_change": 39,
    "leadership_mgmt": 45,
    "supervision_support": 61,
    "training_development": 54,
    "staffing_turnover": 37,
    "tools_infrastructure": 49,
    "pay_recognition": 47,
    "vision_hope_pride": 58,
    "wellbeing_stress": 45,
    "team_peers": 66,
}
ELSEWHERE = 50.0
ANSWERING = 0.80
ANSWERING_BY_FEAR = 0.55
SKIPPED = 0.015
PREFER_NOT = 0.012
PREFER_NOT_FEAR = 0.05


@dataclass(frozen=True)
class Sheet:
    """A wave's ratings: ``codes`` has a row a person and a column an item, as if everybody had
    answered everything; ``given`` what they gave (``BLANK`` for skipped); ``answered`` who sent
    anything; ``leaning`` z by theme, for what people write."""

    items: tuple[str, ...]
    codes: NDArray[np.int64]
    given: NDArray[np.int64]
    answered: NDArray[np.bool_]
    leaning: Mapping[str, NDArray[np.float64]]


class Minds:
    """The lasting leanings of people and teams, made once for all waves."""

    def __init__(self, people: int, teams: Sequence[str], rng: np.random.Generator) -> None:
        self.themes = (*COURSE, *STEADY)
        size = len(self.themes)
        self._general = rng.normal(0, np.sqrt(GENERAL), people + 1)
        self._own = rng.normal(0, np.sqrt(OWN), (people + 1, size))
        self._teams = dict(
            zip(teams, rng.normal(0, np.sqrt(TEAM), (len(teams), size)), strict=True)
        )

    def lasting(self, roster: Roster, theme: str) -> NDArray[np.float64]:
        """Team and person part of z for each on the roster; variance .50."""
        numbers = np.array([person.number for person in roster])
        lasting: NDArray[np.float64] = self._general[numbers] + self.apart(roster, theme)
        return lasting

    def apart(self, roster: Roster, theme: str) -> NDArray[np.float64]:
        """The same without what a person brings to all themes alike; variance .25."""
        place = self.themes.index(theme) if theme in self.themes else 0
        numbers = np.array([person.number for person in roster])
        teams = np.array([self._teams[person.unit][place] for person in roster])
        apart: NDArray[np.float64] = self._own[numbers, place] + teams
        return apart


def target(theme: str, wave: int) -> float:
    """The score that a theme's mean is set to, before chance."""
    if theme in COURSE:
        return COURSE[theme][min(wave, len(COURSE[theme])) - 1]
    return STEADY.get(theme, ELSEWHERE)


def sheet(
    instrument: Instrument, roster: Roster, minds: Minds, wave: int, rng: np.random.Generator
) -> Sheet:
    """Everybody's ratings in a wave, who answered, and what they left out.

    The chance to answer is logistic with log-odds .80 + .55 times how safe one feels to speak, in
    standard deviations and apart from one's general mood: so silence flatters fear and leaves the
    other themes about right. Blanks fall anywhere; "prefer not to say" is about four times as
    common on fear items, and more so among those who feel unsafe.
    """
    items = instrument.ratings
    themes = {_theme(item, instrument) for item in items} | {FEAR, *STEADY, *COURSE}
    leaning = {theme: _mean(theme, wave) + minds.lasting(roster, theme) for theme in sorted(themes)}
    codes = np.column_stack(
        [_codes(item, instrument, leaning, place, rng) for place, item in enumerate(items)]
    )
    fear = minds.apart(roster, FEAR)
    fear = (fear - fear.mean()) / fear.std()
    answered = rng.random(len(roster)) < _logistic(ANSWERING + ANSWERING_BY_FEAR * fear)
    given = codes.copy()
    for column, item in enumerate(items):
        about_fear = _theme(item, instrument) in (FEAR, NO_THEME)
        chance = PREFER_NOT_FEAR * np.exp(-0.5 * fear) if about_fear else PREFER_NOT
        given[rng.random(len(roster)) < chance, column] = PREFER_NOT_TO_SAY
        given[rng.random(len(roster)) < SKIPPED, column] = BLANK
    return Sheet(tuple(item.id for item in items), codes, given, answered, leaning)


def truth(instrument: Instrument, made: Sheet) -> dict[str, float]:
    """The mean score of each scale over everybody on the roster, answers never given included.

    A score is the mean of the scale's items after 100·(x − low)/(high − low), reversed items
    turned; for ``favourable`` scales 100 times the share of answers in the best two options.
    """
    found: dict[str, float] = {}
    for scale in instrument.scales:
        scores = []
        for item_id in scale.items:
            item = instrument.item(item_id)
            answers = instrument.response_set(item)
            share = (made.codes[:, made.items.index(item_id)] - answers.low) / (
                answers.high - answers.low
            )
            share = 1 - share if item.reversed else share
            best = 1 - 1.5 / (len(answers.options) - 1)
            scores.append(share > best if scale.formula == "favourable" else share)
        found[scale.id] = float(100 * np.mean(scores))
    return found


def _codes(
    item: Item,
    instrument: Instrument,
    leaning: Mapping[str, NDArray[np.float64]],
    place: int,
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """An item's code for each person; agreeing is the worse answer of a reversed item."""
    theme = _theme(item, instrument)
    size = len(leaning[FEAR])
    if item.kind == "number":
        return rng.integers(1, 40, size)
    answers = instrument.response_set(item)
    codes = np.array(answers.codes())
    if item.kind == "choice" and item.purpose not in ("scaling", "seen"):
        weights = np.arange(len(codes), 0, -1.0)
        return rng.choice(codes, size, p=weights / weights.sum())
    z = leaning[theme] + _difficulty(place) + rng.normal(0, np.sqrt(NOISE), size)
    category = np.searchsorted(_cuts(len(codes)), z)
    return codes[len(codes) - 1 - category] if item.reversed else codes[category]


def _theme(item: Item, instrument: Instrument) -> str:
    if item.purpose == "seen":
        return "trust_action"
    if item.purpose == "scaling":
        return "vision_hope_pride"
    return item.theme or (NO_THEME if item.kind == "rating" else "")


def _difficulty(place: int) -> float:
    """How much easier an item is than its theme: a fixed pattern that sums to about nothing."""
    return (0.18, -0.05, -0.13, 0.08, -0.08)[place % 5]


def _cuts(options: int) -> NDArray[np.float64]:
    """Where z is cut into categories: evenly from −1.5 to 1.5."""
    return np.linspace(-1.5, 1.5, options - 1)


def _mean(theme: str, wave: int) -> float:
    """The μ at which a five-option item with z ~ Normal(μ, 1) scores the target on average."""
    grid = np.linspace(-3, 3, 601)
    scores = 25 * ndtr(grid[:, None] - _cuts(5)[None, :]).sum(axis=1)
    return float(np.interp(target(theme, wave), scores, grid))


def _logistic(x: NDArray[np.float64]) -> NDArray[np.float64]:
    result: NDArray[np.float64] = 1 / (1 + np.exp(-x))
    return result
