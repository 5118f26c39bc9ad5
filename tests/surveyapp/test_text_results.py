"""Before results come out: what reviewers coded becomes shares, and what they cleared is quoted."""

import json
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from sqlalchemy import text

from analysis.summary import Summary
from analysis.text import counts
from analysis.text.direction import DIRECTIONS
from analysis.text.human_codes import BLIND, Code
from surveyapp import clock, jobs
from surveyapp.extensions import answers_session, db
from surveyapp.models.publications import PublishedFile
from surveyapp.services import (
    answer_blocks,
    covenants,
    invitations,
    publishing,
    results,
    review,
    review_sheets,
    text_results,
)
from surveyapp.services.review_reasons import DIFFER, TOLD, UNREAD
from tests import desk

WORKLOAD = Code("workload", "negative", "barrier", 0, 5)
NUMBER = 120


class ScoringCoder(desk.WordCoder):
    """Sure of workload where “cases” stands, and nearly sure of nothing elsewhere."""

    themes = ("workload", "team_peers")

    def code(self, text, question):
        return self._code(text)

    def scores(self, texts, questions):
        found = np.full((len(texts), 2), 0.01)
        found[["cases" in text for text in texts], 0] = 0.9
        return found

    def direction_scores(self, texts, questions):
        ways = np.zeros((len(texts), 2, len(DIRECTIONS)))
        ways[:, :, DIRECTIONS.index("negative")] = self.scores(texts, questions)
        return ways


@pytest.fixture(autouse=True)
def _only_what_is_tested(monkeypatch):
    """Neither learning nor mail, and no pages set for print."""
    for module in (counts, text_results):
        monkeypatch.setattr(module, "first_coder", ScoringCoder)
    monkeypatch.setattr(invitations, "announce_results", lambda *given: 0)
    monkeypatch.setattr(publishing.report_pdf, "render", lambda report: b"%PDF")


def waiting(app, said, **more):
    """A pulse whose draft waits for its date, with these comments at the desk; its id."""
    with app.app_context():
        day = clock.now().date().isoformat()
        wave_id = desk.a_pulse(
            said,
            state="opened",
            closed_on=day,
            publishes_at=clock.now() + timedelta(days=1),
            **more,
        )
    desk.lay_out(app, coder=ScoringCoder())
    with app.app_context():
        publishing.draw_up(desk.wave(wave_id))
        desk.wave(wave_id).state = "summarised"
        db.session.commit()
        answers_session().commit()
    return wave_id


@pytest.fixture
def pulse(app):
    """120 comments at the desk, and 20 that nobody may read."""
    return waiting(app, [*desk.plain(NUMBER), *desk.plain(20, use="themes")])


def read_all(wave_id, readers=("a", "b"), reason=lambda entry: "", upto=NUMBER):
    """Two reviewers code every comment blind, rightly, and clear those without a reason."""
    for entry in list(review_sheets.entries(wave_id))[:upto]:
        for reader in readers:
            codes = (WORKLOAD,) if "cases" in entry.text else ()
            reading = review_sheets.Reading(
                entry.place,
                reader.encode().hex().ljust(32, "0"),
                reason(entry),
                codes=codes,
                seen=BLIND,
            )
            review_sheets.keep(wave_id, reading)
    db.session.commit()


def published(app, wave_id):
    with app.app_context():
        jobs.tick(clock.now() + timedelta(days=2))
        sent = results.publication_of(desk.wave(wave_id))
        return results.summary_of(sent)


def test_what_two_people_read_comes_out_as_shares_and_quotes(app, pulse):
    with app.app_context():
        read_all(pulse)
    summary = published(app, pulse)
    (result,) = (one for one in summary.text if one.question == desk.QUESTION)
    assert result.audited
    share = result.audit.share("workload")
    assert share.low <= 33 <= share.high  # every third of them
    (agreed,) = (one for one in result.audit.found.agreed if one.label == "workload")
    assert (agreed.f1, agreed.kappa, agreed.span) == (100, 100, 100)
    assert agreed.direction is None, "all of them are problems"
    assert len(summary.quotes) == NUMBER
    assert summary.not_quoted == ()


@pytest.mark.parametrize(
    ("tables", "answers", "told"),
    [
        ([covenants.COMMENTS_COMPARED], 60, {"higher", "lower"}),
        ([covenants.COMMENTS_COMPARED], 38, {"not_shown"}),  # 19 people of each group
        ([], 60, set()),
    ],
)
def test_groups_are_compared_where_that_was_promised_and_enough_answered(
    app, tables, answers, told
):
    said = [
        desk.Said(
            f"{'Too many cases' if days or n % 5 == 0 else 'Nice team'} here, {n}.", unit=unit
        )
        for unit, days in (("days", True), ("nights", False))
        for n in range(60)
    ]
    wave_id = waiting(app, said, tables=tables, answers=answers)
    with app.app_context():
        read_all(wave_id)
    (result,) = (one for one in published(app, wave_id).text if one.question == desk.QUESTION)
    found = {one.unit: one.rest.verdict for one in result.audit.groups if one.theme == "workload"}
    assert {found.get("days"), found.get("nights")} - {None} == told
    if "higher" in told:
        assert found["days"] == "higher"


def test_the_draft_is_replaced_before_it_is_out_and_all_its_files_with_it(app, pulse):
    with app.app_context():
        before = publishing.waiting(desk.wave(pulse))
        before_sha, number = before.sha256, before.id
        read_all(pulse)
    summary = published(app, pulse)
    with app.app_context():
        sent = results.publication_of(desk.wave(pulse))
        assert (sent.id, sent.sha256 != before_sha) == (number, True)
        file = db.session.get(PublishedFile, (sent.id, "summary.json"))
        assert file.body == summary.to_json().encode()
        csv = db.session.get(PublishedFile, (sent.id, "figures.csv")).body.decode()
        assert str(summary.text[0].audit.share("workload").percent) in csv


def test_after_an_update_each_count_has_the_mark_of_the_software_that_made_it(
    app, pulse, monkeypatch
):
    """The draft counts comments, the results date scores them anew for the shares."""

    class Newer(ScoringCoder):
        mark = "one word 2, codebook 1 (11111111)"

        def _code(self, text):
            return replace(super()._code(text), mentions=())

    with app.app_context():
        (drafted,) = (
            one
            for one in results.summary_of(publishing.waiting(desk.wave(pulse))).text
            if one.question == desk.QUESTION
        )
        read_all(pulse)
    for module in (counts, text_results):
        monkeypatch.setattr(module, "first_coder", Newer)
    (result,) = (one for one in published(app, pulse).text if one.question == desk.QUESTION)
    assert [one.theme for one in drafted.themes] == ["workload"], "which the newer one never finds"
    assert (result.themes, result.coder) == (drafted.themes, ScoringCoder.mark)
    assert result.audit.found.coder == Newer.mark
    share = result.audit.share("workload")
    assert share.low <= 33 <= share.high, "people found it"


def test_a_report_that_cannot_be_set_any_more_does_not_stay_as_it_was(app, pulse, monkeypatch):
    def unset(_report):
        raise publishing.ReportError("These words cannot be set.")

    with app.app_context():
        draft = publishing.waiting(desk.wave(pulse)).id
        assert db.session.get(PublishedFile, (draft, publishing.REPORT))
        read_all(pulse)
    monkeypatch.setattr(publishing.report_pdf, "render", unset)
    published(app, pulse)
    with app.app_context():
        assert db.session.get(PublishedFile, (draft, publishing.REPORT)) is None
        assert db.session.get(PublishedFile, (draft, "summary.json"))


def test_without_a_review_the_draft_comes_out_with_the_reason(app, pulse):
    summary = published(app, pulse)
    (result,) = (one for one in summary.text if one.question == desk.QUESTION)
    assert (result.audited, summary.quotes) == (False, ())
    assert result.unchecked
    assert dict(summary.not_quoted) == {TOLD[UNREAD]: "about 120"}


def test_withheld_and_board_only_comments_are_never_quoted(app):
    board = (desk.Said(f"Board words {n}.", use="board") for n in range(20))
    wave_id = waiting(app, [*desk.plain(100), *board])
    with app.app_context():
        read_all(wave_id, reason=lambda entry: "abuse" if "Parking" in entry.text else "")
    summary = published(app, wave_id)
    words = summary.to_json()
    assert "Nice team" in words
    assert "Board words" not in words
    assert "Parking" not in words
    assert dict(summary.not_quoted) == {TOLD["abuse"]: "about 35"}


def test_what_two_people_read_and_did_not_agree_on_is_told_so(app):
    said = [desk.Said(f"Managers lie to us, number {n}.") for n in range(20)]
    wave_id = waiting(app, [*said, *desk.plain(20)])
    with app.app_context():
        read_all(wave_id, readers=("b",))
        read_all(wave_id, ("c",), reason=lambda one: "abuse" if "Managers" in one.text else "")
    summary = published(app, wave_id)
    assert len(summary.quotes) == 20
    assert dict(summary.not_quoted) == {TOLD[DIFFER]: "about 20"}


def test_counts_and_seed_are_kept_with_the_answers_and_give_the_same_bytes(app, pulse):
    with app.app_context():
        read_all(pulse)
    summary = published(app, pulse)
    with app.app_context():
        wave = desk.wave(pulse)
        kept = text_results._kept(wave)
        plain = Summary.from_json(summary.to_json())
        again = text_results.with_review(plain, kept, text_results.covenants.rule_of(wave))
        assert again.to_json() == summary.to_json()
        assert "cases here" not in json.dumps([one.to_dict() for one in kept.questions])


def test_a_crash_before_the_draft_is_saved_is_finished_with_what_was_counted(
    app, pulse, monkeypatch
):
    with app.app_context():
        read_all(pulse)
        real = review.put_away
        monkeypatch.setattr(review, "put_away", lambda wave: answers_session().commit() or 1 / 0)
        with pytest.raises(ZeroDivisionError):
            text_results.settle(desk.wave(pulse))
        db.session.rollback()
        first = answer_blocks.read(pulse, "text")
        monkeypatch.setattr(review, "put_away", real)
        assert text_results.settle(desk.wave(pulse))
        assert answer_blocks.read(pulse, "text") == first
        assert not text_results.settle(desk.wave(pulse))


def test_a_review_that_cannot_be_counted_keeps_no_results_back(app, pulse, monkeypatch):
    monkeypatch.setattr(text_results, "count_audit", lambda *given: 1 / 0)
    with app.app_context(), pytest.raises(jobs.Unfinished):
        jobs.tick(clock.now() + timedelta(days=2))
    with app.app_context():
        assert desk.wave(pulse).state == "published"
        assert not results.summary_of(results.publication_of(desk.wave(pulse))).text[0].audited


def test_a_desk_whose_key_is_destroyed_is_told_of(app, pulse):
    """Whoever may delete files must not make a review go as if nobody had written."""
    with app.app_context():
        read_all(pulse)
        review_sheets.destroy_key(pulse)
    summary = published(app, pulse)
    assert summary.quotes == ()
    assert dict(summary.not_quoted) == {text_results.LOST: "about 120"}
    with app.app_context():
        assert not review_sheets.is_laid_out(pulse)


FOUND_LOST = {text_results.LOST: "about 120"}


@pytest.mark.parametrize(
    ("sql", "quotes", "left"),
    [
        (("DELETE FROM review_comment WHERE place <= 20",), 100, {text_results.LOST: "about 20"}),
        (("UPDATE review_comment SET sealed = x'00' WHERE place = 1",), 119,
         {text_results.LOST: "fewer than 5"}),
        (("UPDATE review_comment SET sealed = x'00'",), 0, FOUND_LOST),
        (("UPDATE review_sheet SET sealed = x'00'",), 0, FOUND_LOST),
        (("UPDATE review_reading SET sealed = x'00'",), 0, FOUND_LOST),
        (("UPDATE review_reading SET sealed = x'00' WHERE sheaf = 1",), 99,
         {text_results.LOST: "about 20"}),
        (("DELETE FROM review_reading",), 0, FOUND_LOST),
        (("UPDATE review_subjects SET sealed = x'00'",), 120, {}),
        (("DELETE FROM review_reading", "DELETE FROM review_comment",
          "DELETE FROM review_subjects", "DELETE FROM review_sheet"), 0, FOUND_LOST),
    ],
)  # fmt: skip
def test_rows_that_somebody_damages_or_deletes_are_told_of(
    app, pulse, monkeypatch, sql, quotes, left
):
    """Whoever may write the office's database, and holds no key, buries no comment untold."""
    monkeypatch.setattr(review, "first_coder", ScoringCoder)
    with app.app_context():
        read_all(pulse)
        for one in sql:
            db.session.execute(text(one))
        db.session.commit()
    summary = published(app, pulse)
    assert (len(summary.quotes), dict(summary.not_quoted)) == (quotes, left)
    with app.app_context():
        assert not review_sheets.is_laid_out(pulse)
        assert not review_sheets.is_readable(pulse)


def test_what_is_out_is_never_changed(app, pulse):
    published(app, pulse)
    with app.app_context():
        wave = desk.wave(pulse)
        sent = results.publication_of(wave)
        assert publishing.waiting(wave) is None
        changed = replace(results.summary_of(sent), notes=("New.",))
        with pytest.raises(publishing.NotNow):
            publishing.redraw(wave, sent, changed)
        assert not text_results.settle(wave)


def test_once_counted_the_desk_is_closed_and_stays_closed(app, pulse):
    with app.app_context():
        read_all(pulse)
        text_results.settle(desk.wave(pulse))
        assert not review_sheets.is_laid_out(pulse)
        assert not review.prepare(desk.wave(pulse))
