"""Which listed names are Welsh words where they stand: “Mae popeth yn iawn”, “bob tro”."""

from collections.abc import Sequence

from analysis.text.names import cue, standing
from analysis.text.redact_words import ROSTER, Word

WELSH_TOO = cue("welsh_too")
NEAR = 3


def is_welsh(words: Sequence[Word], place: int) -> bool:
    """Whether the word in this place is one, by what stands behind it."""
    if words[place].key not in WELSH_TOO or place + 1 == len(words):
        return False
    # Pages load this module and never redact: stemming is loaded only by who does.
    from analysis.text.language import WELSH  # noqa: PLC0415

    beside = words[place + 1]
    unknown = standing(beside.key) == "unknown" and not beside.is_ & ROSTER
    near = words[place + 1 : place + 1 + NEAR]
    return beside.text.islower() and unknown and any(one.key in WELSH for one in near)
