"""Reading results: the same figures for everybody, nothing early, nothing altered."""

from dataclasses import replace
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup

from analysis.summary import Comparison, Participation, Summary
from surveyapp import clock
from surveyapp.extensions import db
from surveyapp.models.accounts import Account
from surveyapp.models.publications import Publication, PublishedFile
from surveyapp.models.surveys import Programme
from surveyapp.results import findings, pages
from surveyapp.services import results
from tests import factories, published
from tests.analysis import samples

PAGES = (
    "",
    "/themes",
    "/themes/speaking_up",
    "/themes/speaking_up/trend",
    "/over-time",
    "/groups",
    "/groups/nights",
    "/groups/kitchen",
    "/written",
    "/why-not-shown",
    "/downloads",
)


@pytest.fixture
def key(app):
    """Riverside with four published pulses; the address of the newest results."""
    with app.app_context():
        found = published.programme().waves[-1].results_key
        factories.committed()
    return found


def main_text(response):
    assert response.status_code == 200, response.status_code
    return " ".join(BeautifulSoup(response.text, "html.parser").main.get_text(" ").split())


def cells(response, caption):
    """A table's rows as lists of words, by the start of its caption."""
    soup = BeautifulSoup(response.text, "html.parser")
    table = next(t for t in soup.find_all("table") if t.caption.get_text().startswith(caption))
    return [
        [" ".join(cell.get_text(" ").split()) for cell in row.find_all(["th", "td"])]
        for row in table.tbody.find_all("tr")
    ]


@pytest.mark.parametrize("page", PAGES)
def test_staff_and_invited_read_the_same_words(hr, stranger, key, page):
    staff_only = ("Earlier pulses", "Everything promised, and what came of it")
    staff = main_text(hr.get(f"/results/riverside{page}"))
    invited = main_text(stranger.get(f"/r/{key}{page}"))
    for words in staff_only:
        staff = staff.split(words)[0] if words == staff_only[0] else staff.replace(words, "")
    assert staff.split() == invited.split()


def test_invited_people_get_no_cookie_and_no_sign_in(stranger, key):
    for page in PAGES:
        response = stranger.get(f"/r/{key}{page}")
        assert response.status_code == 200
        assert "Set-Cookie" not in response.headers
        assert "Sign out" not in response.text


def test_a_cut_off_address_gets_a_sentence(stranger, key):
    response = stranger.get(f"/r/{key[:-3]}")
    assert response.status_code == 404
    assert "cut off" in response.text


class TestBeforeRelease:
    @pytest.fixture
    def draft_key(self, app):
        with app.app_context():
            programme = factories.a_programme()
            wave = factories.a_wave(programme, "summarised", label="First")
            factories.a_publication(wave)
            factories.committed()
            return wave.results_key

    @pytest.mark.parametrize("role", ["hr", "manager", "board"])
    def test_staff_see_a_date_and_no_figure(self, request, draft_key, role):
        browser = request.getfixturevalue(role)
        words = main_text(browser.get("/results/riverside"))
        assert "The results of First will be here on" in words
        assert "of 100" not in words
        for page in PAGES[1:]:
            assert browser.get(f"/results/riverside{page}").status_code == 409

    def test_so_do_invited_people(self, stranger, draft_key):
        assert "will be here on" in main_text(stranger.get(f"/r/{draft_key}"))
        early = stranger.get(f"/r/{draft_key}/themes/speaking_up")
        assert early.status_code == 409
        assert "They will be here on" in early.text
        with clock.as_if(clock.now() + timedelta(days=60)):
            assert "They were due on" in stranger.get(f"/r/{draft_key}/themes").text
        assert stranger.get(f"/r/{draft_key}/files/themes.svg").status_code == 409

    def test_the_service_gives_the_draft_only_where_it_is_asked_for(self, app, draft_key):
        with app.app_context():
            programme = results.programme_of("riverside")
            assert results.released(programme) == []
            assert results.latest(programme) is None
            assert results.publication_of(results.wave_of_key(draft_key)) is None
            wave, publication, summary = results.draft(programme)
            assert (wave.label, publication.released_on) == ("First", None)
            assert summary.theme("workload").title == "Workload"

    def test_a_programme_without_a_pulse_says_so(self, app, hr):
        with app.app_context():
            factories.a_programme()
            factories.committed()
        assert "No pulse is planned yet" in main_text(hr.get("/results/riverside"))


class TestWhatIsPublished:
    def test_a_correction_takes_the_place_of_what_it_corrects(self, app, key):
        with app.app_context():
            wave = results.wave_of_key(key)
            corrected = replace(samples.summary(4), notes=("Corrected.",))
            factories.a_publication(wave, summary=corrected, number=2)
            factories.committed()
            released = results.released(wave.programme)
            assert [found.number for found, _ in released] == [1, 2, 3, 4]
            assert released[-1][1].notes == ("Corrected.",)
            shown = results.summary_of(results.publication_of(wave))
            assert shown.notes == ("Corrected.",)

    def test_an_altered_publication_is_not_shown(self, app, stranger, key):
        with app.app_context():
            publication = db.session.query(Publication).all()[-1]
            assert '"score": 62' in publication.summary
            publication.summary = publication.summary.replace('"score": 62', '"score": 92')
            db.session.commit()
        response = stranger.get(f"/r/{key}")
        assert response.status_code == 500
        assert "do not match their fingerprint" in response.text
        assert "92" not in response.text

    def test_an_earlier_pulse_keeps_its_figures(self, hr, key):
        score = samples.summary(3).row("speaking_up").figure.score
        words = main_text(hr.get("/results/riverside?pulse=3"))
        assert "What people told us in August 2026" in words
        assert "Earlier pulse" in words
        assert f"Safe to speak up {score:g} (" in words

    @pytest.mark.parametrize("pulse", ["9", "0", "-1", "x", "1e3", "٣"])
    def test_no_other_pulse_can_be_asked_for(self, hr, key, pulse):
        assert hr.get("/results/riverside", query_string={"pulse": pulse}).status_code == 404

    def test_the_address_of_an_earlier_pulse_does_not_show_later_ones(self, app, stranger, key):
        with app.app_context():
            third = results.programme_of("riverside").waves[2].results_key
        words = main_text(stranger.get(f"/r/{third}/over-time"))
        assert "August 2026" in words
        assert "November 2026" not in words

    def test_late_results_are_called_overdue_everywhere(self, app, hr, stranger, key):
        with app.app_context():
            programme = results.programme_of("riverside")
            late = factories.a_wave(programme, "closed")
            late.publishes_at = late.closes_at = None
            moment = factories.at("2026-01-01")
            late.opens_at, late.closes_at = moment, moment.replace(day=2)
            late.publishes_at = moment.replace(day=3)
            factories.committed()
        assert "OVERDUE" in hr.get("/results/riverside").text
        assert "OVERDUE" in stranger.get(f"/r/{key}/groups").text

    def test_simulated_and_imported_results_say_so(self, app, stranger):
        with app.app_context():
            made = published.programme(pulses=1, simulated=True)
            key = made.waves[0].results_key
            factories.committed()
        for page in PAGES:
            response = stranger.get(f"/r/{key}{page}")
            assert "Simulated." in response.text
            assert "Imported" in main_text(response)


class TestPages:
    def test_findings_come_strongest_first(self, stranger, key):
        soup = BeautifulSoup(stranger.get(f"/r/{key}").text, "html.parser")
        themes = [entry.a.get_text() for entry in soup.select(".c-findings li")]
        assert themes == ["Safe to speak up", "Workload", "Communication", "Recognition"]

    def test_a_hidden_figure_looks_the_same_whatever_its_reason(self, stranger, key):
        rows = {row[0]: row[1:] for row in cells(stranger.get(f"/r/{key}/groups"), "Groups by")}
        assert rows["Laundry"] == rows["Kitchen"] == ["▨ Not shown"] * 4
        assert rows["Nights"][0] == "▼ likely lower 52"
        assert rows["Garden"][0] == "mixed"
        assert list(rows) == ["Days", "Nights", "Community team", "Garden", "Laundry", "Kitchen"]

    def test_a_finding_does_not_say_its_title_twice(self, stranger, key):
        soup = BeautifulSoup(stranger.get(f"/r/{key}").text, "html.parser")
        for entry in soup.select(".c-findings li"):
            told = entry.select_one(".c-muted").get_text()
            assert told[0].isupper()
            assert not told.startswith(entry.a.get_text())

    def test_a_group_opens_with_a_sentence(self, stranger, key, monkeypatch):
        rounded = Participation("days", 63, "about 40", "65%")
        monkeypatch.setattr(Summary, "participation_of", lambda *_: rounded)
        soup = BeautifulSoup(stranger.get(f"/r/{key}/groups/days").text, "html.parser")
        assert soup.h1.find_next("p").get_text() == "About 40 of 63 people answered (65%)."

    def test_many_groups_are_folded_and_few_are_not(self, stranger, key, monkeypatch):
        def folded():
            page = stranger.get(f"/r/{key}/themes/workload").text
            return [d.caption.get_text() for d in BeautifulSoup(page, "html.parser")("details")]

        assert folded() == []
        monkeypatch.setattr(pages, "FEW_GROUPS", 5)
        (caption,) = folded()
        assert "in each group" in caption

    def test_gaps_and_breaks_are_words(self, stranger, key):
        gap = cells(stranger.get(f"/r/{key}/themes/recognition/trend"), "Recognition")
        assert gap[1][:2] == ["May 2026 Imported", "▨ Not shown"]
        broken = cells(stranger.get(f"/r/{key}/themes/speaking_up/trend"), "Safe to speak up")
        assert broken[2][3] == "¦ not comparable . A question was reworded."

    def test_a_theme_page_says_what_is_not_known(self, stranger, key):
        soup = BeautifulSoup(stranger.get(f"/r/{key}/themes/workload").text, "html.parser")
        heading = next(tag for tag in soup.find_all("h2") if "don’t know" in tag.get_text())
        assert len(heading.find_next("ul").find_all("li")) >= 2

    def test_published_figures_are_marked_as_other_peoples(self, stranger, key):
        words = main_text(stranger.get(f"/r/{key}/themes/workload"))
        assert "These are civil servants" in words
        assert "Open Government Licence" in words
        nothing = main_text(stranger.get(f"/r/{key}/themes/speaking_up"))
        assert "So we compare with nothing" in nothing

    def test_an_unknown_theme_or_group_is_not_there(self, stranger, key):
        assert stranger.get(f"/r/{key}/themes/luck").status_code == 404
        assert stranger.get(f"/r/{key}/themes/luck/trend").status_code == 404
        assert stranger.get(f"/r/{key}/groups/attic").status_code == 404

    def test_a_too_small_group_says_where_it_counts(self, stranger, key):
        words = main_text(stranger.get(f"/r/{key}/groups/kitchen"))
        assert "Kitchen is too small to show alone. Its answers count in Riverside." in words
        assert "Highest here" not in words

    def test_the_first_pulse_alone_has_no_trend(self, app, stranger):
        with app.app_context():
            key = published.programme(pulses=1).waves[0].results_key
            factories.committed()
        for page in ("/themes/workload", "/themes/workload/trend", "/over-time"):
            assert "One pulse so far" in main_text(stranger.get(f"/r/{key}{page}"))


class TestMyGroup:
    @pytest.mark.parametrize(
        ("own", "shown", "words"),
        [
            ("nights", "Nights", "For a talk in the team"),
            ("kitchen", "Riverside", "Kitchen is too small to show alone. Its answers count in"),
            ("laundry", "Riverside", "Laundry is not shown alone. This is Riverside."),
            ("closed/long/ago", "Riverside", "For a talk in the team"),
            (None, "Riverside", "For a talk in the team"),
        ],
    )
    def test_a_manager_lands_on_the_nearest_group_shown(self, app, manager, key, own, shown, words):
        with app.app_context():
            db.session.query(Account).one().unit_key = own
            db.session.commit()
        response = manager.get("/results/riverside/my-group", follow_redirects=True)
        assert BeautifulSoup(response.text, "html.parser").h1.get_text() == shown
        assert words in main_text(response)

    def test_nobody_else_has_one(self, hr, key):
        assert hr.get("/results/riverside/my-group").status_code == 403


class TestFiles:
    def test_a_chart_that_was_not_kept_is_drawn(self, stranger, key):
        for name in ("themes.svg", "trend-workload.svg", "items-speaking_up.svg"):
            response = stranger.get(f"/r/{key}/files/{name}")
            assert response.mimetype == "image/svg+xml"
            assert response.data == stranger.get(f"/r/{key}/files/{name}").data

    def test_a_kept_file_is_sent_as_it_was_kept(self, app, stranger, key):
        with app.app_context():
            publication = results.publication_of(results.wave_of_key(key))
            for name, kind in (("figures.csv", "text/csv"), ("report.pdf", "application/pdf")):
                db.session.add(
                    PublishedFile(
                        publication_id=publication.id, name=name, media_type=kind, body=b"as kept"
                    )
                )
            db.session.commit()
        sent = stranger.get(f"/r/{key}/files/figures.csv")
        assert sent.data == b"as kept"
        assert sent.headers["Content-Disposition"].startswith("attachment")
        assert stranger.get(f"/r/{key}/files/report.pdf").mimetype == "application/pdf"
        words = main_text(stranger.get(f"/r/{key}/downloads"))
        assert "Figures (CSV)" in words
        assert "Figures (Excel)" not in words
        assert "Figures (JSON)" not in words

    @pytest.mark.parametrize("name", ["answers.csv", "trend-luck.svg", "..%2Fconfig.py", "a.exe"])
    def test_there_is_no_other_file(self, stranger, key, name):
        assert stranger.get(f"/r/{key}/files/{name}").status_code == 404


class TestFindings:
    def test_groups_come_under_their_parent_in_the_declared_order(self):
        first, second, *rest = samples.UNITS
        moved = replace(rest[-1], parent=second.id)
        summary = replace(samples.summary(), units=(first, second, *rest[:-1], moved))
        names = [(unit.id, depth) for unit, depth in findings.tree(summary)]
        assert names[:3] == [("days", 0), ("kitchen", 1), ("nights", 0)]

    def test_only_clear_differences_are_listed(self):
        assert [line.unit.id for line in findings.differences(samples.summary())] == ["nights"]

    def test_highest_and_lowest_are_named_only_where_the_figures_can_tell(self):
        summary = samples.summary()
        # Two themes share the lowest score.
        assert findings.extremes(summary, "nights") is None
        assert findings.extremes(summary, "laundry") is None
        three = replace(summary, themes=tuple(t for t in summary.themes if t.id != "workload"))
        high, low = findings.extremes(three, "nights")
        assert (high.theme.id, low.theme.id) == ("speaking_up", "communication")
        two = replace(three, themes=tuple(t for t in three.themes if t.id != "communication"))
        # 52, likely 47 to 58, and 44, likely 39 to 50: the ranges meet.
        assert findings.extremes(two, "nights") is None

    def test_strength_of_a_change_without_an_interval_is_nothing(self):
        assert findings.strength(Comparison("higher", "May", 5.0)) == 0


def test_pages_ask_the_database_little(app, stranger, key):
    """A page reads one publication a pulse at most once; a second look parses nothing."""
    from sqlalchemy import event

    stranger.get(f"/r/{key}/groups")
    asked = []
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
        stranger.get(f"/r/{key}/groups")
    assert not [text for text in asked if "publication.summary" in text]
    assert len(asked) <= 12


def test_two_programmes_do_not_mix(app, hr, key):
    with app.app_context():
        factories.a_programme("harbour")
        factories.committed()
        assert db.session.query(Programme).count() == 2
    assert "No pulse is planned yet" in main_text(hr.get("/results/harbour"))
