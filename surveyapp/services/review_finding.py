"""The publisher looks for subjects that no theme covers, for the reviewers' desk to name.

A *themes only* comment gives neither words nor an example: it is counted with the group that its
words lie nearest, once the groups are made of what may be read.
"""

from collections.abc import Sequence

from analysis.dataset import Wave as Data
from analysis.instrument import Instrument, Item
from analysis.text.asked import asked_before
from analysis.text.coder import Coder, first_coder
from analysis.text.counts import text_theme
from analysis.text.emerging import LEAST, Written, emerging
from analysis.text.own_coder import with_own
from analysis.text.redact import redact
from surveyapp.models.surveys import Wave
from surveyapp.services import authoring, own_codebooks, publishing
from surveyapp.services import review_sheets as sheets


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
        asked = {question.id for question in sheet.questions}
        found = subjects_of(publishing.load(wave), authoring.instrument_of(wave), asked, coder)
    sheets.lay_subjects(wave.id, found)
    return True


def subjects_of(
    data: Data, instrument: Instrument, asked: set[str], coder: Coder
) -> tuple[sheets.Subject, ...]:
    """New subjects in the comments to the questions that are read at the desk, largest first.

    Comments without content, and those in a language that the software does not cover, are left
    out: the words of a language would seem a subject. A question in which fewer than five people
    wrote of a subject where it may be read is not counted with it.
    """
    ids: list[str] = []
    written: list[Written] = []
    for item in instrument.texts:
        if item.id in asked:
            places = [n for n, one in enumerate(data.comments) if one.question == item.id]
            for place, one in zip(
                places, _scored(data, places, item, instrument, coder), strict=True
            ):
                if one is not None:
                    ids.append(str(place))
                    written.append(one)
    found: list[sheets.Subject] = []
    for group in emerging(written):
        told = tuple(one for one in group.questions if one[1] >= LEAST)
        examples = tuple(ids[place] for place in group.examples)
        found.append(sheets.Subject(len(found) + 1, group.terms, told, examples))
    return tuple(found)


def _scored(
    data: Data, places: Sequence[int], item: Item, instrument: Instrument, coder: Coder
) -> list[Written | None]:
    """The comments to one question, each with its likeliest theme's probability."""
    about, before = text_theme(item, instrument), asked_before(item, instrument)
    question = coder.question(item.text, item.purpose, about, before)
    texts = [redact(data.comments[place].text).text for place in places]
    coded = coder.code_all(texts, [question] * len(texts))
    scores = coder.scores(texts, [question] * len(texts))
    whole = data.root.id
    return [
        None
        if one.empty or not one.covered
        else Written(text, item.id, data.comments[n].unit or whole, data.comments[n].use, score)
        for n, text, one, score in zip(
            places, texts, coded, scores.max(axis=1, initial=0).tolist(), strict=True
        )
    ]
