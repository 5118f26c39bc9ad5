"""The publisher looks for subjects that no theme covers, for the reviewers' desk to name.

A *themes only* comment gives neither words nor an example: it is counted with the group that its
words lie nearest, once the groups are made of what may be read.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

from analysis.dataset import Wave as Data
from analysis.instrument import Instrument, Item
from analysis.text.asked import asked_before
from analysis.text.coder import Coder, first_coder
from analysis.text.counts import text_theme
from analysis.text.emerging import LEAST, Written, emerging
from analysis.text.own_coder import with_own
from analysis.text.redact import redact
from surveyapp.models.surveys import Wave
from surveyapp.services import authoring, own_codebooks, publishing, review_earlier
from surveyapp.services import review_sheets as sheets
from surveyapp.services.review_earlier import Lent, looks_like


class Comment(NamedTuple):
    """A comment to be scored, of this pulse or of one before."""

    text: str
    question: str
    unit: str
    use: str


def find(wave: Wave) -> bool:
    """Look once through the comments of a wave that lies at the desk; give whether it was done now.

    It comes after the comments are laid out, so that nobody waits for it to read.
    """
    if not sheets.is_laid_out(wave.id) or not sheets.is_readable(wave.id):
        return False
    if sheets.subjects(wave.id) is not None:
        return False
    found: Sequence[sheets.Subject] = ()
    sheet = sheets.sheet(wave.id)
    if sheet is not None and sheet.total:
        coder = with_own(first_coder(), own_codebooks.of_wave(wave))
        lent = review_earlier.lent(
            wave, {(one.id, one.text, one.purpose) for one in sheet.questions}
        )
        asked = {question.id for question in sheet.questions}
        instrument = authoring.instrument_of(wave)
        found = subjects_of(publishing.load(wave), instrument, asked, coder, lent)
    sheets.lay_subjects(wave.id, found)
    return True


def subjects_of(
    data: Data, instrument: Instrument, asked: set[str], coder: Coder, lent: Sequence[Lent] = ()
) -> tuple[sheets.Subject, ...]:
    """New subjects in the comments to the questions that are read at the desk, largest first.

    Comments without content, and those in a language that the software does not cover, are left
    out: the words of a language would seem a subject. A question in which fewer than five people
    wrote of a subject where it may be read is not counted with it. What earlier pulses ``lent``
    helps to find subjects, and tells which of them were named before; none of it is shown.
    """
    whole = data.root.id
    now = [Comment(one.text, one.question, one.unit or whole, one.use) for one in data.comments]
    written = [*_scored(now, asked, instrument, coder)]
    earlier: list[list[Written]] = []
    kept: list[Lent] = []
    for _, wave in groupby(lent, key=lambda one: one.wave):
        given = [*wave]
        said = [Comment(one.text, one.question, one.unit, one.use) for one in given]
        before = [*_scored(said, asked, instrument, coder)]
        earlier.append([one for _, one in before])
        kept += [given[place] for place, _ in before]
    found: list[sheets.Subject] = []
    for group in emerging([one for _, one in written], earlier=earlier):
        told = tuple(one for one in group.questions if one[1] >= LEAST)
        examples = tuple(str(written[place][0]) for place in group.examples)
        like = looks_like([kept[place] for place in group.earlier], kept)
        found.append(sheets.Subject(len(found) + 1, group.terms, told, examples, *like))
    return tuple(found)


def _scored(
    comments: Sequence[Comment], asked: set[str], instrument: Instrument, coder: Coder
) -> Iterable[tuple[int, Written]]:
    """The comments with content, question by question, each with its place and its likeliest
    theme's probability."""
    for item in instrument.texts:
        if item.id in asked:
            places = [n for n, one in enumerate(comments) if one.question == item.id]
            yield from _of_one(comments, places, item, instrument, coder)


def _of_one(
    comments: Sequence[Comment],
    places: Sequence[int],
    item: Item,
    instrument: Instrument,
    coder: Coder,
) -> Iterable[tuple[int, Written]]:
    about, before = text_theme(item, instrument), asked_before(item, instrument)
    question = coder.question(item.text, item.purpose, about, before)
    texts = [redact(comments[place].text).text for place in places]
    coded = coder.code_all(texts, [question] * len(texts))
    scores = coder.scores(texts, [question] * len(texts)).max(axis=1, initial=0).tolist()
    for n, text, one, score in zip(places, texts, coded, scores, strict=True):
        if not one.empty and one.covered:
            yield n, Written(text, item.id, comments[n].unit, comments[n].use, score)
