"""The reviewers' desk: two board members from outside the line read each comment that may be read,
and a third where they differ.

The software's codes of the random sample stay hidden from whoever has still to code it. Nothing
here can delay the results: what was not read in time is not quoted.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from analysis.text.disclosures import places_pointing
from analysis.text.human_codes import BLIND, Code
from analysis.text.human_codes import OTHER as OTHER
from analysis.text.masking import KEEP, find, hides, hides_most, in_pieces, mask, turns_sense
from surveyapp.errors import NotAllowed, NotFound, NotNow, Rejected
from surveyapp.models.accounts import Account
from surveyapp.models.surveys import Programme, Wave
from surveyapp.services import board, turns
from surveyapp.services import review_sheets as sheets
from surveyapp.services.covenants import COMMENT_READERS
from surveyapp.services.review_reasons import REASONS

LAID_OUT = ("opened", "summarised")
DIRECTIONS = ("negative", "positive", "suggestion", "mixed")
FUNCTIONS = ("enabler", "aspiration", "barrier", "offer", "unset")
USUAL = {"positive": "enabler", "negative": "barrier", "suggestion": "aspiration"}
OF_MIXED = {"shadow": "barrier", "peak": "enabler"}
MOST_CODES = 12
MOST_MASKS = 20


@dataclass(frozen=True)
class Given:
    """A code as a reviewer gives it. Without ``function`` the usual one of its direction is meant;
    without ``words`` the whole comment is its evidence."""

    theme: str
    direction: str
    function: str = ""
    words: str = ""


@dataclass(frozen=True)
class Together:
    """How far everybody is: comments settled of all, of the sample those coded, and comments that
    tell of harm."""

    settled: int
    total: int
    coded: int
    sample: int
    harm: int
    harm_open: int


@dataclass(frozen=True)
class Progress:
    """How far this reviewer is: comments they decided, those that wait for them, and how many of
    these the software says may tell of harm. ``together`` comes once nothing waits for them: sooner
    it would tell what others said of a comment that they have still to decide."""

    mine: int
    waiting: int
    harm: int
    together: Together | None

    @property
    def mine_all(self) -> int:
        return self.mine + self.waiting


@dataclass(frozen=True)
class Turn:
    """One comment before one reviewer. ``task``: ``code`` it blind, ``correct`` the software's
    codes, or ``decide`` only. ``mine``: what they decided before."""

    wave: Wave
    sheet: sheets.Sheet
    entry: sheets.Entry
    task: str
    mine: sheets.Reading | None
    flags: frozenset[str]

    @property
    def question(self) -> sheets.Question:
        return self.sheet.question(self.entry.question)

    @property
    def shown(self) -> tuple[Code, ...]:
        """The codes to begin with: this reviewer's own, else the software's if they may be seen."""
        if self.mine is not None and self.mine.codes is not None:
            return self.mine.codes
        return self.entry.codes if self.task == "correct" else ()

    @property
    def pointing(self) -> tuple[str, ...]:
        """The words for which software says that the comment may point to one person, each once."""
        first: dict[str, str] = {}
        for start, end in self._pointing:
            words = self.entry.text[start:end]
            first.setdefault(words.casefold(), words)
        return tuple(first.values())

    @property
    def unmasked(self) -> tuple[str, ...]:
        """Those of them that this reviewer would let be read."""
        if self.mine is None or self.mine.reason:
            return ()
        text, masks = self.entry.text, self.mine.masks
        return tuple(one for one in self.pointing if not hides(text, masks, one))

    @property
    def pieces(self) -> list[tuple[str, bool]]:
        """The comment in turn, with whether each piece is to be marked as such words."""
        return in_pieces(self.entry.text, self._pointing)

    @property
    def _pointing(self) -> tuple[tuple[int, int], ...]:
        # Not while it is coded blind, or two people would look at the same words first.
        if self.task == "code" or "quasi_identifier" not in self.flags:
            return ()
        return places_pointing(self.entry.text)


@dataclass(frozen=True)
class Desk:
    """One wave's desk as one reviewer finds it. ``lost`` are comments found to be deleted or
    damaged."""

    wave: Wave
    sheet: sheets.Sheet
    reader: str
    read: dict[int, list[sheets.Reading]]
    lost: set[int] = field(default_factory=set)

    def wants(self, place: int) -> bool:
        """Whether this reviewer's view of a comment is still wanted."""
        given = self.read.get(place, [])
        if place in self.lost or self.decided(place):
            return False
        return sheets.outcome(given) in ("unread", "differ") or _disputed(given)

    def decided(self, place: int) -> bool:
        """Whether this reviewer has decided of a comment."""
        return any(one.reader == self.reader for one in self.read.get(place, []))

    def closed(self) -> list[list[sheets.Reading]]:
        """What was said of each comment that this reviewer need not decide of any more. Nothing
        that they see may rest on the others."""
        return [given for place, given in self.read.items() if not self.wants(place)]

    def flagged(self, place: int) -> bool:
        """Whether the software says that a comment tells of harm."""
        return "escalate" in self.sheet.flags[place - 1]

    def raised(self, place: int) -> bool:
        """Whether the software or a reviewer says so: not for whoever has still to decide of it."""
        return self.flagged(place) or any(one.escalate for one in self.read.get(place, []))

    @property
    def raised_by_hand(self) -> list[int]:
        """The comments that this reviewer has decided of and that somebody raised."""
        read = self.read.items()
        raised = [place for place, given in read if any(one.escalate for one in given)]
        return sorted(place for place in raised if self.decided(place))

    @property
    def places(self) -> range:
        return range(1, self.sheet.total + 1)

    def next(self, after: int = 0) -> int | None:
        """The next comment for this reviewer: what software says may tell of harm first, then in
        the order drawn. With ``after``, the one behind it, to leave one for later; ``None`` when
        nothing waits."""
        waiting = [place for place in self.places if self.wants(place)]
        waiting.sort(key=lambda place: (not self.flagged(place), place))
        if after in waiting:
            at = waiting.index(after) + 1
            waiting = waiting[at:] + waiting[: at - 1]
        return waiting[0] if waiting else None

    def note(self, reading: sheets.Reading) -> None:
        """Let what this reviewer just decided count."""
        given = self.read.setdefault(reading.place, [])
        given[:] = [*(one for one in given if one.reader != reading.reader), reading]

    def progress(self) -> Progress:
        """How far this reviewer is, and everybody once nothing waits for this one."""
        waiting = [place for place in self.places if self.wants(place)]
        return Progress(
            mine=sum(map(self.decided, self.read)),
            waiting=len(waiting),
            harm=sum(map(self.flagged, waiting)),
            together=None if waiting else self._together(),
        )

    def _together(self) -> Together:
        done = {p for p, given in self.read.items() if sheets.outcome(given) in _SETTLED}
        raised = [place for place in self.places if self.raised(place)]
        return Together(
            settled=len(done),
            total=self.sheet.total,
            coded=sum(any(x.seen == BLIND for x in given) for given in self.read.values()),
            sample=self.sheet.sample,
            harm=len(raised),
            harm_open=len([place for place in raised if place not in done]),
        )


def _disputed(given: Sequence[sheets.Reading]) -> bool:
    """Whether one wants words shown that another still masks, and no third has read the comment."""
    masks = {words for one in given for words in one.masks}
    objects = any(said != KEEP and words in masks for one in given for words, said in one.checks)
    return objects and len(given) <= COMMENT_READERS


_SETTLED = ("cleared", "withheld")


def may_review(member: Account) -> bool:
    """Whether somebody may read comments: a member of the board from outside the line."""
    return board.is_outside_the_line(member)


def waves_of(programme: Programme) -> list[Wave]:
    """The pulses whose comments are read now, oldest first; where none is, the next to be."""
    waves = [wave for wave in programme.waves if wave.state not in ("draft", "published")]
    return [wave for wave in waves if wave.state in LAID_OUT] or waves[:1]


def wave_of(programme: Programme, number: int) -> Wave:
    """One of them by its number. Raises :class:`NotNow` when its comments are not read now."""
    found = next((wave for wave in waves_of(programme) if wave.number == number), None)
    if found is None:
        raise NotNow("Nobody reads comments of this pulse now. Go back to the desk.")
    return found


def desk(wave: Wave, member: Account) -> Desk | None:
    """The wave's desk; ``None`` before its comments are laid out. Raises :class:`NotAllowed`."""
    if not may_review(member):
        raise NotAllowed(
            "Only members of the board who do not also manage, run HR or run this server read "
            "comments. Ask another member."
        )
    sheet = sheets.sheet(wave.id) if wave.state in LAID_OUT else None
    if sheet is None:
        return None
    return Desk(
        wave=wave,
        sheet=sheet,
        reader=sheets.mark_of(wave.id, member.id),
        read=sheets.readings(wave.id),
    )


def following(desk: Desk, after: int = 0) -> int | None:
    """The next comment for this reviewer, as :meth:`Desk.next`.

    One that somebody deleted or damaged is passed over: it keeps nobody from the others.
    """
    place = desk.next(after)
    while place is not None and sheets.entry(desk.wave.id, place) is None:
        desk.lost.add(place)
        place = desk.next(after)
    return place


def for_the_board(desk: Desk) -> dict[str, list[str]]:
    """The comments that their authors let the board alone read, as two reviewers cleared and masked
    them, under the text of their question; none that waits for this reviewer. By their words, so
    that the order tells nothing."""
    found: dict[str, list[str]] = {}
    for entry in sheets.entries(desk.wave.id):
        read = desk.read.get(entry.place, [])
        if desk.wants(entry.place):
            continue
        if entry.use == "board" and sheets.outcome_of(entry, read) == "cleared":
            asked = desk.sheet.question(entry.question).text
            found.setdefault(asked, []).append(sheets.masked(entry, read).text)
    return {asked: sorted(texts) for asked, texts in sorted(found.items())}


def turn(desk: Desk, place: int) -> Turn:
    """One comment for this reviewer. Raises :class:`NotFound`, and :class:`NotNow` when others have
    settled it."""
    entry = sheets.entry(desk.wave.id, place)
    if entry is None:
        raise NotFound("There is no such comment. Go back to the desk and start from there.")
    given = desk.read.get(place, [])
    mine = next((one for one in given if one.reader == desk.reader), None)
    raised = desk.flagged(place) if mine is None else desk.raised(place)
    if mine is None and not desk.wants(place):
        raise NotNow("Others have settled this comment. Go back to the desk for the next one.")
    return Turn(
        wave=desk.wave,
        sheet=desk.sheet,
        entry=entry,
        task=_task(entry, given, mine),
        mine=mine,
        flags=frozenset(entry.flags) | ({"escalate"} if raised else set()),
    )


def _task(entry: sheets.Entry, given: Sequence[sheets.Reading], mine: sheets.Reading | None) -> str:
    if not entry.blind:
        return "correct"
    if mine is not None:
        # What was coded blind stays as it was: by now its coder may have seen the software's.
        return "decide"
    # What two are to code a third codes too, or they could see that two have and differ.
    coded = any(one.seen == BLIND for one in given)
    return "code" if entry.blind > 1 or not coded else "decide"


def decide(
    turn: Turn,
    reader: str,
    *,
    reason: str = "",
    masks: Sequence[str] = (),
    escalate: bool = False,
    codes: Sequence[Given] = (),
) -> sheets.Reading:
    """Keep what a reviewer decided of the comment before them, or changed their mind to."""
    turns.hold(turn.wave)
    if turn.wave.state not in LAID_OUT:
        raise NotNow("These results are out, so the desk is closed.")
    if reason and reason not in REASONS:
        raise Rejected("Choose a reason from the list.")
    reading = sheets.Reading(
        place=turn.entry.place,
        reader=reader,
        reason=reason,
        masks=_masks(turn.entry.text, masks),
        escalate=escalate,
        checks=turn.mine.checks if turn.mine else (),
    )
    once = list(dict.fromkeys(code_of(turn, one) for one in codes))
    reading = _with_codes(turn, reading, once)
    sheets.keep(turn.wave.id, reading)
    return reading


def _with_codes(turn: Turn, reading: sheets.Reading, codes: list[Code]) -> sheets.Reading:
    if turn.task == "code":
        return replace(reading, codes=tuple(codes), seen=BLIND)
    if turn.task == "correct":
        before = turn.mine is not None and turn.mine.codes is not None
        if before or tuple(codes) != turn.entry.codes:
            return replace(reading, codes=tuple(codes), seen=turn.sheet.coder)
        return reading
    if turn.mine is not None:
        return replace(reading, codes=turn.mine.codes, seen=turn.mine.seen)
    return reading


def code_of(turn: Turn, given: Given) -> Code:
    """A code as it is kept. Raises :class:`Rejected` with what is wrong with it."""
    themes = {theme for theme, _, _ in turn.sheet.themes} | {OTHER}
    if given.theme not in themes:
        raise Rejected("Choose a theme from the list.")
    if given.direction not in DIRECTIONS:
        raise Rejected("Choose what it says about the theme.")
    usual = USUAL.get(given.direction, OF_MIXED.get(turn.question.purpose, "unset"))
    function = given.function or usual
    if function not in FUNCTIONS:
        raise Rejected("Choose from the list what it does.")
    start, end = _place(turn.entry.text, given.words)
    return Code(given.theme, given.direction, function, start, end)


def _place(text: str, words: str) -> tuple[int, int]:
    words = words.strip()
    if not words:
        return 0, len(text)
    start = text.find(words)
    if start < 0:
        raise Rejected("The words that show it must stand in the comment just so.")
    return start, start + len(words)


def _masks(text: str, phrases: Sequence[str]) -> tuple[str, ...]:
    wanted = list(dict.fromkeys(phrase.strip() for phrase in phrases if phrase.strip()))
    if len(wanted) > MOST_MASKS:
        raise Rejected(f"Mask at most {MOST_MASKS} stretches, or withhold the comment.")
    lacking = [phrase for phrase in wanted if not find(text, phrase)]
    if lacking:
        raise Rejected("Write the words to mask just as they stand, each on a line of its own.")
    turning = next((phrase for phrase in wanted if turns_sense(phrase)), "")
    if turning:
        raise Rejected(
            f"“{turning}” points to nobody, and without it the comment may say the opposite. "
            "Mask the words that point to somebody, or withhold the comment with a reason."
        )
    # Else one person alone could take a comment away, and nobody would count it.
    if hides_most(text, mask(text, wanted).hidden):
        raise Rejected("That masks more than half of it. Withhold it instead, with a reason.")
    return tuple(wanted)
