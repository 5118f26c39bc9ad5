"""One request of a respondent: their code, their wave, their answers so far. Nothing is kept."""

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass

from flask import current_app

from surveyapp import clock
from surveyapp.crypto import client, diary, tokens
from surveyapp.respond import answers as answering
from surveyapp.respond import pulse as pulses
from surveyapp.respond.answers import Answers
from surveyapp.respond.attempts import Cap
from surveyapp.respond.pulse import Pulse, Question
from surveyapp.services import posted, registrar
from surveyapp.services.posted import Standing
from surveyapp.services.registrar import Found

SEED = re.compile(rf"[0-9a-f]{{{2 * client.SEED_BYTES}}}")
SEEN_LENGTH = 16
LONGEST_PHRASE = 300
CAP = "candour_wrong_codes"
_making = threading.Lock()


class UnknownCode(Exception):
    """Nothing opens with what was typed. Which part is wrong is never said."""


class TooManyTries(Exception):
    """Too many wrong codes in the last minute, by anybody."""


@dataclass(frozen=True)
class Visit:
    """What one posted form says, checked as far as it can be."""

    token: str
    invitation: Found
    standing: Standing
    pulse: Pulse
    seed: str
    answers: Answers
    at: int
    one_by_one: bool
    from_check: bool
    seen: bool
    larger: bool
    diary: str

    @property
    def tags(self) -> tuple[bytes, ...]:
        """What ties this ballot to its neighbours; none without a phrase. Raises
        :class:`diary.PhraseError`."""
        if not self.diary:
            return ()
        return diary.tags(diary.read(self.diary), self.pulse.series, self.pulse.number)

    @property
    def question(self) -> Question:
        return self.pulse.questions[self.at]

    def carried(self, shown: tuple[Question, ...] = ()) -> list[tuple[str, str]]:
        """The hidden fields of the next form: all but what is shown in it."""
        kept = [("code", self.token), ("seed", self.seed), ("seen", seen_mark(self.pulse))]
        if self.one_by_one:
            kept.append(("one", "1"))
        if self.from_check:
            kept.append(("checking", "1"))
        if self.larger:
            kept.append(("larger", "1"))
        if self.diary:
            kept.append(("diary", self.diary))
        hidden = [one for one in self.pulse.questions if one not in shown]
        return kept + self.answers.fields(hidden)


def seen_mark(pulse: Pulse) -> str:
    """Shows that the promises of this very wave were on the page before."""
    return pulse.covenant_sha256[:SEEN_LENGTH]


def arrive(form: Mapping[str, str]) -> Visit:
    """Who is this, and where were they. Changes nothing.

    Raises :class:`UnknownCode` or :class:`TooManyTries`.
    """
    token = tokens.normalise(form.get("code", ""))
    invitation, standing = identify(token)
    pulse = pulses.of(standing)
    at = form.get("at", "0")
    return Visit(
        token=token,
        invitation=invitation,
        standing=standing,
        pulse=pulse,
        seed=form.get("seed", "") if SEED.fullmatch(form.get("seed", "")) else "",
        answers=answering.read(form, pulse),
        at=min(int(at), len(pulse.questions) - 1) if re.fullmatch(r"\d{1,3}", at, re.A) else 0,
        one_by_one=form.get("one") == "1",
        from_check=form.get("checking") == "1",
        seen=form.get("seen") == seen_mark(pulse),
        larger=form.get("larger") == "1" and invitation.class_key in pulse.larger,
        diary=" ".join(form.get("diary", "")[:LONGEST_PHRASE].split()) if pulse.diary else "",
    )


def identify(token: str) -> tuple[Found, Standing]:
    """The invitation that a token or typed code opens, and where its wave is. Changes nothing.

    Raises :class:`UnknownCode` or :class:`TooManyTries`.
    """
    invitation = _look_up(token)
    standing = posted.standing(invitation.wave_id)
    if standing is None:
        raise UnknownCode
    return invitation, standing


def is_open(visit: Visit) -> bool:
    """Whether the pulse takes answers at this moment."""
    return visit.standing.is_open(clock.now())


def _look_up(token: str) -> Found:
    typed = tokens.is_code(token)
    cap = _cap()
    if typed and cap.reached():
        raise TooManyTries
    invitation = registrar.find(token) if token else None
    if invitation is None:
        if typed and token:
            cap.count_wrong()
        raise UnknownCode
    return invitation


def _cap() -> Cap:
    cap: Cap | None = current_app.extensions.get(CAP)
    if cap is None:
        with _making:
            cap = current_app.extensions.setdefault(CAP, Cap())
    return cap
