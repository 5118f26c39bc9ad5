"""Reading pages in a real browser: on a phone, by keyboard, without script, without style."""

import io

import pytest
from pypdf import PdfReader

from tests.browser import harness
from tests.browser.harness import PHONE

PUBLIC = ("/", "/sign-in", "/trust", "/no-such-page")
RESULTS = (
    "", "/themes", "/themes/speaking_up", "/themes/recognition/trend", "/over-time", "/groups",
    "/groups/nights", "/groups/kitchen", "/written", "/why-not-shown", "/downloads",
)  # fmt: skip


SPACED = (
    "* { line-height: 1.5 !important; letter-spacing: .12em !important;"
    " word-spacing: .16em !important } p { margin-bottom: 2em !important }"
)


@pytest.mark.parametrize("path", PUBLIC)
def test_public_pages_are_accessible(mirror, riverside, path):
    mirror.all_pass(riverside[0], path)


@pytest.mark.parametrize("path", RESULTS)
def test_results_are_accessible_and_wider_spacing_clips_nothing(mirror, riverside, path):
    # At a desk the keyboard story looks them over.
    page = mirror.open(f"{riverside[0]}/r/{riverside[1]}{path}")
    mirror.no_problems(PHONE)
    mirror.no_sideways_scroll()
    page.add_style_tag(content=SPACED)
    mirror.no_sideways_scroll()
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    mirror.no_sideways_scroll(640)


@pytest.mark.parametrize("role", ["hr", "manager"])
def test_staff_pages_of_results_are_accessible(mirror, riverside, role):
    mirror.sign_in(riverside[2], riverside[0], role)
    for path in ("/", "/results/riverside", "/results/riverside/groups"):
        mirror.open(f"{riverside[0]}{path}")
        mirror.no_problems(PHONE)
        mirror.no_sideways_scroll()


def test_charts_are_pictures_that_load(visitor, riverside):
    page = visitor.open(f"/r/{riverside[1]}/themes/speaking_up")
    widths = page.evaluate("[...document.images].map((image) => image.naturalWidth)")
    assert len(widths) >= 2
    assert all(width > 0 for width in widths)


def test_everything_can_be_reached_by_keyboard_and_seen(mirror, riverside):
    page = mirror.open(f"{riverside[0]}/r/{riverside[1]}")
    stops = mirror.tab_stops()
    assert stops[0] == "Skip to main content"
    assert {"Overview", "Themes", "Groups", "Downloads", "Safe to speak up"} <= set(stops)
    links = page.locator("a:visible").count()
    assert len(stops) >= links


def test_skip_link_leads_past_the_navigation(visitor, riverside):
    page = visitor.open(f"/r/{riverside[1]}")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    focused = page.evaluate("!!document.activeElement.closest('main')")
    assert focused


def test_details_open_by_keyboard(visitor, mirror, riverside):
    page = visitor.open(f"/r/{riverside[1]}")
    page.locator("summary").first.focus()
    page.keyboard.press("Enter")
    assert page.get_by_role("rowheader", name="Days").first.is_visible()
    mirror.copy(page)
    mirror.no_problems()


def test_pages_work_without_script_and_ask_nobody_else(browser, riverside):
    asked = []
    with harness.visiting(browser, riverside[0], script=False) as plain:
        plain.page.on("request", lambda request: asked.append(request.url))
        for path in ("/", f"/r/{riverside[1]}", f"/r/{riverside[1]}/themes/workload"):
            page = plain.open(path)
            assert page.locator("h1").count() == 1
    assert asked
    assert [url for url in asked if not url.startswith(riverside[0])] == []


def test_pages_read_in_order_without_the_stylesheet(visitor, riverside):
    visitor.context.route("**/*.css", lambda route: route.abort())
    page = visitor.open(f"/r/{riverside[1]}/groups")
    assert page.get_by_role("heading", level=1).inner_text() == "Groups"
    assert page.get_by_role("cell", name="likely lower").first.is_visible()


def test_forced_colours_and_print_keep_the_words(visitor, riverside):
    page = visitor.open(f"/r/{riverside[1]}/groups")
    page.emulate_media(forced_colors="active")
    lines = {
        name: page.get_by_role("link", name=name, exact=True).first.evaluate(
            "(link) => getComputedStyle(link).borderBottomColor"
        )
        for name in ("Groups", "Themes")
    }
    assert lines["Groups"] != lines["Themes"]
    assert page.get_by_text("likely lower").first.is_visible()
    page.emulate_media(media="print", forced_colors="none")
    assert page.get_by_text("likely lower").first.is_visible()
    assert not page.locator(".c-subnav").is_visible()


# The width between the margins of an A4 page on its side, in CSS pixels.
PAPER = 1016
MORE_THEMES = """
(columns) => {
  for (const row of document.querySelectorAll(".c-groups tr"))
    for (let place = 1; row.children.length <= columns; place++)
      row.append(row.children[place].cloneNode(true));
  const table = document.querySelector(".c-groups").getBoundingClientRect();
  return table.right;
}
"""


def test_a_wide_table_is_printed_whole_on_its_side_with_page_numbers(visitor, riverside):
    page = visitor.open(f"/r/{riverside[1]}/groups")
    (first, *_) = PdfReader(io.BytesIO(page.pdf(format="A4"))).pages
    assert first.mediabox.width > first.mediabox.height
    assert "Page 1 of" in first.extract_text()
    page.emulate_media(media="print")
    page.set_viewport_size({"width": PAPER, "height": 700})
    assert page.evaluate(MORE_THEMES, 14) <= PAPER


def test_what_is_folded_is_printed_with_its_heading(visitor, riverside):
    page = visitor.open(f"/r/{riverside[1]}")
    page.emulate_media(media="print")
    assert page.get_by_role("rowheader", name="Days").first.is_visible()
    after = (
        "(fold) => [getComputedStyle(fold).breakAfter, getComputedStyle(fold, '::before').display]"
    )
    assert page.locator("summary").first.evaluate(after) == ["avoid", "none"]
