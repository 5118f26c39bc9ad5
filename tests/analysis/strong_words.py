"""Which words need a gate, and where they stand although nothing is claimed.

Used wherever words are made: sentences, pictures, reports and pages.
"""

import re

UP = re.compile(r"\b(rose|risen|rises|rising|higher|improved|improves|better)\b", re.I)
DOWN = re.compile(r"\b(fell|fallen|falls|falling|lower|worse|worsened)\b", re.I)
DIFFERS = re.compile(r"\b(differs|differed|unlike|changed)\b", re.I)
STRONG = re.compile("|".join(part.pattern for part in (UP, DOWN)), re.I)
CAUSAL = re.compile(
    r"\b(because|drives?|driven|drivers?|impacts?|due to|leads? to|led to|caus(?:e|es|ed|ing)|"
    r"results? (?:in|from)|thanks to|owing to|affects?|influences?|explains?)\b",
    re.I,
)
# How the scale runs, what the columns of answers are called, and rules told beforehand.
FIXED = tuple(
    re.compile(words, re.I)
    for words in (
        r"higher is (?:always )?better",
        r"(?:better|worse) answers?",
        r"agreeing is the worse answer",
        r"among the better ones",
        r"look better than life",
        r"We say higher or lower only when chance can hardly explain it",
        r"Groups differ too little in this theme to say that one is unlike the rest",
        r"Key: .*? not shown",
        r"No group that is shown clearly differs from the rest",
        r"If it has changed",
        r"(?:we )?can’t tell if (?:it|[\w ]+?) has changed",
        r"what changed",
        r"where a question changed",
        r"where (?:it|\w+) differs from the rest",
        r"leave room for a rise, a fall or neither",
        r"Chance alone is unlikely to explain that",
    )
)
# Sentences that say what a survey cannot say.
DENIALS = re.compile(
    r"What caused it\. A survey cannot say why\.|"
    r"A survey cannot say what caused these results\.|"
    r"It does not say what leads to what\."
)


def without(text, wordings):
    """``text`` without words that others wrote, such as the wording of a question."""
    for wording in wordings:
        text = text.replace(wording, "")
    return text


def without_denials(text):
    """``text`` without what says that causes are not known, and without fixed words."""
    return _without_fixed(DENIALS.sub("", text))


def _without_fixed(text):
    for words in FIXED:
        text = words.sub("", text)
    return text


def ungated(text, verdicts):
    """The strong words in ``text`` that none of these verdicts lets through."""
    text = _without_fixed(text)
    found = [] if "higher" in verdicts else UP.findall(text)
    found += [] if "lower" in verdicts else DOWN.findall(text)
    return found + ([] if {"higher", "lower"} & set(verdicts) else DIFFERS.findall(text))
