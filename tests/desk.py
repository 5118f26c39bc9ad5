"""A closed pulse whose comments lie at the reviewers' desk.

Its software codes by one word, so that tests know what it says and need no learning.
"""

import hashlib
import io
import json
from dataclasses import dataclass
from itertools import cycle, islice

import numpy as np
import polars as pl

from analysis.disclosure import Rule
from analysis.text.coder import Coded, Mention
from surveyapp.extensions import answers_session, db
from surveyapp.models.surveys import Wave
from tests import factories

QUESTION = "barriers"
HARM = "My manager harassed a colleague and nobody did anything."
ONLY = "I am the only night worker who speaks Welsh."
SECRET = "xylophone-quokka"  # stands in every comment that nobody may read


class WordCoder:
    """Says workload, negative, of every comment with “cases” in it."""

    mark = "one word 1, codebook 1 (00000000)"
    themes = ("workload",)

    def question(self, text, purpose="open", about="", before=""):
        return text

    def code_all(self, texts, questions):
        return [self._code(text) for text in texts]

    def scores(self, texts, questions):
        """Every theme is likely, so nothing is left over for new subjects."""
        return np.ones((len(texts), len(self.themes)))

    def _code(self, text):
        start = text.find("cases")
        found = ()
        if start >= 0:
            found = (Mention("workload", "negative", "barrier", start, start + 5, "sure", 1.0),)
        return Coded(found, (), text.lower() in ("n/a", "."), True, self.mark)


@dataclass(frozen=True)
class Said:
    """What somebody wrote: text, the use they chose, and their directorate."""

    text: str
    use: str = "publish"
    unit: str = "days"
    question: str = QUESTION


def plain(number, **more):
    """So many comments that hold nothing to hide, every third about cases."""
    texts = islice(cycle(("Too many cases here", "Nice team here", "Parking is far away")), number)
    return [Said(f"{text}, number {n}.", **more) for n, text in enumerate(texts)]


def a_pulse(said, *, answers=30, state="summarised", promise=True, tables=(), **more):
    """A pulse that has been opened with these comments; its id. Commits."""
    rule = Rule().to_dict()
    covenant = {"rule": rule, "board": {"quorum": 3}, "tables": [{"id": x} for x in tables]}
    if promise:
        covenant["comment_readers"] = 2
    text = json.dumps(covenant)
    wave = factories.a_wave(
        state=state,
        covenant=text,
        covenant_sha256=hashlib.sha256(text.encode()).hexdigest(),
        **more,
    )
    keep(wave, said, answers)
    factories.committed()
    return wave.id


def keep(wave, said, answers):
    """Write the opened answers and comments as opening does."""
    from surveyapp.services import answer_blocks

    units = list(islice(cycle(["days", "nights"]), answers))
    ratings = {item: [3] * answers for item in ("speak_1", "speak_2", "work_1")}
    responses = pl.DataFrame(
        {"unit": units, **ratings}, schema_overrides=dict.fromkeys(ratings, pl.Int8)
    )
    comments = pl.DataFrame(
        [{"question": x.question, "text": x.text, "use": x.use, "unit": x.unit} for x in said],
        schema=dict.fromkeys(("question", "text", "use", "unit"), pl.String),
    )
    for kind, frame in (("responses", responses), ("comments", comments)):
        buffer = io.BytesIO()
        frame.write_parquet(buffer)
        answer_blocks.write(wave.id, kind, buffer.getvalue())


def lay_out(app, coder=None):
    """Do the publisher's round with software that codes by one word."""
    from surveyapp import jobs
    from surveyapp.services import review, review_finding

    before = review.first_coder
    review.first_coder = review_finding.first_coder = lambda: coder or WordCoder()
    try:
        with app.app_context():
            failed = []
            jobs.mind_comments(failed)
            assert failed == []
            answers_session().commit()
    finally:
        review.first_coder = review_finding.first_coder = before


def wave(wave_id):
    return db.session.get_one(Wave, wave_id)


def reviewers(app, number=3):
    """Browsers of so many members of the board."""
    browsers = []
    for n in range(number):
        browser = app.test_client()
        factories.sign_in(browser, "board", email=f"reviewer{n}@example.org")
        browsers.append(browser)
    return browsers
