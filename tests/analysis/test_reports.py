"""The report: content written once, the same numbers in every format, doubt on every theme."""

import re
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import get_args

import pytest
from bs4 import BeautifulSoup

from analysis import (
    benchmarks,
    claims,
    how_to_read,
    plots,
    report_html,
    report_tables,
    report_theme,
    reports,
    written,
)
from analysis.charts import brand
from analysis.report_parts import Chart, Points, Report, ReportError, Table, ThemeSection, Words
from analysis.summary import NOT_SHOWN, THE_REST, Comparison, Reading, Verdict
from analysis.usual_range import USUALLY
from tests.analysis import samples, strong_words


@pytest.fixture(scope="module")
def pulses():
    return samples.summaries()


@pytest.fixture(scope="module")
def report(pulses):
    return reports.content(pulses)


@pytest.fixture
def undrawn(monkeypatch):
    """Reports without the time that pictures take."""
    for name in ("trend_svg", "items_svg", "themes_svg"):
        monkeypatch.setattr(plots, name, lambda *_: b"<svg/>")


def words_of(report):
    """Every sentence, cell and alternative text of a report, but what people asked and wrote."""
    for part in report.sections:
        yield part.title
        for block in part.blocks:
            match block:
                case Words():
                    yield block.text
                case Points():
                    if block.title != "Published elsewhere":
                        yield from (block.title, *block.lines)
                case Chart():
                    yield block.alt
                case Table():
                    yield from (block.caption, block.note, *(c for row in block.rows for c in row))


@pytest.fixture(scope="module")
def page(report):
    return BeautifulSoup(report_html.render(report)["report.html"], "html.parser")


def blocks(report, kind):
    return [block for part in report.sections for block in part.blocks if isinstance(block, kind)]


def test_every_theme_has_its_sentence_chart_table_and_doubt(report, pulses):
    assert [section.name for section in report.themes] == [t.title for t in pulses[-1].themes]
    for section in report.themes:
        kinds = {type(block) for block in section.blocks}
        assert {Words, Chart, Table, Points} <= kinds
        assert section.blocks[-1] == Points("What we don’t know", section.unknown, panel=True)


def test_a_theme_does_not_build_without_what_we_dont_know():
    with pytest.raises(ReportError, match="“Workload” does not say what we don’t know"):
        ThemeSection("w", "Workload", "Workload: likely lower", (), unknown=("  ",))


def test_the_report_is_refused_where_the_doubt_is_missing(pulses, monkeypatch):
    monkeypatch.setattr(report_theme, "what_we_dont_know", lambda summary, theme: ())
    with pytest.raises(ReportError, match="Safe to speak up"):
        reports.content(pulses)


def test_nothing_to_report_is_a_sentence():
    with pytest.raises(ReportError, match="no pulse"):
        reports.content(())


def test_the_first_page_holds_at_most_five_sentences(report, pulses):
    assert report.sections[0].blocks[0].lines == claims.five_sentences(pulses[-1])
    assert len(report.sections[0].blocks[0].lines) <= 5


def test_the_method_fits_in_150_words(report):
    method = next(part for part in report.sections if part.id == "method")
    words = " ".join(b.text for b in method.blocks if isinstance(b, Words) and b.tone == "plain")
    assert len(words.split()) <= 150


def test_thresholds_are_those_of_the_rule_not_typed_in(pulses):
    strict = replace(pulses[-1], rule={**samples.RULE, "k": 17})
    report = reports.content([strict])
    assert "fewer than 17 answers" in report.foot
    assert any("fewer than 17 answers" in block.text for block in blocks(report, Words))


def test_groups_stand_in_the_order_of_the_tree_with_no_number_for_small_ones(report):
    table = next(t for t in blocks(report, Table) if t.caption.startswith("Every group"))
    assert [row[0] for row in table.rows] == [unit.name for unit in samples.UNITS]
    cells = {row[0]: row[1:] for row in table.rows}
    assert cells["Garden"][0] == "mixed"
    assert set(cells["Laundry"]) == set(cells["Kitchen"]) == {NOT_SHOWN}
    assert cells["Nights"][0] == "52 · ▼ likely lower"


def test_a_group_known_to_be_too_small_is_named_with_where_its_answers_count(report):
    small = next(b for b in blocks(report, Points) if b.title == "Too small to show alone")
    assert small.lines == ("Kitchen is too small to show alone. Its answers count in Riverside.",)


def test_a_published_figure_stands_with_its_year_its_caution_and_its_source(report):
    section = next(part for part in report.themes if part.name == "Workload")
    place = next(
        i for i, b in enumerate(section.blocks) if getattr(b, "title", "") == "Published elsewhere"
    )
    figures = benchmarks.latest("workload")
    for line, figure in zip(section.blocks[place].lines, figures, strict=True):
        assert f"{figure.percent:.0f}%" in line
        assert str(figure.year) in line
    beneath = section.blocks[place + 1].text
    assert figures[0].caution in beneath
    notes = next(b.lines for b in blocks(report, Points) if b.title == "Notes")
    named = [line for line in notes if figures[0].attribution in line]
    assert len(named) == 1
    assert figures[0].publisher in named[0]


def test_a_theme_that_nobody_published_about_has_none(report):
    section = next(part for part in report.themes if part.name == "Recognition")
    assert not any(getattr(b, "title", "") == "Published elsewhere" for b in section.blocks)


def test_what_changed_starts_with_the_strongest_evidence(report):
    changed = next(part for part in report.sections if part.id == "what-changed")
    verdicts = [row[1].split(".")[0] for row in changed.blocks[0].rows]
    assert verdicts == ["▲ likely higher", "▼ likely lower", "= about the same", "? can’t tell"]


def test_imported_pulses_and_untested_themes_are_marked(report):
    first = next(t for t in blocks(report, Table) if t.caption.endswith("pulse by pulse"))
    assert [row[0] for row in first.rows] == [
        "February 2026 (from a file)",
        "May 2026 (from a file)",
        "August 2026",
        "November 2026",
    ]
    assert [section.marks for section in report.themes] == [
        (),
        ("Not yet tested",),
        ("Not yet tested",),
        ("Not yet tested",),
    ]


def test_labels_say_simulated_and_imported_only_where_true(pulses):
    assert reports.content(pulses).labels == ("Simulated data",)
    assert reports.content(samples.summaries(simulated=False)).labels == ()
    old = [samples.summary(n, simulated=False, imported=True) for n in (1, 2)]
    assert reports.content(old).labels == ("From imported files",)


def test_a_table_with_a_short_row_is_refused():
    with pytest.raises(ReportError, match="row of another length"):
        Table("Odd", ("a", "b"), (("1",),))


def test_a_wide_table_is_cut_into_pieces_that_lose_nothing():
    table = Table("Wide", ("", *"abcdefg"), (("row", *"1234567"),), (1,), "note")
    pieces = table.slices(3)
    assert [piece.head[1:] for piece in pieces] == [("a", "b", "c"), ("d", "e", "f"), ("g",)]
    assert [piece.rows[0][0] for piece in pieces] == ["row"] * 3
    assert [piece.note for piece in pieces] == ["", "", "note"]
    assert table.slices(7) == (table,)


def test_the_page_has_landmarks_language_and_one_way_past_the_contents(page):
    assert page.html["lang"] == "en"
    assert page.html["dir"] == "ltr"
    assert len(page.find_all("h1")) == 1
    for landmark in ("header", "nav", "main", "footer"):
        assert len(page.find_all(landmark)) == 1
    assert page.find("a")["href"] == "#" + page.main["id"]
    assert page.title.text == "Riverside pulse: November 2026 – Candour"


def test_headings_skip_no_level_and_every_link_arrives(page):
    levels = [int(h.name[1]) for h in page.main.find_all(re.compile("^h[1-6]$"))]
    assert levels[0] == 1
    assert all(later <= earlier + 1 for earlier, later in zip(levels, levels[1:], strict=False))
    ids = [node["id"] for node in page.find_all(id=True)]
    assert len(ids) == len(set(ids))
    assert {a["href"].removeprefix("#") for a in page.find_all("a")} <= set(ids)


def test_every_table_has_headers_with_scope_and_a_caption(page):
    assert page.find_all("table")
    for table in page.find_all("table"):
        assert table.caption.text
        assert {th["scope"] for th in table.thead.find_all("th")} == {"col"}
        for row in table.tbody.find_all("tr"):
            assert [th["scope"] for th in row.find_all("th")] == ["row"]


def test_every_picture_is_a_file_beside_the_page_with_words(report, page):
    files = report_html.render(report)
    for image in page.find_all("img"):
        assert image["src"] in files
        assert image["alt"]
    assert {f"charts/{chart.name}.svg" for chart in report.charts} | {"report.html"} == set(files)


def test_the_page_asks_nothing_of_a_network_and_runs_nothing(report):
    text = report_html.render(report)["report.html"].decode()
    assert not re.search(r"<script|<link|\son\w+=|url\(|@import", text)
    assert set(re.findall(r"https?://[^\"' ]+", text)) <= {"http://www.w3.org/2000/svg"}


def test_words_from_data_are_never_markup(pulses):
    nasty = '<script>alert("1")</script> & more'
    newest = replace(
        pulses[-1],
        programme=nasty,
        themes=(replace(pulses[-1].themes[0], title=nasty, description=nasty), *samples.THEMES[1:]),
    )
    text = report_html.render(reports.content([newest]))["report.html"].decode()
    assert "<script" not in text
    assert nasty in unescape(text)


def test_the_same_results_give_the_same_page(report, pulses):
    assert report_html.render(report) == report_html.render(reports.content(pulses))


def test_every_label_stands_at_the_top_and_the_foot(page):
    assert [p.text for p in page.header.find_all(class_="label")] == ["Simulated data"]
    assert [p.text for p in page.footer.find_all(class_="label")] == ["Simulated data"]


def test_the_style_names_only_colours_of_the_brand(report):
    style = re.search(
        "<style>(.*?)</style>", report_html.render(report)["report.html"].decode(), re.S
    )
    palette = {value for name, value in vars(brand).items() if name.isupper() and value[0] == "#"}
    assert set(re.findall("#[0-9a-f]{6}", style[1])) <= palette


def test_the_mark_is_the_one_on_the_site():
    site = Path(__file__).parents[2] / "surveyapp" / "static" / "mark.svg"
    assert "".join(site.read_text().split()) == "".join(brand.MARK.split())


def test_a_report_of_one_pulse_builds(pulses):
    report = reports.content(pulses[:1])
    assert isinstance(report, Report)
    assert report.subtitle == "Results of one pulse, closed 27 February 2026"


def test_how_a_score_may_be_read_stands_in_its_section(report, pulses):
    for section in report.themes:
        found = [b for b in section.blocks if getattr(b, "title", "") == how_to_read.HEADING]
        theme = next(t for t in pulses[-1].themes if t.title == section.name)
        said = how_to_read.how_to_read(pulses[-1], theme.id)
        assert [block.lines for block in found] == ([said] if said else [])


def test_what_going_together_means_is_told_once_and_only_where_it_is_said(report, pulses):
    def told(report):
        return str(report).count(how_to_read.GO_TOGETHER)

    assert told(report) == 1
    themes = tuple(replace(theme, reliability="") for theme in pulses[-1].themes)
    assert told(reports.content([replace(pulses[-1], themes=themes)])) == 0


def test_what_goes_together_stands_with_its_limits_or_not_at_all(report, pulses, undrawn):
    (section,) = (part for part in report.sections if part.id == "together")
    assert section.blocks[-1].lines == how_to_read.LIMITS
    assert section.blocks[0].lines == how_to_read.together(pulses[-1])
    without = reports.content(pulses[:3])
    assert not any(part.id == "together" for part in without.sections)


def test_how_evenly_groups_answered_stands_beside_who_answered(report, pulses, undrawn):
    def texts(report):
        (section,) = (part for part in report.sections if part.id == "who-answered")
        return [block.text for block in section.blocks if isinstance(block, Words)]

    assert texts(report)[1] == pulses[-1].evenness
    assert len(texts(reports.content(pulses[:3]))) == 1


def test_why_a_group_is_not_set_against_the_rest_stands_under_the_table(report):
    found = next(b for b in blocks(report, Points) if b.title == how_to_read.WHY_NOT)
    assert found.lines == ("Every theme – Community team: the difference could be chance.",)


def test_a_reason_stands_once_with_the_themes_in_which_it_holds(pulses):
    newest = pulses[-1]
    rows = tuple(
        replace(row, rest=replace(row.rest, why="Another reason."))
        if (row.theme, row.unit) == ("workload", "community")
        else row
        for row in newest.rows
    )
    (section,) = (
        part
        for part in reports.content([replace(newest, rows=rows)]).sections
        if part.id == "groups"
    )
    found = next(b for b in section.blocks if getattr(b, "title", "") == how_to_read.WHY_NOT)
    assert found.lines == (
        "“Safe to speak up”, “Communication” and “Recognition” – "
        "Community team: the difference could be chance.",
        "“Workload” – Community team: another reason.",
    )


def test_a_long_series_has_its_usual_range_and_a_short_one_says_that_it_is_too_early(
    report, undrawn
):
    notes = next(b.lines for b in blocks(report, Points) if b.title == "Notes")
    early = "Where a score usually lies can be said from 12 pulses on."
    assert notes.count(early) == 1
    long = reports.content(samples.long(13))
    assert early not in str(long)
    found = [b.lines[0] for b in blocks(long, Points) if b.title == USUALLY]
    assert found[0].startswith("The score usually lies between 46 and 57.")


def test_the_figures_to_download_hold_the_sentences_too(pulses):
    lines = list(report_tables.rows(pulses[-1:]))
    told = [line["in_words"] for line in lines if line["kind"] == "how to read"]
    for theme in pulses[-1].themes:
        assert set(how_to_read.how_to_read(pulses[-1], theme.id)) <= set(told)
    (since,) = (line for line in lines if line["kind"] == "since the first pulse")
    assert (since["id"], since["verdict"], since["difference"]) == (
        "workload", "likely lower", "-12",
    )  # fmt: skip
    together = [line["in_words"] for line in lines if line["kind"] == "goes together"]
    assert together[:-1] == list(how_to_read.together(pulses[-1]))
    assert [line["in_words"] for line in lines if line["kind"] == "who answered"] == [
        samples.EVENNESS
    ]
    away = next(line for line in lines if line["kind"] == "theme" and line["group"] == "community")
    assert away["why_against_the_rest"] == "The difference could be chance."
    first = [line for line in report_tables.rows(pulses[:3]) if "in_words" in line]
    assert {line["in_words"] for line in first} == {written.UNAUDITED}


def states():
    """Verdicts of the change, against the rest and since the first pulse, one at a time."""
    for verdict in get_args(Verdict):
        yield {"change": verdict}
        yield {"rest": verdict}
        yield {"first": verdict}
        yield {"change": verdict, "hidden": True}
        yield {"rest": verdict, "hidden": True}


@pytest.mark.parametrize("state", list(states()), ids=str)
def test_no_section_says_more_than_its_figures_allow(state, undrawn):
    base = samples.summary()
    told = Comparison(state.get("change", "cannot_tell"), "August 2026", why="A reason.")
    rest = Comparison(state.get("rest", "cannot_tell"), THE_REST, why="A reason.")
    first = Comparison(state.get("first", "cannot_tell"), "February 2026")
    hidden = state.get("hidden", False)
    newest = replace(
        base,
        rows=tuple(
            replace(r, change=told, rest=rest, figure=None if hidden else r.figure)
            for r in base.rows
        ),
        readings=tuple(Reading(theme.id, since_first=first) for theme in base.themes),
    )
    allowed = set() if hidden else {told.verdict, rest.verdict, first.verdict}
    asked = {item.text for theme in base.themes for item in theme.items}
    asked |= {theme.description for theme in base.themes}
    for text in words_of(reports.content([newest])):
        text = strong_words.without(text, asked)
        assert strong_words.ungated(text, allowed) == [], text
        assert not strong_words.CAUSAL.search(strong_words.without_denials(text)), text
