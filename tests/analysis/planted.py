"""Names planted into real comments, to see which of them redaction leaves and what else it takes.

Rosters are made of the shipped lists and of invented names that are on no list.
"""

import csv
import random
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from analysis.text.names import lists, shortened, spellings, standing
from analysis.text.redact import Redactor

BEFORE_MIDDLE = (
    "Then we told {} about it.", "I spoke to {} last week.", "Nothing changed when {} took over.",
    "It works because {} cares about us.", "The rota that {} made is fair.",
    "My manager {} never asks.", "There is only {} to cover nights.", "I would trust {} with it.",
    "We lost {} to another team.", "You get the late shift unless {} likes you.",
    "Thanks to {} we cope.", "Since {} left nobody covers the desk.",
)  # fmt: skip
AT_START = (
    "{} said it would be sorted.", "{} is on the same shift as me.", "{} told us nothing.",
    "{} should be thanked.", "{} and I asked twice.",
)  # fmt: skip
TEMPLATES = BEFORE_MIDDLE + AT_START
TITLES = ("Mr", "Mrs", "Ms", "Dr", "Cllr", "Prof.")
EVERYDAY = (
    ("Mark", "Will", "Grace", "Hope", "Joy", "Rose", "Bill", "May", "June", "Summer", "Grant"),
    ("Hill", "Young", "Brown", "Green", "White", "King", "Price", "Wood", "Cook", "Day", "Short"),
)
HEADS = ("Br", "Zh", "Kw", "Ts", "Vr", "Qu", "Dj", "Sz", "Gl", "Nj", "Th", "M", "L", "R", "T", "K")
VOWELS = ("a", "e", "i", "o", "u", "ai", "eo", "uu")
TAILS = ("lk", "mbo", "rith", "shki", "vno", "ndra", "ppel", "zza", "xil", "gwen", "tuk", "rrin")


@dataclass(frozen=True)
class Somebody:
    """Whoever is on a roster. ``listed``: both names are on the shipped lists."""

    given: str
    surname: str
    listed: bool

    @property
    def full(self) -> str:
        return f"{self.given} {self.surname}"


@dataclass
class Outcome:
    """What was planted and what was left, by form; of the plain comments, words and false masks."""

    planted: Counter[str] = field(default_factory=Counter)
    left: list[tuple[str, str]] = field(default_factory=list)

    def recall(self, form: str = "") -> float:
        planted = self.planted[form] if form else self.planted.total()
        left = sum(not form or one == form for one, _ in self.left)
        return 1 - left / planted if planted else float("nan")


def comments(path: Path, most: int | None = None, seed: int = 3) -> list[str]:
    """Real free text of three words and more, in a random order."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    columns = [name for name in rows[0] if name.startswith("txt_")]
    found = [row[name].strip() for name in columns for row in rows if row[name].count(" ") >= 2]
    random.Random(seed).shuffle(found)
    return found[:most]


def invented(rng: random.Random) -> str:
    """A name that is on no list and is no word."""
    while True:
        name = (
            rng.choice(HEADS)
            + rng.choice(VOWELS)
            + rng.choice(TAILS)
            + rng.choice(("", "a", "o", "en"))
        )
        if standing(name.casefold()) == "unknown":
            return name


def roster(people: int, listed: float, seed: int = 1) -> list[Somebody]:
    """So many people, a share of them with names that are listed."""
    rng = random.Random(seed)
    known = lists()
    # A tenth are called what is a word too, though a rare one.
    also = sorted(known.both - known.common)
    names = sorted(known.names)
    found = []
    for _ in range(people):
        if rng.random() < listed:
            given, surname = (rng.choice(also if rng.random() < 0.1 else names) for _ in range(2))
            found.append(Somebody(given.capitalize(), surname.capitalize(), True))
        else:
            found.append(Somebody(invented(rng), invented(rng), False))
    return found


def common_names() -> list[Somebody]:
    """People whose given names and surnames are words of everyday."""
    return [Somebody(one, two, True) for one in EVERYDAY[0] for two in EVERYDAY[1]]


def name_set(people: Sequence[Somebody]) -> Callable[[str], bool]:
    """The roster as redaction may ask it: every spelling, and nothing of who is who."""
    known = frozenset().union(*(spellings(one.full) for one in people))
    return known.__contains__


def forms(one: Somebody, rng: random.Random) -> dict[str, str]:
    """How people write of somebody."""
    found = {
        "full": one.full,
        "given": one.given,
        "surname": one.surname,
        "capitals": one.full.upper(),
        "lower case": one.given.lower(),
        "lower case, full": one.full.lower(),
        "possessive": f"{one.given}’s lot",
        "initial": f"{one.given[0]}. {one.surname}",
        "title": f"{rng.choice(TITLES)} {one.surname}",
        "double-barrelled": f"{one.given} {one.surname}-{one.given}son",
        "surname first": f"{one.surname}, {one.given}",
    }
    for name in (one.given, one.surname):
        if len(name) >= 5:
            found["typo"] = typo(name, rng)
    if short := shortened().get(one.given.casefold()):
        found["nickname"] = rng.choice(short).capitalize()
    return found


def typo(name: str, rng: random.Random) -> str:
    """One letter left out, doubled, changed, or two swapped, behind the first."""
    while True:
        place = rng.randrange(1, len(name) - 1)
        head, letter, tail = name[:place], name[place], name[place + 1 :]
        wrong = rng.choice("aeiounrtls".replace(letter, ""))
        swapped = tail[0] + letter + tail[1:]
        made = head + rng.choice((tail, letter * 2 + tail, wrong + tail, swapped))
        # Nobody could tell a typo that makes a word from the word.
        if made != name and standing(made.casefold()) != "word":
            return made


def plant(
    texts: Sequence[str], people: Sequence[Somebody], redactor: Redactor, seed: int = 5
) -> Outcome:
    """Put a name into each text, in one form after another, and look for it afterwards."""
    rng = random.Random(seed)
    outcome = Outcome()
    for turn, text in enumerate(texts):
        found = forms(rng.choice(people), rng)
        form = sorted(found)[turn % len(found)]
        sentence = rng.choice(TEMPLATES).format(found[form])
        ends = [match.end() for match in re.finditer(r"[.!?] ", text)]
        place = rng.choice([0, *ends])
        redacted = redactor.redact(f"{text[:place]}{sentence} {text[place:]}").text
        outcome.planted[form] += 1
        if left := leaks(found[form], redacted, text):
            outcome.left.append((form, f"{left} in: {sentence}"))
    return outcome


def leaks(planted: str, redacted: str, before: str) -> list[str]:
    """Which words of a planted name can still be read, apart from those the comment had already."""
    wanted = re.findall(r"[^\W\d_]{2,}", planted.removesuffix(" lot"))
    readable = Counter(word.casefold() for word in re.findall(r"[^\W\d_]+", redacted))
    had = Counter(word.casefold() for word in re.findall(r"[^\W\d_]+", before))
    return [
        word
        for word in wanted
        if word not in ("Prof", *TITLES) and readable[word.casefold()] > had[word.casefold()]
    ]


def false_masks(
    texts: Sequence[str], redactor: Redactor, plain: Redactor | None = None
) -> tuple[int, int]:
    """Names masked where nobody planted one, beyond what ``plain`` masks, and the words read."""
    masked = sum(redactor.redact(text).text.count("[name]") for text in texts)
    if plain:
        masked -= sum(plain.redact(text).text.count("[name]") for text in texts)
    return masked, sum(len(text.split()) for text in texts)
