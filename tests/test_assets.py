"""The stylesheets: our palette, our look, and light enough for a phone on a bad line."""

import gzip
import re
from pathlib import Path

import pytest

from analysis.charts import brand
from tests.browser.harness import ROOT, STYLES
from tests.needed import need

ASSETS = ROOT / "assets"
BUILT = (STYLES, STYLES.with_name("respond.css"))
COLOURS = {name: value for name, value in vars(brand).items() if str(value).startswith("#")}
MARK = ROOT / "surveyapp" / "static" / "mark.svg"
FIRST_VIEW = 15_000

built = pytest.mark.usefixtures("stylesheets")


@pytest.fixture(scope="session")
def stylesheets():
    """The stylesheets as built by ``npm run build``."""
    need(*BUILT)


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    """WCAG 2 contrast ratio."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_of_black_on_white():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


def test_the_palette_is_the_one_of_charts_and_reports():
    text = (ASSETS / "_settings.scss").read_text(encoding="utf-8")
    found = dict(re.findall(r"^\$([a-z-]+): (#[0-9a-f]{6});", text, re.MULTILINE))
    assert {name.upper().replace("-", "_"): value for name, value in found.items()} == COLOURS


def test_the_mark_is_the_one_of_the_reports():
    assert re.sub(r"\n\s*", "", MARK.read_text(encoding="utf-8")) == brand.MARK


def test_no_colour_is_written_twice():
    for path in ASSETS.glob("*.scss"):
        if path.name != "_settings.scss":
            text = path.read_text(encoding="utf-8")
            assert not re.findall(r"#[0-9a-f]{6}\b", text), path.name


@pytest.mark.parametrize("name", ["INK", "MUTED", "TEAL", "OCHRE", "PLUM", "ERROR"])
@pytest.mark.parametrize("ground", ["PAPER", "WHITE", "TEAL_LIGHT", "OCHRE_LIGHT"])
def test_words_can_be_read(name, ground):
    assert contrast(COLOURS[name], COLOURS[ground]) >= 4.5


def test_lines_and_focus_can_be_seen():
    assert contrast(brand.LINE, brand.PAPER) >= 3
    assert contrast(brand.LINE, brand.WHITE) >= 3
    assert contrast(brand.INK, brand.FOCUS) >= 4.5
    assert contrast(brand.WHITE, brand.TEAL) >= 4.5
    assert contrast(brand.WHITE, brand.ERROR) >= 4.5


@built
@pytest.mark.parametrize("path", BUILT, ids=lambda path: path.name)
def test_nothing_of_another_house_is_left(path):
    text = path.read_text(encoding="utf-8")
    for trace in ("1d70b8", "crown", "GDS", "@font-face", "@import", "url("):
        assert trace.lower() not in text.lower(), trace


@built
def test_the_sheet_serves_print_forced_colours_and_less_motion():
    text = BUILT[0].read_text(encoding="utf-8")
    assert "prefers-reduced-motion" in text
    assert "forced-colors" in text
    assert "@media print" in text


@built
def test_first_view_of_a_respondent_is_light(client):
    page = client.get("/v/").data
    sizes = [
        len(gzip.compress(body, 9)) for body in (page, BUILT[1].read_bytes(), MARK.read_bytes())
    ]
    assert sum(sizes) <= FIRST_VIEW, sizes


def test_the_lock_file_names_no_registry():
    lock = Path(ROOT / "package-lock.json").read_text(encoding="utf-8")
    assert "http" not in re.sub(r'"(url|homepage|funding)": [^\n]*', "", lock)


@built
def test_every_class_that_a_template_prints_is_styled():
    """Also on pages that no other test opens. A name that is put together counts by its start."""
    sheets = "".join(path.read_text(encoding="utf-8") for path in BUILT)
    templates = (ROOT / "surveyapp" / "templates").rglob("*.html")
    printed = {
        name
        for template in templates
        for value in re.findall(r'class="([^"]*)"', template.read_text(encoding="utf-8"))
        for name in re.findall(r"\bc-[a-z][\w-]*", value)
    }
    assert len(printed) > 30
    assert sorted(name for name in printed if f".{name}" not in sheets) == []
