"""The PDF: tagged, titled, in one known font, the same bytes, the same numbers as the page."""

import io
import re
from dataclasses import replace

import pytest
import typst
from bs4 import BeautifulSoup
from pypdf import PdfReader

from analysis import report_html, report_pdf, reports
from analysis.report_parts import (
    Chart,
    Points,
    Report,
    ReportError,
    Section,
    Table,
    ThemeSection,
    Words,
)
from analysis.summary import NOT_SHOWN, Quote
from tests.analysis import samples


@pytest.fixture(scope="module")
def report():
    return reports.content(samples.summaries())


@pytest.fixture(scope="module")
def pdf(report):
    return report_pdf.render(report)


@pytest.fixture(scope="module")
def reader(pdf):
    return PdfReader(io.BytesIO(pdf))


@pytest.fixture(scope="module")
def texts(reader):
    """The words of each page: drawn charts are outlines, and slow to read."""
    return [page.extract_text() for page in reader.pages]


def without_charts(report):
    """The report without its pictures, whose letters are outlines: its words are read sooner."""
    parts = [
        replace(part, blocks=tuple(b for b in part.blocks if not isinstance(b, Chart)))
        for part in report.sections
    ]
    return replace(report, sections=tuple(parts))


def small(text, **settings):
    body = Section("s", "S", "A heading", (Words(text),))
    return Report("P", "A title", "Below", (), "Foot", (body,), **settings)


def text_of(pdf):
    return plain(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def plain(texts):
    return " ".join(" ".join(texts).split())


def structure(node, found):
    """The kinds of tag under a node of the structure tree."""
    node = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(node, list):
        for child in node:
            structure(child, found)
    elif isinstance(node, dict):
        if "/S" in node:
            found.append((str(node["/S"]), node))
        if "/K" in node:
            structure(node["/K"], found)
    return found


def test_it_says_it_is_tagged_and_names_its_title_and_language(reader):
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert reader.metadata.title == "Riverside pulse: November 2026"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert "pdfuaid:part" in root["/Metadata"].get_object().get_data().decode()


def test_tables_have_header_cells_and_pictures_have_words(reader, report):
    tags = structure(reader.trailer["/Root"]["/StructTreeRoot"], [])
    kinds = [kind for kind, _ in tags]
    tables = [b for p in report.sections for b in p.blocks if isinstance(b, Table)]
    assert kinds.count("/Table") >= len(tables)
    assert kinds.count("/TH") >= sum(len(table.head) for table in tables)
    pictures = [node for kind, node in tags if kind == "/Figure"]
    assert len(pictures) == len(report.charts) + 1  # and the mark
    assert all(str(node["/Alt"]) for node in pictures)
    assert {"/H1", "/H2", "/H3"} <= set(kinds)


def test_the_same_report_gives_the_same_bytes_and_no_date(pdf, report, reader):
    assert report_pdf.render(report) == pdf
    assert reader.metadata.creation_date is None


def test_only_our_font_is_embedded(reader):
    fonts = {
        str(font.get_object()["/BaseFont"]).split("+")[-1]
        for page in reader.pages
        for font in page["/Resources"].get("/Font", {}).values()
    }
    assert fonts
    assert all(name.startswith("DejaVuSans") for name in fonts)


def test_every_page_says_simulated_and_how_groups_are_protected(texts):
    for words in texts:
        assert "Simulated data" in words
        assert "Groups with fewer than 10 answers are never shown" in words
    real = without_charts(reports.content(samples.summaries(simulated=False)))
    assert "Simulated data" not in text_of(report_pdf.render(real))


def test_the_page_and_the_pdf_hold_the_same_numbers(texts, report):
    page = BeautifulSoup(report_html.render(report)["report.html"], "html.parser")
    pattern = re.compile(r"\d+(?:\.\d+)?")
    from_page = set(pattern.findall(page.main.get_text(" ")))
    from_pdf = set(pattern.findall(plain(texts)))
    assert from_page <= from_pdf
    pages = {str(number) for number in range(1, 40)}
    assert from_pdf - from_page <= pages


def test_not_shown_is_the_same_token_everywhere(texts):
    assert plain(texts).count(NOT_SHOWN) > 20


def test_words_from_data_are_never_markup():
    text = text_of(report_pdf.render(small('#panic("x") *bold* $x^2$ @name <label> \\ [a]')))
    assert '#panic("x") *bold* $x^2$ @name <label> \\ [a]' in text


def test_signs_our_font_lacks_are_spelled_out():
    newest = replace(samples.summary(), quotes=(Quote("barriers", "Well done \U0001f9c1"),))
    report = without_charts(reports.content([newest]))
    assert "Well done [cupcake]" in text_of(report_pdf.render(report))


def test_letters_our_font_lacks_are_refused_in_a_sentence():
    with pytest.raises(report_pdf.LettersError, match="lacks the letter “ਬ”.*HTML report"):
        report_pdf.render(small("ਬੋਲਣਾ"))


def test_welsh_polish_ukrainian_and_arabic_are_set():
    for words in ("Ŵyth cwestiwn", "Zażółć gęślą jaźń", "Їжак", "استبيان"):
        assert report_pdf.render(small(words))


def test_right_to_left_is_passed_on():
    pdf = report_pdf.render(small("استبيان", language="ar", direction="rtl"))
    assert PdfReader(io.BytesIO(pdf)).trailer["/Root"]["/Lang"] == "ar"


def test_any_warning_fails(monkeypatch):
    def with_a_warning(*_args, **_settings):
        return b"%PDF", ["unknown font family"]

    monkeypatch.setattr(typst, "compile_with_warnings", with_a_warning)
    with pytest.raises(ReportError, match="with a warning: unknown font"):
        report_pdf.render(small("x"))


def test_a_long_heading_between_full_columns_keeps_its_width():
    head = ("Group", "Taken seriously by employers", "Help that staff know of")
    head = (*head, "Time off is easy to get", "An industry that cares")
    rows = (("More than 1,000 people", *("55 · ▼ likely lower",) * 4),)
    body = Section("s", "S", "A heading", (Table("Groups", head, rows),))
    pdf = report_pdf.render(Report("P", "A title", "Below", (), "Foot", (body,)))
    lines = PdfReader(io.BytesIO(pdf)).pages[0].extract_text().splitlines()
    assert any("Taken seriously" in line for line in lines)


@pytest.mark.parametrize("lines", range(33, 39))
def test_a_heading_and_its_words_stand_with_the_table_they_lead_to(lines):
    """Wherever on the page they come."""
    before = tuple(Words(f"Filling line {line}") for line in range(lines))
    table = Table("The caption", ("Group", "Score"), tuple((f"Row {n}", "50") for n in range(30)))
    parts = (
        Section("a", "A", "Before", ()),
        Section("b", "B", "Between", before),
        Section("c", "C", "The heading", (Words("What the table says."), table)),
    )
    pdf = report_pdf.render(Report("P", "A title", "Below", (), "Foot", parts))
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]
    (page,) = (text for text in pages if "The heading" in text)
    assert "What the table says." in page
    assert "The caption" in page
    assert "Row 0" in page


def filled(page):
    """How far down a page its words reach, as a share of the room between header and footer."""
    heights = []

    def note(text, cm, tm, _font, _size):
        if text.strip():
            heights.append(tm[5] * cm[3] + cm[5])

    page.extract_text(visitor_text=note)
    high = float(page.mediabox.height)
    inside = [height / high for height in heights if 0.07 < height / high < 0.92]
    return (0.92 - min(inside)) / 0.85


def test_a_theme_with_all_that_is_said_of_it_leaves_no_page_nearly_empty():
    """The longest theme there is: three questions, six pulses, comments, and surveys elsewhere."""
    shape = '<svg xmlns="http://www.w3.org/2000/svg" width="{}" height="{}"></svg>'
    trend, items = (Chart("c", shape.format(640, high).encode(), "Words") for high in (262, 305))
    line = "In the middle of all organisations, half of those who answered agree to it (2024)."
    pulses = Table(
        "Pulse by pulse",
        ("Pulse", "Score", "Likely range", "Answers", "Compared with the pulse before"),
        tuple(
            (
                "January 2026",
                "40",
                "38 to 43",
                "430",
                "= about the same. If there is a difference, it is small.",
            )
            for _ in range(6)
        ),
    )
    asked = "I keep quiet about problems to protect myself (agreeing is the worse answer)"
    questions = Table(
        "Question by question",
        (
            "Question",
            "Answers",
            "Better",
            "Likely range",
            "In between",
            "Worse",
            "Since last asked",
        ),
        ((asked, "370", "46%", "41% to 49%", "36%", "19%", "−3 to +16"),) * 3,
    )
    blocks = (
        Words("Where it stands.", "lead"),
        Words("What it is about.", "quiet"),
        trend,
        pulses,
        Points("How to read this score", (line, line, f"{line} {line}")),
        items,
        questions,
        Words(f"{line} {line}", "quiet"),
        Words(f"{line} {line}", "quiet"),
        Points("Beside what people wrote", (line, line)),
        Words(f"{line} {line}", "quiet"),
        Points("Published elsewhere", (line,) * 4),
        Words(line, "quiet"),
        Points("What we don’t know", ("What the others think.",) * 6, panel=True),
    )
    title = "Safe to speak up: likely higher, though the last pulse alone does not show it"
    theme = ThemeSection("t", "T", title, blocks, ("Not yet tested",), ("Much.",))
    before = Section("a", "A", "Before", (Words("Words."),))
    pdf = report_pdf.render(Report("P", "A title", "Below", (), "Foot", (before, theme)))
    first, *pages = PdfReader(io.BytesIO(pdf)).pages
    assert "Before" in first.extract_text()
    assert len(pages) == 2
    assert min(filled(page) for page in pages) > 0.4


def test_a_programme_called_by_a_question_has_no_colon_behind_it():
    asked = replace(samples.summary(), programme="How is work?")
    assert reports.content([asked]).title == "How is work? November 2026"
