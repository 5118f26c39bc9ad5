"""Names taken out of comments: how many are left, how many words go with them, and how quickly.

Names are planted into 2,000 real comments (OSMI free text, which lies beside the repository), one a
comment, in thirteen forms: full, given, surname, capitals, lower case, possessive, initial, title,
nickname, typo and so on. Half of each roster is on the shipped lists, half is invented and on none.
Names that are words of everyday ("Mark") are told apart, and so are sentences that hold one in
lower case: of these some were kept aside while the rules were made.
A false mask is a name masked in a comment before anything was planted; real names in the comments
count as false too, so the truth is lower. What may point to one person is flagged: it is told how
many real comments are, and how many of those written for this project. Speed is that of one process
over all comments, of which none is seen before; the last table makes one comment longer and longer.
"""

import argparse
import json
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from analysis.text.disclosures import kinds_pointing
from analysis.text.redact import Redactor
from analysis.text.seeds import seeds
from benchmarks import machine
from benchmarks.telling import say
from tests.analysis import everyday_names, planted
from tests.needed import SHARED

DATA = SHARED / "data/osmi/osmi_2014_2019.csv"
MOST = 2_000
ROSTERS = (200, 1_000, 10_000)
LENGTHS = (50, 500, 5_000)
REACH_FALSE, REACH_RECALL, REACH_SPEED, REACH_FLAGGED = 0.5, 0.80, 5_000, 0.10
Asked = Callable[[str], bool]


def main(arguments: Sequence[str] = ()) -> int:
    """Print the tables; 1 when a figure misses its reach, else 0."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks redaction", description=__doc__)
    parser.add_argument("--comments", type=Path, default=DATA, help="a table like OSMI's")
    given = parser.parse_args(list(arguments))
    texts = planted.comments(given.comments)
    say(machine.describe())
    say(f"{len(texts):,} comments, {sum(len(text.split()) for text in texts):,} words\n")
    missed = [*with_rosters(texts), *without(texts)]
    missed += pointing()
    lengths(texts)
    say(f"\nmissed: {', '.join(missed) or 'nothing'}")
    return bool(missed)


def with_rosters(texts: Sequence[str]) -> list[str]:
    say("roster        planted   left   false masks per 1,000 words   comments a second")
    missed = []
    for size in ROSTERS:
        people = planted.roster(size, listed=0.5)
        names = planted.name_set(people)
        found = planted.plant(texts[:MOST], people, Redactor(names))
        wrong, speed = false_rate(texts, names), speed_of(texts, names)
        say(
            f"{size:<10,}{found.planted.total():>11,}{len(found.left):>7}{wrong:>29.2f}{speed:>20,.0f}"
        )
        missed += [f"left with a roster of {size:,}"] * bool(found.left)
        missed += [f"false masks with a roster of {size:,}"] * (wrong > REACH_FALSE)
        missed += [f"speed with a roster of {size:,}"] * (speed < REACH_SPEED)
    people = planted.common_names()
    found = planted.plant(texts[:MOST], people, Redactor(planted.name_set(people)))
    say("\na roster of people called what is a word too (Mark Hill, Grace Young): found, by form")
    say(by_form(found))
    missed += everyday(texts)
    return missed


def everyday(texts: Sequence[str]) -> list[str]:
    """Given names that are words, written small, with all of them on one roster."""
    names = (*everyday_names.NAMES, *everyday_names.NAMES_KEPT_ASIDE)
    say(f"\n{len(names)} given names that are words, on one roster, small: found, in sentences")
    for told, sentences in (
        ("that the rules were made with", everyday_names.SENTENCES),
        ("shorter ones, made with too", everyday_names.MORE),
        ("that were kept aside", everyday_names.KEPT_ASIDE),
    ):
        found = everyday_names.plant_all(texts, names, sentences)
        say(f"  {told}: {found.recall():.2f} of {found.planted.total():,}")
    wrong = false_rate(texts, everyday_names.is_name_of(names))
    say(f"  false masks per 1,000 words: {wrong:.2f}")
    return ["false masks with everyday names"] * (wrong > REACH_FALSE)


def without(texts: Sequence[str]) -> list[str]:
    missed = []
    for listed, words in ((1, "on the lists"), (0, "on no list")):
        people = planted.roster(1_000, listed=listed, seed=9)
        found = planted.plant(texts[:MOST], people, Redactor())
        say(f"\nwithout a roster, names {words}: {found.recall():.2f} found; by form")
        say(by_form(found))
        missed += ["recall on listed names"] * (listed == 1 and found.recall() < REACH_RECALL)
    say(f"\nfalse masks per 1,000 words: {false_rate(texts):.2f}; "
        f"comments a second: {speed_of(texts):,.0f}")  # fmt: skip
    return missed


def pointing() -> list[str]:
    """How many comments are flagged because they may point to one person."""
    lines = (SHARED / "data/comments_dev.jsonl").read_text(encoding="utf-8").splitlines()
    real = [str(json.loads(line)["text"]) for line in lines]
    say("\nflagged as what may point to one person")
    missed = []
    for told, texts in (("real", real), ("of this project", [seed.text for seed in seeds()])):
        kinds = [tuple(kinds_pointing(text)) for text in texts]
        share = sum(map(bool, kinds)) / len(texts)
        each = Counter(kind for some in kinds for kind in some)
        listed = "; ".join(f"{kind} {number}" for kind, number in each.most_common())
        say(f"  {told}: {share:.3f} of {len(texts):,}: {listed}")
        missed += [f"flagged, {told}"] * (share > REACH_FLAGGED)
    return missed


def lengths(texts: Sequence[str]) -> None:
    say("\nwords in one comment   milliseconds   microseconds a word")
    words = " ".join(texts).split()
    people = planted.roster(ROSTERS[-1], listed=0.5)
    redactor = Redactor(planted.name_set(people))
    for length in LENGTHS:
        text = " ".join(words[:length])
        redactor.redact(text)
        took = min(timed(lambda text=text: redactor.redact(text)) for _ in range(5))
        say(f"{length:>20,}{1_000 * took:>15.2f}{1e6 * took / length:>22.1f}")


def false_rate(texts: Sequence[str], names: Asked | None = None) -> float:
    masked, words = planted.false_masks(texts, Redactor(names) if names else Redactor())
    return 1_000 * masked / words


def speed_of(texts: Sequence[str], names: Asked | None = None) -> float:
    redactor = Redactor(names) if names else Redactor()
    redactor.redact("Loads the lists.")
    return len(texts) / timed(lambda: [redactor.redact(text) for text in texts])


def timed(act: Callable[[], object]) -> float:
    started = time.process_time()
    act()
    return time.process_time() - started


def by_form(found: planted.Outcome) -> str:
    each = (f"{form} {found.recall(form):.2f}" for form in sorted(found.planted))
    return "  " + "; ".join(each)
