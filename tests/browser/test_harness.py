"""The checks themselves: a page made badly on purpose must fail each of them."""

import pytest

from tests.browser.harness import no_problems, no_sideways_scroll, problems, tab_stops

BAD = """
<!doctype html><html><head><title></title></head><body>
<div style="width: 900px; color: #ddd; background: #fff">Pale words in a wide box</div>
<img src="data:,">
<input type="text">
<a href="#a" style="display:inline-block;width:9px;height:9px;overflow:hidden">x</a
><a href="#b" style="display:inline-block;width:9px;height:9px;overflow:hidden">y</a>
<table><tr><td>1</td><td>2</td></tr></table>
</body></html>
"""
COVERED = """
<!doctype html><html lang="en"><body>
<button>Under</button><div style="position:fixed;inset:0;background:#fff">Cover</div></body></html>
"""


@pytest.fixture
def bad(browser):
    page = browser.new_page()
    page.set_content(BAD)
    yield page
    page.close()


@pytest.mark.parametrize(
    "rule",
    ["color-contrast", "image-alt", "label", "html-has-lang", "document-title", "target-size",
     "landmark-one-main"],
)  # fmt: skip
def test_a_bad_page_is_found_out(bad, rule):
    assert any(line.startswith(rule) for line in problems(bad)), problems(bad)


def test_no_problems_names_them(bad):
    with pytest.raises(AssertionError, match="color-contrast"):
        no_problems(bad)


def test_a_wide_page_is_found_out(bad):
    with pytest.raises(AssertionError, match="wider than 320px"):
        no_sideways_scroll(bad)


def test_covered_focus_is_found_out(browser):
    page = browser.new_page()
    page.set_content(COVERED)
    with pytest.raises(AssertionError, match="covered"):
        tab_stops(page)
    page.close()
