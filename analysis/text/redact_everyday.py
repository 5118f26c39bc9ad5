"""Given names that are words of everyday (Mark, Grace, Will), written small.

Only names on the roster are asked about here. As a word such a name mostly has an article, or a
pronoun for its subject; as a person it has neither, so what stands on both sides settles it. In
doubt it is taken for a person. The words around them are written in ``name_words.toml``.
"""

from typing import NamedTuple

from analysis.text.names import cue

MODAL = frozenset({"will", "may"})
TIMES, BEFORE_TIME = cue("times"), cue("before_month")
DETERMINERS, SUBJECTS, ROLES = cue("determiners"), cue("subjects"), cue("roles")
CLAUSE, BEFORE_THAT, BEFORE_VERB = cue("clause"), cue("before_that"), cue("before_verb")
ADDRESSED, FELT, HANDLED = cue("addressed"), cue("felt"), cue("handled")
CONTACT, CONTACT_BY, PREPOSITIONS = cue("contact"), cue("contact_by"), cue("person_prepositions")
SPOKE, DONE_TO = cue("spoke"), cue("determiners") | cue("done_to")
PERCEIVED, COMPANY = cue("perceived"), cue("company")
CLOSED, AUXILIARY, ADVERBS = cue("closed"), cue("auxiliary"), cue("adverbs")
ACTS = cue("speaks") | cue("acts")
BEING, ONESELF = cue("being_now"), cue("oneself")
SHORTEST_PAST = 5


class Near(NamedTuple):
    """A word, whether it ends in 's, and the two words on either side, folded: empty beyond the
    edge of the clause, ``*`` for a number and the like."""

    word: str
    owns: bool
    before: tuple[str, str]
    after: tuple[str, str]


def is_somebody(near: Near, known: bool = False) -> bool:
    """Whether such a word is meant as a name. ``known``: somebody is called so in the same text.

    >>> is_somebody(Near("mark", False, ("we", "told"), ("about", "it")))
    True
    >>> is_somebody(Near("mark", False, ("to", "my"), ("about", "it")))
    False
    """
    first, before = near.before
    if before in DETERMINERS or (first in DETERMINERS and before == "only"):
        return False
    if near.owns:
        return before not in BEFORE_TIME or near.word not in TIMES
    if _beside_oneself(near) or _is_pointed_at(near):
        return True
    if _is_object(near) and _goes_on(near):
        return True
    if _opens_clause(near) and _acts(near):
        return True
    if near.word in MODAL or before in SUBJECTS:
        return False
    return near.after[0] in ACTS or _stands_whole(near, known)


def _beside_oneself(near: Near) -> bool:
    """“Mark and I”, “me and Mark”."""
    ahead = near.after[0] in ("and", "or") and near.after[1] in ONESELF
    return ahead or (near.before[1] in ("and", "or") and near.before[0] in ONESELF - {"i"})


def _is_pointed_at(near: Near) -> bool:
    """“Mark who”, “could Mark please”, “it was Mark.”"""
    before, after = near.before[1], near.after[0]
    if after == "please":
        return before in AUXILIARY | BEFORE_VERB
    if after == "who":
        return near.word not in MODAL or before in BEING
    return after == "" and before in BEING


def _is_object(near: Near) -> bool:
    """Whether what stands before is done to people, or is said with them."""
    first, before = near.before
    if before in ADDRESSED or before in ROLES or (first, before) == ("well", "done"):
        return True
    if (before in BEING and first in ROLES) or (before == "only" and first in BEING):
        return True
    if near.word in TIMES and before in BEFORE_TIME:
        return False
    if before == "to" and first not in SPOKE and near.after[0] in DONE_TO:
        return False
    if before in CONTACT_BY and first in CONTACT:
        return True
    if near.word in MODAL:
        return before in PREPOSITIONS - {"of"} or before in FELT
    return before in PREPOSITIONS | FELT | HANDLED or _is_past(before)


def _goes_on(near: Near) -> bool:
    """Whether the sentence goes on as behind a whole noun, not as behind half of one."""
    before, after = near.before[1], near.after[0]
    if near.word in MODAL and (after in ADVERBS or (after in SUBJECTS and before in ADDRESSED)):
        return False
    if before in PERCEIVED and after.endswith("ing"):
        return True
    return after == "" or after in CLOSED or after in AUXILIARY or after in ACTS


def _opens_clause(near: Near) -> bool:
    first, before = near.before
    if before == "that":
        return first in BEFORE_THAT or near.after[0] in ACTS
    return before == "" or before in CLAUSE or before in ROLES or before.endswith("ly")


def _acts(near: Near) -> bool:
    """Whether what follows goes with one person: “Mark said”, “Mark is”, “Mark from finance”."""
    after, then = near.after
    if after in ADVERBS:
        # “will always make”, but “Will always makes”.
        after = then if near.word not in MODAL or then.endswith("s") else ""
    if after == "and":
        return then in COMPANY
    return after == "from" or after in AUXILIARY or after in ACTS or _is_past(after)


def _is_past(word: str) -> bool:
    return word.endswith("ed") and len(word) >= SHORTEST_PAST


def _stands_whole(near: Near, known: bool) -> bool:
    """Whether it stands alone where a thing would have an article."""
    first, before = near.before
    if before in ("", "*") or before in AUXILIARY | BEFORE_VERB:
        return False
    if known:
        return True
    if first in DETERMINERS or first == "*" or before in ADVERBS | CLOSED:
        return False
    if near.word in TIMES and before in BEFORE_TIME:
        return False
    return _goes_on(near)
