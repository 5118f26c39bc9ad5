"""A pulse that was locked with an own theme: at the desk, on the pages and in every file."""

import csv
import io
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from analysis import report_html, report_tables, reports
from analysis.summary import Summary
from analysis.text import counts
from analysis.text.codebook import load
from analysis.text.human_codes import BLIND, Code
from analysis.text.own_codebook import BESIDE
from surveyapp import clock, jobs
from surveyapp.extensions import answers_session, db
from surveyapp.services import (
    invitations,
    publishing,
    results,
    review_sheets,
    text_results,
)
from tests import desk, factories, own_themes
from tests.analysis.small_coder import small_coder
from tests.surveyapp.test_results import main_text

NUMBER = 120
WORKLOAD = Code("workload", "negative", "barrier", 0, 5)
PARKING = Code("own_parking", "negative", "barrier", 0, 7)


@dataclass(frozen=True)
class Told:
    """One pulse from the desk to its results: what reviewers saw, the draft, and what came out."""

    sheet: review_sheets.Sheet
    entries: list
    draft: Summary
    summary: Summary
    written: str


def codes_of(entry):
    if "Parking" in entry.text:
        return (PARKING,)
    return (WORKLOAD,) if "cases" in entry.text else ()


def read_all(wave_id):
    for entry in review_sheets.entries(wave_id):
        for reader in ("61", "62"):
            reading = review_sheets.Reading(
                entry.place, reader.ljust(32, "0"), "", codes=codes_of(entry), seen=BLIND
            )
            review_sheets.keep(wave_id, reading)
    db.session.commit()


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """120 comments at the desk, every third about parking, and 20 that nobody may read."""
    app = factories.an_app(tmp_path_factory.mktemp("instance"))
    with pytest.MonkeyPatch.context() as patch:
        for module in (counts, text_results):
            patch.setattr(module, "first_coder", small_coder)
        patch.setattr(invitations, "announce_results", lambda *given: 0)
        patch.setattr(publishing.report_pdf, "render", lambda report: b"%PDF")
        with app.app_context():
            wave_id = desk.a_pulse(
                [*desk.plain(NUMBER), *desk.plain(20, use="themes")],
                state="opened",
                closed_on=clock.now().date().isoformat(),
                publishes_at=clock.now() + timedelta(days=1),
            )
            own_themes.promise(desk.wave(wave_id))
            db.session.commit()
        desk.lay_out(app, coder=small_coder())
        with app.app_context():
            draft = Summary.from_json(publishing.draw_up(desk.wave(wave_id)).summary)
            desk.wave(wave_id).state = "summarised"
            db.session.commit()
            answers_session().commit()
            sheet, entries = review_sheets.sheet(wave_id), list(review_sheets.entries(wave_id))
            read_all(wave_id)
            jobs.tick(clock.now() + timedelta(days=2))
            summary = results.summary_of(results.publication_of(desk.wave(wave_id)))
            key = desk.wave(wave_id).results_key
    page = main_text(app.test_client().get(f"/r/{key}/written"))
    yield Told(sheet, entries, draft, summary, page)
    factories.dispose([app])


def written(summary):
    return next(one for one in summary.text if one.question == desk.QUESTION)


def test_reviewers_have_the_theme_before_them_and_are_told_how_to_use_it(told):
    titles = {theme: title for theme, title, _ in told.sheet.themes}
    assert titles == {
        **load().titles, "workload": own_themes.TITLE, "own_parking": "Parking",
    }  # fmt: skip
    assert told.sheet.themes[-1][2] == f"{own_themes.PARKING.definition} {BESIDE}"
    assert told.sheet.codebook == "1 with own 1"
    assert "own themes 1" in told.sheet.coder
    about = [one for one in told.entries if "Parking" in one.text]
    assert len(about) == 40
    assert all("own_parking" in {code.theme for code in one.codes} for one in about)


def test_before_anybody_checked_there_are_counts_and_no_share(told):
    (parking,) = (one for one in written(told.draft).themes if one.theme == "own_parking")
    assert (parking.title, parking.count) == ("Parking", "about 45")
    assert "coded since March" in parking.note
    assert not written(told.draft).audited


def test_its_share_comes_out_once_people_have_checked_it(told):
    audit = written(told.summary).audit
    share = audit.share("own_parking")
    assert share.low <= 33 <= share.high
    titles = {theme.theme: theme.title for theme in audit.themes}
    assert (titles["own_parking"], titles["workload"]) == ("Parking", own_themes.TITLE)
    page = report_html.render(reports.content([told.summary]))["report.html"].decode()
    for said in (
        f"Called “{own_themes.TITLE}” here since March. The shipped title is",
        "“Parking” is this organisation’s own theme, coded since March.",
    ):
        assert said in told.written
        assert said in page


def test_a_title_is_text_in_every_file(told):
    result = written(told.summary)
    nasty = '=HYPERLINK("http://x","Cars")<b>'
    themes = tuple(
        replace(one, title=nasty) if one.theme == "own_parking" else one
        for one in result.audit.themes
    )
    bad = replace(result, audit=replace(result.audit, themes=themes))
    text = tuple(bad if one is result else one for one in told.summary.text)
    changed = replace(told.summary, text=text)
    rows = csv.DictReader(io.StringIO(report_tables.csv([changed])))
    (row,) = (one for one in rows if one["id"] == "own_parking")
    assert row["name"].startswith("'=HYPERLINK")
    assert "own theme, coded since March" in row["in_words"]
    page = report_html.render(reports.content([changed]))["report.html"].decode()
    assert "=HYPERLINK" in page
    assert "Cars&quot;)&lt;b&gt;" in page
    assert "<b>" not in page
