"""The checks themselves: a page made badly on purpose must fail each of them."""

import pytest

AT = "http://bad.test/page"
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
GOOD = """
<!doctype html><html lang="en"><head><title>Good</title></head><body><main><h1>Good</h1>
<button>One</button> <label>Day <input type="date"></label>
<label>Two <input type="radio" name="a"></label> <a href="/">Three</a></main></body></html>
"""
TRAP = """
<!doctype html><html lang="en"><body><a href="/">One</a>
<input aria-label="Two" onkeydown="event.preventDefault()"></body></html>
"""
NARROW = """
<!doctype html><html lang="en"><head><title>Narrow</title>
<style>@media (max-width: 400px) { p { color: #ddd } }</style></head>
<body><main><h1>Narrow</h1><p>Pale words on a phone</p></main></body></html>
"""


def test_a_bad_page_is_found_out(mirror):
    mirror.show(BAD, AT)
    found = {line.partition(" ")[0] for line in mirror.problems()}
    assert found >= {
        "color-contrast", "image-alt", "label", "html-has-lang", "document-title", "target-size",
        "landmark-one-main",
    }  # fmt: skip
    with pytest.raises(AssertionError, match="color-contrast"):
        mirror.no_problems()
    with pytest.raises(AssertionError, match="wider than 320px"):
        mirror.no_sideways_scroll()


def test_nothing_of_a_bad_page_stays_in_the_mirror(mirror):
    for _ in range(2):
        mirror.show(BAD, AT)
        mirror.show(GOOD, AT)
        mirror.no_problems()
        mirror.no_sideways_scroll()
        assert mirror.tab_stops() == ["One", "Day", "Two", "Three"]


def test_a_page_bad_only_on_a_phone_is_found_out(mirror):
    mirror.show(NARROW, AT)
    with pytest.raises(AssertionError, match="320px\ncolor-contrast"):
        mirror.no_problems()


def test_covered_focus_is_found_out(mirror):
    mirror.show(COVERED, AT)
    with pytest.raises(AssertionError, match="covered"):
        mirror.tab_stops()


def test_a_keyboard_trap_is_found_out(mirror):
    mirror.show(TRAP, AT)
    with pytest.raises(AssertionError, match="Tab stays at “Two”"):
        mirror.tab_stops()
