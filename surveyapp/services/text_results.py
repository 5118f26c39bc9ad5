"""A pulse's results once people have read its comments: audited shares, and comments to quote.

When the results are due the publisher counts what reviewers coded, keeps the counts with the
answers, puts shares and cleared comments into the waiting draft, and closes the desk. A publication
that is out is never changed.
"""

import json
import secrets
from collections import Counter
from collections.abc import Collection
from contextlib import suppress

from analysis import dataset
from analysis.summary import NOT_SHOWN, Summary
from analysis.text.audit_release import Before, asked_alike, with_review
from analysis.text.coder import Coder, first_coder
from analysis.text.directorates import large_enough
from analysis.text.emerging import LEAST, PUBLISHED, terms_of
from analysis.text.new_subjects import NamedSubject, NewSubjects, with_subjects
from analysis.text.reviewed import Example, Reviewed, count_audit
from surveyapp.keys import MissingKey
from surveyapp.models.surveys import Wave
from surveyapp.services import (
    answer_blocks,
    authoring,
    covenants,
    own_codebooks,
    publishing,
    results,
    review,
)
from surveyapp.services import review_sheets as sheets
from surveyapp.services.review_reasons import GONE, TOLD

BLOCK = "text"
LOST = TOLD[GONE]


def settle(wave: Wave, coder: Coder | None = None) -> bool:
    """Put what reviewers found into the waiting draft; give whether there was a desk to close.

    Commits store by store. After a crash the next round finishes with the counts that were kept.
    """
    # Whoever empties the desk's tables must not make a review go as if nobody had written.
    if not sheets.is_laid_out(wave.id) and not review.prepare(wave):
        return False
    draft = publishing.waiting(wave)
    if draft is not None:
        earlier = _earlier(wave)
        found = _kept(wave) or _count(wave, earlier, coder or first_coder())
        rule = covenants.rule_of(wave)
        own = own_codebooks.of_wave(wave)
        told = with_review(results.summary_of(draft), found, rule, earlier, own)
        told = with_subjects(told, found.subjects, rule, [past.summary for past in earlier])
        publishing.redraw(wave, draft, told)
        _propose(wave, told)
    review.put_away(wave)
    return True


def _count(wave: Wave, earlier: list[Before], coder: Coder) -> Reviewed:
    if not sheets.is_readable(wave.id):
        # Whoever destroys the desk's key must not hide that comments were there.
        found = Reviewed((), (), ((LOST, sheets.how_many(wave.id)),), secrets.randbits(63))
    else:
        found = _read(wave, earlier, coder)
    answer_blocks.write(wave.id, BLOCK, json.dumps(found.to_dict()).encode())
    return found


def _read(wave: Wave, earlier: list[Before], coder: Coder) -> Reviewed:
    instrument = authoring.instrument_of(wave)
    opened = publishing.load(wave)
    counts = count_audit(
        str(wave.number),
        opened.comments,
        instrument,
        review.audit(wave.id),
        review.seeds(wave.id),
        coder,
        asked_alike(earlier, {item.id: item.text for item in instrument.texts}),
        _directorates(wave, opened),
        own_codebooks.of_wave(wave),
    )
    withheld = review.withheld(wave.id)
    return Reviewed(
        questions=counts,
        examples=tuple(
            Example(
                one.comment, one.question, one.text, tuple(sorted({c.theme for c in one.codes}))
            )
            for one in review.cleared(wave.id)
            if one.use == "publish"
        ),
        withheld=tuple((words, withheld[reason]) for reason, words in TOLD.items()),
        seed=secrets.randbits(63),
        subjects=_subjects(wave),
    )


def _subjects(wave: Wave) -> NewSubjects:
    """What reviewers made of subjects that no theme covers: names and counts, no other words."""
    found = review.new_subjects(wave.id)
    named = tuple(
        NamedSubject(one.name, tuple((name, *counts) for name, counts in one.questions.items()))
        for one in found.named
    )
    return NewSubjects(named, found.kept, found.merged, found.dropped, found.left)


def _directorates(wave: Wave, opened: dataset.Wave) -> tuple[str, ...] | None:
    """Those large enough to be compared; ``None`` unless the wave's promises name the table."""
    if not covenants.compares_comments(wave):
        return None
    return large_enough(opened, covenants.rule_of(wave))


def _propose(wave: Wave, told: Summary) -> None:
    """Put the new subjects that these results name forward for the programme's own codebook, and
    offer it the words of those that went to a theme.

    Not sooner: HR, who decides on it, learns nothing of a pulse before everybody else does. Nor
    does it get words that only the board may read, that reviewers hold back, or that fewer than
    five people wrote; nor anything of a desk that cannot be read.
    """
    if not sheets.is_readable(wave.id):
        return
    found = review.new_subjects(wave.id)
    public = {name for result in told.text for name, _ in result.subjects}
    named = [one for one in found.named if one.name in public]
    shown = {result.question for result in told.text if result.comments != NOT_SHOWN}
    least = max(LEAST, covenants.rule_of(wave).comments_theme)
    themes = [
        one
        for one in found.themes
        if any(name in shown and readable >= least for name, (readable, _) in one.questions.items())
    ]
    open_words = _open_words(wave, shown, least) if named or themes else set()
    for one in named:
        terms = [term for term in one.terms if term in open_words]
        # A name that is a theme's by now, or a word that cannot be a phrase.
        with suppress(own_codebooks.Faulty):
            own_codebooks.propose(wave.programme, one.name, terms, publishing.SCHEDULER)
    for one in themes:
        terms = [term for term in one.terms if term in open_words]
        own_codebooks.offer(wave.programme, one.name, terms, wave.label, publishing.SCHEDULER)


def _open_words(wave: Wave, shown: Collection[str], least: int) -> set[str]:
    """What so many people wrote to one of these questions, in comments for everybody to read of
    which reviewers withheld none; without what they masked."""
    held = Counter(
        (entry.question, term)
        for entry, read in review.read(wave.id)
        if entry.use == PUBLISHED
        and entry.question in shown
        and sheets.outcome_of(entry, read) != "withheld"
        for term in terms_of(sheets.masked(entry, read).text)
    )
    return {term for (_, term), number in held.items() if number >= least}


def _kept(wave: Wave) -> Reviewed | None:
    """What was counted of a wave's review; ``None`` before that, and when its time is over."""
    block = None
    with suppress(MissingKey):
        block = answer_blocks.read(wave.id, BLOCK)
    return Reviewed.from_dict(json.loads(block)) if block else None


def _earlier(wave: Wave) -> list[Before]:
    """The programme's earlier pulses that are out, oldest first."""
    found = []
    for one in wave.programme.waves:
        sent = results.publication_of(one) if one.number < wave.number else None
        if sent is not None:
            found.append(Before(results.summary_of(sent), _kept(one)))
    return found
