"""Which directorates have enough answers for a word on what was written there (rules D3, D12)."""

from dataclasses import replace

from analysis.dataset import UNIT, Wave, descendants
from analysis.disclosure import Group, Rule, release


def large_enough(wave: Wave, rule: Rule) -> tuple[str, ...]:
    """The groups just below the whole from which ``rule.comments_answers`` people answered, in the
    order of the tree.

    Who answered elsewhere is nobody or as many, so that no word on the rest is one on too few: the
    same :func:`analysis.disclosure.release` decides as for ratings, with the higher threshold.
    """
    root = wave.root
    below = descendants(wave.units)
    answers = dict(wave.responses[UNIT].value_counts().iter_rows())
    groups = []
    for unit in wave.units:
        if unit.parent in (None, root.id):
            n = sum(answers.get(one, 0) for one in below[unit.id])
            groups.append(Group(unit.id, unit.parent, n, n, unit.headcount))
    shown = release(groups, _for_comments(rule))
    return tuple(group.id for group in groups if group.parent and group.id in shown)


def _for_comments(rule: Rule) -> Rule:
    least = rule.comments_answers
    names = ("k", "headcount", "k_sensitive", "k_full", "participation_headcount")
    return replace(rule, **{name: max(getattr(rule, name), least) for name in names})
