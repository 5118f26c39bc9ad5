"""Published figures to set beside our own: other people's answers to other questions.

Two statistics are published and never mixed: the mean of all respondents, to compare people with,
and the median organisation, to compare an organisation with. The figures are shares of people who
gave a favourable answer; they are not scores of our themes.
"""

import csv
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

FOLDER = Path(__file__).parent / "published"

Statistic = Literal["mean", "median"]


@dataclass(frozen=True)
class Benchmark:
    """One published figure: ``percent`` of people in a year who ``about``, in our words."""

    theme: str
    measure: str
    about: str
    year: int
    percent: float
    statistic: Statistic
    population: str
    people: str
    organisations: str
    source: str
    publisher: str
    url: str
    licence: str
    attribution: str
    caution: str

    @property
    def sentence(self) -> str:
        """The figure with everything that it must not be shown without."""
        if self.statistic == "median":
            told = f"In the middle one of all {self.organisations}, {self.percent:.0f}%"
        else:
            told = f"Of all {self.people}, {self.percent:.0f}%"
        return f"{told} {self.about} ({self.year}). {self.caution}"


@cache
def published() -> tuple[Benchmark, ...]:
    """Every published figure shipped, by measure, statistic and year."""
    about = tomllib.loads((FOLDER / "civil_service.toml").read_text(encoding="utf-8"))
    source = about["source"]
    with (FOLDER / "civil_service.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return tuple(
        Benchmark(
            theme=row["theme"],
            measure=row["measure"],
            about=about["about"][row["measure"]],
            year=int(row["year"]),
            percent=float(row["percent"]),
            statistic="mean" if row["statistic"] == "mean" else "median",
            population=source["population"],
            people=source["people"],
            organisations=source["organisations"],
            source=source["title"],
            publisher=source["publisher"],
            url=source["url"],
            licence=source["licence"],
            attribution=source["attribution"],
            caution=source["caution"],
        )
        for row in rows
    )


def for_theme(theme_id: str) -> tuple[Benchmark, ...]:
    """Every published figure near a theme, both statistics and all years."""
    return tuple(figure for figure in published() if figure.theme == theme_id)


def latest(theme_id: str, statistic: Statistic = "median") -> tuple[Benchmark, ...]:
    """The newest figure of each measure near a theme, of one statistic only.

    A page about an organisation compares it with the median organisation.
    """
    newest: dict[str, Benchmark] = {}
    for figure in for_theme(theme_id):
        if figure.statistic == statistic:
            known = newest.get(figure.measure)
            if known is None or figure.year > known.year:
                newest[figure.measure] = figure
    return tuple(newest.values())
