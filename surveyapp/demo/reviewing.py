"""Made-up reviewers: two of the board, who know what the made-up staff meant to say."""

import re
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache

import numpy as np

from analysis.simulation.writing import SLOT, sentences, themes
from surveyapp.errors import Rejected
from surveyapp.extensions import db
from surveyapp.models.accounts import Account
from surveyapp.models.surveys import Wave
from surveyapp.services import covenants, review_desk, review_subjects

OVERLOOKED = 0.08  # of what is there, by each of the two
REASONS = {"escalate": "harm", "quasi_identifier": "author"}


def read(wave: Wave, members: Sequence[Account]) -> int:
    """Let two members read and code everything that lies at the desk; how many comments."""
    able = [member for member in members if review_desk.may_review(member)][:2]
    found = 0
    for chance, member in enumerate(able):
        desk = review_desk.desk(wave, member)
        if desk is None:
            return 0
        rng = np.random.default_rng(chance)
        found = len(desk.places)
        for place in desk.places:
            turn = review_desk.turn(desk, place)
            seen = [one for one in _meant(turn.entry.text) if rng.random() >= OVERLOOKED]
            reason = next((why for flag, why in REASONS.items() if flag in turn.entry.flags), "")
            review_desk.decide(turn, desk.reader, reason=reason, codes=seen)
        db.session.commit()
    return found


def name(wave: Wave, members: Sequence[Account]) -> int:
    """Let the same two name every new subject: what the made-up staff meant, where its words are
    theirs, else by the word that sets it apart most; how many."""
    found: Sequence[review_subjects.Candidate] = ()
    for member in [one for one in members if review_desk.may_review(one)][:2]:
        desk = review_desk.desk(wave, member)
        if desk is None:
            return 0
        found = review_subjects.candidates(desk, covenants.rule_of(wave).comments_theme)
        for one in found:
            called = name_for(one.subject.terms)
            with suppress(Rejected):  # it is the name of a theme, so it waits for people
                review_subjects.say(desk, one.subject.number, review_subjects.NAME, called)
        db.session.commit()
    return len(found)


def name_for(terms: Sequence[str]) -> str:
    planted = sentences()["no_theme"]
    meant = any(term in text.lower() for term in terms for text in planted["texts"])
    return str(planted["name"]) if meant else terms[0].capitalize()


def _meant(text: str) -> list[review_desk.Given]:
    """The themes and directions of the sentences that a comment was put together from."""
    found = [given for pattern, given in _patterns() if pattern.search(text)]
    return list(dict.fromkeys(found))[: review_desk.MOST_CODES]


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[re.Pattern[str], review_desk.Given], ...]:
    of_themes = tuple(
        (_pattern(sentence), review_desk.Given(theme, direction))
        for theme in themes()
        for direction in _ways(theme)
        for sentence in sentences()[theme][direction]
    )
    of_none = review_desk.Given(review_desk.OTHER, "negative")
    return (*of_themes, *((_pattern(one), of_none) for one in sentences()["no_theme"]["texts"]))


def _ways(theme: str) -> list[str]:
    return [way for way in sentences()[theme] if way in review_desk.DIRECTIONS]


def _pattern(sentence: str) -> re.Pattern[str]:
    parts = [re.escape(part.strip(" .")) for part in SLOT.split(sentence)[::2]]
    return re.compile(r".{0,60}?".join(parts), re.IGNORECASE)
