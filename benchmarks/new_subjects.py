"""How often a subject that no theme covers is found, in a pulse alone and with pulses before it.

One theme of the seed corpus is hidden among comments on the others, all of them left over; it is
found when a group comes out that holds five comments or more of the pulse, three in five of them on
that theme. Where words are shuffled between comments there is nothing to find. Leftover comments of
a real pulse are less alike than these, and people write as themselves.
"""

import argparse
import time
from collections import Counter
from collections.abc import Sequence
from random import Random

from analysis.text.emerging import COMMENTS_A_GROUP, LEAST, PUBLISHED, Emerging, Written, emerging
from analysis.text.redact import redact
from analysis.text.seeds import seeds
from benchmarks import machine
from benchmarks.telling import say
from surveyapp.services.review_earlier import Lent, looks_like

PULSES = (1, 2, 4)
# Comments left over in each pulse, and how many of them hold the hidden theme.
SIZES = ((120, 35), (240, 20), (240, 60))
LARGE = 1_000
MOSTLY = 0.6
Comments = list[tuple[str, set[str]]]


def corpus() -> Comments:
    """Redacted comments of the corpus as most people write, each with its themes."""
    return [
        (redact(one.text).text, {code.theme for code in one.codes})
        for one in seeds()
        if one.plain and one.codes
    ]


def drawn(known: Comments, theme: str, size: tuple[int, int], rng: Random) -> list[Comments]:
    """So many pulses of comments, none of them twice."""
    number, hidden = size
    of_it = [one for one in known if theme in one[1]]
    others = [one for one in known if theme not in one[1]]
    most = max(PULSES)
    if len(of_it) < most * hidden:
        return []
    of_it = rng.sample(of_it, most * hidden)
    others = rng.sample(others, most * (number - hidden))
    return [
        [
            *of_it[place * hidden : (place + 1) * hidden],
            *others[place * (number - hidden) : (place + 1) * (number - hidden)],
        ]
        for place in range(most)
    ]


def shuffled(comments: Comments, rng: Random) -> Comments:
    """The same words dealt out anew, so that comments share no more than chance."""
    words = [word for text, _ in comments for word in text.split()]
    rng.shuffle(words)
    dealt = iter(words)
    return [(" ".join(next(dealt) for _ in text.split()), about) for text, about in comments]


def groups(pulses: Sequence[Comments]) -> tuple[Emerging, ...]:
    """What comes out of the last pulse, with those before it. All comments may be published, so
    the examples of a group are all of it."""
    *before, now = [
        [Written(text, "q", ("north", "south")[n % 2], PUBLISHED, 0.1) for n, (text, _) in numbered]
        for numbered in (list(enumerate(pulse)) for pulse in pulses)
    ]
    return emerging(now, earlier=before[::-1])


def is_of(group: Emerging, pulse: Comments, theme: str) -> bool:
    """Whether a group is mostly on the hidden theme."""
    on_it = sum(theme in pulse[place][1] for place in group.examples)
    return on_it >= MOSTLY * len(group.examples) and len(group.examples) >= LEAST


def of_one_theme(group: Emerging, pulse: Comments) -> bool:
    """Whether a group is mostly on one theme, hidden or not: all of them are left over here."""
    return is_of(group, pulse, theme_of(group, pulse))


def theme_of(group: Emerging, pulse: Comments) -> str:
    """The theme that a group holds most."""
    held = Counter(theme for place in group.examples for theme in pulse[place][1])
    return max(sorted(held), key=lambda theme: held[theme])


def known_again(pulses: Sequence[Comments]) -> Counter[str]:
    """What of the last pulse's groups is known from the pulse before, where people would have named
    each group by the theme that it holds most: ``rightly``, ``wrongly`` or ``missed``; ``new``
    where that theme had no group."""
    *earlier, now = pulses
    before = earlier[-1]
    named = {
        place: theme_of(group, before) for group in groups(earlier) for place in group.examples
    }
    lent = [
        Lent(number, "", "q", text, "", PUBLISHED, named.get(place, "") if pulse is before else "")
        for number, pulse in sorted(enumerate(earlier), reverse=True)
        for place, (text, _) in enumerate(pulse)
    ]
    found: Counter[str] = Counter()
    for group in groups(pulses):
        like, _ = looks_like([lent[place] for place in group.earlier], lent)
        theme = theme_of(group, now)
        if like:
            found["rightly" if like == theme else "wrongly"] += 1
        else:
            found["missed" if theme in named.values() else "new"] += 1
    return found


def main(given: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="new_subjects", description=__doc__)
    parser.add_argument("--tries", type=int, default=1, help="for each theme, size and pool")
    tries = parser.parse_args(given).tries
    say(machine.describe("numpy", "scikit-learn"))
    known = corpus()
    themes = sorted({theme for _, about in known for theme in about})
    for size in SIZES:
        trials = [
            (theme, drawn(known, theme, size, Random(f"{theme} {turn}")))  # noqa: S311  no secret
            for theme in themes
            for turn in range(tries)
        ]
        trials = [(theme, pulses) for theme, pulses in trials if pulses]
        for pooled in PULSES:
            found = kept = alike = chance = 0
            began = time.process_time()
            for theme, pulses in trials:
                told, now = groups(pulses[-pooled:]), pulses[-1]
                kept += len(told)
                alike += sum(of_one_theme(group, now) for group in told)
                found += any(is_of(group, now, theme) for group in told)
            seconds = (time.process_time() - began) / len(trials)
            for turn, (_, pulses) in enumerate(trials):
                mixed = [shuffled(pulse, Random(turn)) for pulse in pulses[-pooled:]]  # noqa: S311
                chance += len(groups(mixed))
            made = len(trials) * sum(
                round(many * size[0] / COMMENTS_A_GROUP) for many in PULSES if many <= pooled
            )
            say(
                f"{size[1]} of {size[0]}, {pooled} pulses: found in {found} of {len(trials)}; "
                f"of {made} groups {kept} kept, {alike} of them mostly on one theme; "
                f"{chance} kept of shuffled words; {seconds:.1f} s each"
            )
    for turn in range(2):
        every = Random(turn).sample(known, max(PULSES) * LARGE)  # noqa: S311  no secret
        pulses = [every[start : start + LARGE] for start in range(0, len(every), LARGE)]
        began = time.process_time()
        told = groups(pulses)
        seconds = time.process_time() - began
        say(
            f"pulses of {LARGE}: {len(groups(pulses[-1:]))} groups alone, {len(told)} with three "
            f"before it in {seconds:.1f} s; known again from the pulse before: "
            f"{dict(known_again(pulses))}"
        )
