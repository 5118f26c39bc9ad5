"""The seed corpus: comments written for this project and coded by the codebook."""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from analysis.instrument import Purpose
from analysis.text.human_codes import Code

SEEDS = Path(__file__).parent / "seed_comments.jsonl"
VARIED = 0.5
PURPOSES: dict[str, Purpose] = {
    "open": "open",
    "about": "open",
    "improve": "wish",
    "wish": "wish",
    "good": "peak",
    "shadow": "shadow",
    "offer": "offer",
}


@dataclass(frozen=True)
class Example:
    """A coded comment to learn from. ``group`` keeps together what one voice said, ``writer`` what
    one writer wrote; ``plain``: it is written as most people write; the others, written to be
    unlike one another, weigh half."""

    text: str
    purpose: Purpose
    about: str
    codes: tuple[Code, ...]
    group: str = ""
    plain: bool = True
    weight: float = 1.0
    writer: str = ""


def read(line: str) -> Example:
    """One line of the corpus. A span that is said to be evidence must stand in the text."""
    raw = json.loads(line)
    text = raw["text"]
    return Example(
        text,
        PURPOSES[raw["kind"]],
        raw.get("about", ""),
        tuple(
            Code(
                code["theme"],
                code["direction"],
                code["function"],
                text.index(code["span"]),
                text.index(code["span"]) + len(code["span"]),
            )
            for code in raw["mentions"]
        ),
        raw["voice"],
        raw["manner"] == "plain",
        1.0 if raw["manner"] == "plain" else VARIED,
        raw["writer"],
    )


@lru_cache(maxsize=1)
def seeds() -> tuple[Example, ...]:
    """The corpus shipped with Candour."""
    lines = SEEDS.read_text(encoding="utf-8").splitlines()
    return tuple(read(line) for line in lines[1:])
