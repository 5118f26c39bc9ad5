"""The change of those who kept a diary phrase: too few of them, or of everybody else."""

import re
from collections.abc import Iterator, Mapping, Sequence

from analysis.attack.facts import Version
from analysis.attack.findings import Finding, Limits
from analysis.attack.model import EVERYBODY, Release

FEWEST = 30


def attack(
    found: Mapping[str, Sequence[Version]], release: Release, limits: Limits
) -> Iterator[Finding]:
    """What is told of a few pairs is about a few people; and whoever knows how everybody moved,
    and how most of them did, knows how the others moved."""
    for said in release.said:
        if said.kind != "pairs":
            continue
        told = re.search(r"\d+", said.text)
        least = int(told[0]) if told else 0
        if least < FEWEST:
            yield Finding(
                "A6", "high", release.name(EVERYBODY), f"how {said.text} people moved",
                said.wave, said.measure, (said.source,),
            )  # fmt: skip
        for version in found[said.wave]:
            measure = version.measures.get(said.measure)
            fact = measure.facts.get(EVERYBODY) if measure else None
            if said.source not in version.files or fact is None or fact.n is None:
                continue
            others = fact.n[1] - least
            if 0 < others < limits.answers:
                yield Finding(
                    "A4", "high", release.name(EVERYBODY),
                    f"how the {others:g} at most without a diary phrase moved",
                    said.wave, said.measure, (said.source,),
                )  # fmt: skip
