"""Words that one reviewer alone masked, for the others who read the comment to say whether they
stay masked.

They are asked once they have decided themselves, so nobody's view shapes another's. Until two agree
the words stay masked, because that protects whoever wrote them, and the mark says that it is one
person's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from analysis.text.masking import KEEP, find, hides, in_pieces, standing
from surveyapp.errors import NotFound, NotNow, Rejected
from surveyapp.services import review_sheets as sheets
from surveyapp.services import turns
from surveyapp.services.review_desk import LAID_OUT, Desk

CHECKS: Mapping[str, str] = {
    KEEP: "Keep them masked",
    "nobody": "Show them: they point to nobody",
    "meaning": "Show them: without them it says something else",
}


@dataclass(frozen=True)
class ToCheck:
    """A comment of which others masked ``words`` that this reviewer did not, and has said nothing
    of. ``pieces`` are its text in turn, with whether each is one of these words."""

    entry: sheets.Entry
    words: tuple[str, ...]

    @property
    def pieces(self) -> list[tuple[str, bool]]:
        text = self.entry.text
        return in_pieces(text, sorted({span for words in self.words for span in find(text, words)}))


def to_check(desk: Desk) -> list[ToCheck]:
    """The comments with such words, in the desk's order. Only comments that two cleared count, and
    of these only such as this reviewer has decided."""
    places = [place for place, read in desk.read.items() if _may_differ(desk, read)]
    found = []
    for entry in sheets.entries(desk.wave.id, sorted(places)):
        read = desk.read[entry.place]
        if sheets.outcome_of(entry, read) != "cleared":
            continue
        mine = next(one for one in read if one.reader == desk.reader)
        stands = standing(entry.text, [(one.masks, dict(one.checks)) for one in read])
        words = tuple(
            one
            for one, how in stands.items()
            if how == "alone" and one not in dict(mine.checks)
            if not hides(entry.text, mine.masks, one)
        )
        if words:
            found.append(ToCheck(entry, words))
    return found


def _may_differ(desk: Desk, read: list[sheets.Reading]) -> bool:
    masks = {one.masks for one in read if one.masks or one.reader == desk.reader}
    return any(one.reader == desk.reader for one in read) and len(masks) > 1


def checked(desk: Desk, place: int, said: Mapping[str, str]) -> sheets.Reading:
    """Keep what a reviewer said of words that others masked: one of :data:`CHECKS` each.

    Raises :class:`NotFound`, :class:`NotNow` and :class:`Rejected`, each with what to do.
    """
    turns.hold(desk.wave)
    if desk.wave.state not in LAID_OUT:
        raise NotNow("These results are out, so the desk is closed.")
    wanted = next((one for one in to_check(desk) if one.entry.place == place), None)
    if wanted is None:
        raise NotFound("No masked words of this comment wait for you. Go back to the desk.")
    if set(said) != set(wanted.words) or not set(said.values()) <= set(CHECKS):
        raise Rejected("Say of each whether it stays masked.")
    mine = next(one for one in desk.read[place] if one.reader == desk.reader)
    reading = replace(mine, checks=(*mine.checks, *said.items()))
    sheets.keep(desk.wave.id, reading)
    return reading
