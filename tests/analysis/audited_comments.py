"""A made-up review of a pulse's comments: people's codes of a random sample, and cleared comments.

Three themes of the codebook; scores are right, so what the audit says is near what is there.
"""

from dataclasses import replace

import numpy as np

from analysis.disclosure import Rule
from analysis.text.audit_release import Before, with_review
from analysis.text.audited import NONE
from analysis.text.human_codes import OTHER
from analysis.text.reviewed import AuditedCounts, Example, Reviewed
from analysis.text.score_bins import BOARD, PUBLISH, THEMES, tabulate
from analysis.text.second_coder import agreement
from tests.analysis import samples

USUAL = {"workload": 0.4, "fear_speaking_out": 0.2, "communication": 0.25}
CODER = "candour 2, codebook 1 (00000000)"
WAYS = ("negative", "positive", "suggestion", "mixed")
LABELS = (*USUAL, OTHER, NONE, *(f"{theme}/{way}" for theme in USUAL for way in WAYS))
QUESTION = "barriers"
RULE = Rule()


def audited(
    wave="4",
    *,
    comments=400,
    rows=150,
    themes_only=0.25,
    coder=CODER,
    usual=USUAL,
    chance=7,
    question=QUESTION,
    seed=90210,
    problems=0.9,
):
    """One question's counts: nine in ten mentions are negative, one in ten positive."""
    rng = np.random.default_rng(chance)
    truth = np.zeros((comments, len(LABELS)), bool)
    scores = np.zeros(truth.shape)
    negative = rng.random(comments) < problems
    for place, (theme, share) in enumerate(usual.items()):
        truth[:, place] = rng.random(comments) < share
        right = np.where(rng.random(comments) < 0.95, truth[:, place], ~truth[:, place])
        scores[:, place] = np.where(right, 0.7, 0.05)
        for way, is_so in (("negative", negative), ("positive", ~negative)):
            at = LABELS.index(f"{theme}/{way}")
            truth[:, at] = truth[:, place] & is_so
            scores[:, at] = scores[:, place] * (problems if way == "negative" else 1 - problems)
    said = truth[:, : len(USUAL)].any(axis=1)
    truth[:, LABELS.index(OTHER)] = ~said & (rng.random(comments) < 0.4)
    truth[:, LABELS.index(NONE)] = ~said & ~truth[:, LABELS.index(OTHER)]
    for label in (OTHER, NONE):
        scores[:, LABELS.index(label)] = 1 - scores[:, : len(USUAL)].max(axis=1)
    use = rng.choice([PUBLISH, BOARD], comments)
    use[rng.random(comments) < themes_only] = THEMES
    read = np.zeros(comments, bool)
    read[np.flatnonzero(use != THEMES)[:rows]] = True
    bins = tabulate((wave, question, coder), LABELS, scores, use, read, truth, out_of_fold=True)
    first = truth[read][:50]
    if not len(first):
        return AuditedCounts(bins, seed, {})
    second = first ^ (rng.random(first.shape) < 0.03)
    return AuditedCounts(bins, seed, agreement(LABELS, first, second))


def example(number, theme="workload", question=QUESTION):
    return Example(str(number), question, f"Comment {number}, on {theme}.", (theme,))


def reviewed(*counts, examples=12, withheld=(("It insults or threatens somebody", 2),)):
    """A review with so many cleared comments."""
    return Reviewed(
        counts or (audited(),), tuple(example(n) for n in range(examples)), withheld, 4711
    )


def pulse_of(number):
    """A pulse of the samples, its themes of ratings joined with those of comments, no quotes."""
    told = samples.summary(number)
    joined = {"speaking_up": "fear_speaking_out"}
    heads = tuple(replace(head, text_theme=joined.get(head.id, head.id)) for head in told.themes)
    return replace(told, themes=heads, quotes=())


def before(**changed):
    """The pulse before the newest, audited unless told otherwise."""
    review = reviewed(audited("3", chance=8, **changed))
    return Before(with_review(pulse_of(3), review, RULE), review)
