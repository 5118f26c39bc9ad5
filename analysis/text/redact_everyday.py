"""Given names that are words of everyday (Mark, Grace, Will), written small.

Only names on the roster are asked about here. As a word such a name mostly has an article, or a
pronoun for its subject; as a person it has neither, so what stands on both sides settles it. In
doubt it is taken for a person. The words around them are written in ``name_words.toml``.
"""

import re
from typing import NamedTuple

from analysis.text.names import cue

MODAL = frozenset({"will", "may"})
MANY = frozenset({"are", "arent", "were", "have", "havent", "do", "dont"})
TIMES, BEFORE_TIME = cue("times"), cue("before_month")
ARTICLES = frozenset({"a", "an", "the", "this", "that"})
DETERMINERS, SUBJECTS, ROLES = cue("determiners"), cue("subjects"), cue("roles")
CLAUSE, BEFORE_THAT, BEFORE_VERB = cue("clause"), cue("before_that"), cue("before_verb")
ADDRESSED, FELT, HANDLED = cue("addressed"), cue("felt"), cue("handled")
CONTACT, CONTACT_BY, PREPOSITIONS = cue("contact"), cue("contact_by"), cue("person_prepositions")
SPOKE, DONE_TO = cue("spoke"), cue("determiners") | cue("done_to")
PERCEIVED, COMPANY = cue("perceived"), cue("company")
CLOSED, AUXILIARY, ADVERBS = cue("closed"), cue("auxiliary"), cue("adverbs")
ACTS = cue("speaks") | cue("acts")
CALLED_BY, OWN, KINDS_OF_LEADER = cue("called_by"), cue("own"), cue("kinds_of_leader")
COMPOUNDS = cue("compounds")
OFFICES = cue("offices")
AT_WORK = re.compile(
    rf" (?:from (?:the |our )?(?:\w+ )?(?:{'|'.join(sorted(cue('places_at_work')))})"
    rf"|in (?:{'|'.join(sorted(OFFICES))})|on (?:nights|days))\b"
)
# No verb stands so behind an auxiliary: “Will made”.
NO_BASE = ACTS - cue("bare_too")
DOING, AFTER_VERB = cue("doing"), cue("after_verb")
POSTS = cue("roles") | cue("posts")
WHO_DOES = cue("subjects") | cue("auxiliary") | frozenset({"to", "not", "never", "always", "dont"})
# “Told Will I was”, but “asked will I get”.
TOLD = cue("told_so")
NOUN_TOO, MASS = cue("noun_too"), cue("mass")
CHECKED, NAMING = frozenset({"on", "at", "for"}), cue("naming")
COULD = frozenset({"can", "could", "should", "would", "must"})
PERSON_BY, FEAR_OF = cue("person_by"), cue("fear_of")
ASKING = frozenset({"", "*", "why", "when", "how", "what", "where", "and", "but", "so", "if"})
SPOKEN_TO = cue("spoken_to")
BEING, ONESELF = cue("being_now"), cue("oneself")
SHORTEST_PAST, SHORTEST_NOUN = 5, 3
OWNED, NEVER = cue("owned"), cue("never")
CAUSING, AFTER_VERB_ONLY, NO_VERBS = cue("causing"), cue("after_verb_only"), cue("no_verbs")


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
    if near.word in MODAL and near.after[0] in NO_BASE and before not in SUBJECTS:
        return True
    if _is_object(near) and _goes_on(near):
        return True
    if _opens_clause(near) and _acts(near):
        return True
    if _is_asked_about(near):
        return True
    if near.word in MODAL or before in SUBJECTS:
        return False
    # “The rota Grace made”, but “a christian charity runs”.
    acts = near.after[0] in ACTS and (first not in ARTICLES or not near.after[0].endswith("s"))
    # “When I fell Grace stayed”.
    between = (before in ACTS or _is_past(before)) and _is_past(near.after[0])
    return acts or between or _stands_whole(near, known)


def is_called_by_title(near: Near) -> bool:
    """“Dr Will was”, “ask Sister Bell”, all written small; not “my dr will ring”."""
    first, before = near.before
    if before not in CALLED_BY or first in DETERMINERS or near.after[0] in COMPOUNDS:
        return False
    return near.owns or (near.word not in MODAL and _goes_on(near)) or _acts(near)


def is_surname(near: Near, behind: str) -> bool:
    """Whether a word that many people have for a surname (Wood, Bell) is meant as one: behind what
    somebody is at work, or before where somebody works. ``behind`` is the text that follows.

    >>> is_surname(Near("wood", False, ("my", "manager"), ("is", "kind")), " is kind")
    True
    >>> is_surname(Near("short", False, ("one", "nurse"), ("on", "nights")), " on nights")
    False
    """
    first, before = near.before
    if is_called_by_title(near):
        return True
    if before in ROLES and first in OWN | KINDS_OF_LEADER and near.word not in POSTS:
        return near.owns or near.after[0] in AUXILIARY | MANY | ACTS or _ends(near) or _does(near)
    at_work = before in SPOKEN_TO or before == "with" or (before in CONTACT_BY and first in CONTACT)
    return at_work and AT_WORK.match(behind) is not None


def is_behind_given(near: Near) -> bool:
    """Whether a word that somebody has for a surname (Steel, Hands) is meant as one, written small
    behind a given name. A thing that people do goes on as a verb does.

    >>> is_behind_given(Near("hands", False, ("", "siobhan"), ("leaves", "early")))
    True
    >>> is_behind_given(Near("hands", False, ("", "siobhan"), ("out", "the")))
    False
    """
    word, after = near.word, near.after[0]
    if word in MODAL or word in AUXILIARY | ADVERBS or word.endswith("ly"):
        return False
    if near.owns:
        return True
    if word in CLOSED and after in DETERMINERS | PREPOSITIONS:
        return False
    if near.before[0] in PREPOSITIONS | ADDRESSED:
        return True
    if _is_deed(word) or word in ACTS:
        return after not in AFTER_VERB
    return not (word.endswith("s") and after in AFTER_VERB_ONLY)


def is_owner(near: Near) -> bool:
    """Whether a name with an s has what follows for its own, as it would with an apostrophe.

    >>> is_owner(Near("dawns", False, ("in", "in"), ("team", "we")))
    True
    >>> is_owner(Near("marks", False, ("", "he"), ("team", "work")))
    False
    """
    first, before = near.before
    # “This” is no Thi's.
    if near.word in NEVER or before in DETERMINERS | SUBJECTS or before == "to":
        return False
    if first in ARTICLES:
        return False
    return near.after[0] in OWNED


def _ends(near: Near) -> bool:
    return near.after[0] in ("", "and", "who", "never", "always", "about", "or")


def _beside_oneself(near: Near) -> bool:
    """“Mark and I”, “me and Mark”."""
    ahead = near.after[0] in ("and", "or") and near.after[1] in ONESELF
    return ahead or (near.before[1] in ("and", "or") and near.before[0] in ONESELF - {"i"})


def _is_pointed_at(near: Near) -> bool:
    """“Mark who”, “could Mark please”, “it was Mark.”"""
    first, before = near.before
    after = near.after[0]
    if after == "please":
        return before in AUXILIARY | BEFORE_VERB
    if after == "who":
        return near.word not in MODAL or before in BEING or (first in BEING and before in ADVERBS)
    if before in ("me", "him", "her") and first in NAMING:
        return True
    return after == "" and (before in BEING or (before == "not" and first in BEING))


def _is_object(near: Near) -> bool:
    """Whether what stands before is done to people, or is said with them."""
    first, before = near.before
    if before in ADDRESSED or before in POSTS or (first, before) == ("well", "done"):
        return True
    if (before == "by" and first in PERSON_BY) or (before == "of" and first in FEAR_OF):
        return True
    if (before in BEING and first in ROLES) or (before == "only" and first in BEING):
        return True
    if before in CHECKED and _is_deed(first):
        return True
    if near.word in TIMES and before in BEFORE_TIME:
        return False
    if before == "to" and first not in SPOKE and near.after[0] in DONE_TO:
        return False
    if before in CONTACT_BY and first in CONTACT:
        return True
    if near.word in MODAL:
        handled = before in HANDLED and near.after[0] in PREPOSITIONS | DETERMINERS
        seen = before in PERCEIVED and near.after[0].endswith("ing")
        return before in PREPOSITIONS - {"of"} or before in FELT or handled or seen
    done = before in DOING and first in WHO_DOES
    done |= before.endswith("ing") and _is_deed(before) and near.word not in MASS
    return done or before in PREPOSITIONS | FELT | HANDLED or _is_past(before)


def _goes_on(near: Near) -> bool:
    """Whether the sentence goes on as behind a whole noun, not as behind half of one."""
    before, after = near.before[1], near.after[0]
    asked = after in SUBJECTS and before in ADDRESSED and near.after[1] not in TOLD
    if near.word in MODAL and (after in ADVERBS or asked):
        return False
    if before in ("with", "without") and (after == "gone" or after.endswith("ing")):
        return True
    if before in PERCEIVED and (after.endswith("ing") or _is_doing(near)):
        return True
    if before in CAUSING and after in DOING:
        return True
    if before in ("from", "by", "with") and _is_past(after):
        return True
    if after in MANY and (before == "like" or (before in PREPOSITIONS and near.word not in MASS)):
        return True
    goes_on = after == "" or after in CLOSED or after in AUXILIARY or after in ACTS
    return goes_on or (after.endswith("ly") and near.word not in MODAL)


def _opens_clause(near: Near) -> bool:
    first, before = near.before
    if before == "that":
        return first in BEFORE_THAT or near.after[0] in ACTS
    return before == "" or before in CLAUSE or before in POSTS or before.endswith("ly")


def _acts(near: Near) -> bool:
    """Whether what follows goes with one person: “Mark said”, “Mark is”, “Mark from finance”."""
    after, then = near.after
    if after in ADVERBS or after.endswith("ly"):
        # “will always make”, but “Will always makes”.
        finite = (then.endswith("s") and then not in NO_VERBS) or _is_past(then) or then in NO_BASE
        return finite or (near.word not in MODAL and (then in AUXILIARY or then in ACTS))
    if after == "and":
        return then in COMPANY
    if after in ("especially", "included") and then == "":
        return True
    if (after in ("in", "on", "at") and then in OFFICES) or (
        after == "with" and then in ("his", "her")
    ):
        return True
    return after == "from" or after in AUXILIARY or after in ACTS or _is_past(after) or _does(near)


def _is_deed(word: str) -> bool:
    """“Checked”, “waiting”: a form of what people do."""
    bare = {word, word.removesuffix("s"), word.removesuffix("ed"), word.removesuffix("ing")}
    return not bare.isdisjoint(DOING)


def _is_doing(near: Near) -> bool:
    """“Saw Mark shout at”."""
    after, then = near.after
    if after in DOING - NOUN_TOO and near.word not in MODAL:
        return True
    return after in DOING and (then == "" or then in AFTER_VERB or then.endswith("ing"))


def _does(near: Near) -> bool:
    """“Mark walks past”, where “walks” may be a thing too; not so behind “will”."""
    after, then = near.after
    if not after.endswith("s") or after.endswith("ss") or len(after) <= SHORTEST_NOUN:
        return False
    if after in NO_VERBS:
        return False
    if not {after[:-1], after[:-2], after[:-3] + "y"} & DOING:
        return then in AFTER_VERB_ONLY
    return near.word in MODAL or then == "" or then in AFTER_VERB or then.endswith("ly")


def _is_asked_about(near: Near) -> bool:
    """“Why does Mark get”, “is Mark leaving”."""
    first, before = near.before
    after = near.after[1] if near.after[0] in ADVERBS else near.after[0]
    if before in COULD and (first in ASKING or first == "please"):
        return near.word not in MODAL and (after in DOING or after in ("be", "have"))
    if first not in ASKING or before not in AUXILIARY:
        return False
    if before.startswith(("does", "did")):
        return after in DOING
    return after.endswith("ing") or _is_past(after)


def _is_past(word: str) -> bool:
    return word.endswith("ed") and not word.endswith("eed") and len(word) >= SHORTEST_PAST


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
