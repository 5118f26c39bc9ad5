"""Reading pages in a real browser: on a phone, by keyboard, without script, without style."""

import pytest

from tests import factories
from tests.browser.harness import DESK, PHONE, no_problems, no_sideways_scroll, tab_stops

PUBLIC = ("/", "/sign-in", "/trust", "/no-such-page")
RESULTS = (
    "", "/themes", "/themes/speaking_up", "/themes/recognition/trend", "/over-time", "/groups",
    "/groups/nights", "/groups/kitchen", "/written", "/why-not-shown", "/downloads",
)  # fmt: skip


def signed_in(visitor, app, role):
    """Give the visitor the session of somebody with a role."""
    client = app.test_client()
    factories.sign_in(client, role)
    name, _ = app.session_interface.cookie(app)
    cookie = client.get_cookie(name)
    visitor.context.add_cookies([{"name": name, "value": cookie.value, "url": visitor.address}])
    return visitor


@pytest.mark.parametrize("path", PUBLIC)
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_public_pages_are_accessible(visitor, path, size):
    visitor.size(size)
    page = visitor.open(path)
    no_problems(page)
    no_sideways_scroll(page)


@pytest.mark.parametrize("path", RESULTS)
def test_results_are_accessible(visitor, riverside, path):
    # At a desk the keyboard story looks them over.
    visitor.size(PHONE)
    no_problems(visitor.open(f"/r/{riverside[1]}{path}"))
    no_sideways_scroll(visitor.page)


@pytest.mark.parametrize("role", ["hr", "manager"])
def test_staff_pages_of_results_are_accessible(visitor, riverside, role):
    signed_in(visitor, riverside[2], role)
    for path in ("/", "/results/riverside", "/results/riverside/groups"):
        visitor.size(PHONE)
        no_problems(visitor.open(path))
        no_sideways_scroll(visitor.page)


def test_charts_are_pictures_that_load(visitor, riverside):
    page = visitor.open(f"/r/{riverside[1]}/themes/speaking_up")
    widths = page.evaluate("[...document.images].map((image) => image.naturalWidth)")
    assert len(widths) >= 2
    assert all(width > 0 for width in widths)


def test_everything_can_be_reached_by_keyboard_and_seen(visitor, riverside):
    page = visitor.open(f"/r/{riverside[1]}")
    stops = tab_stops(page)
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


def test_details_open_by_keyboard(visitor, riverside):
    page = visitor.open(f"/r/{riverside[1]}")
    page.locator("summary").first.focus()
    page.keyboard.press("Enter")
    assert page.get_by_role("rowheader", name="Days").first.is_visible()
    no_problems(page)


def test_pages_work_without_script_and_ask_nobody_else(plain_visitor, riverside):
    asked = []
    plain_visitor.page.on("request", lambda request: asked.append(request.url))
    for path in ("/", f"/r/{riverside[1]}", f"/r/{riverside[1]}/themes/workload"):
        page = plain_visitor.open(path)
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


@pytest.mark.parametrize("path", ["", "/themes/speaking_up", "/groups"])
def test_wider_spacing_and_larger_text_clip_nothing(visitor, riverside, path):
    page = visitor.open(f"/r/{riverside[1]}{path}")
    page.add_style_tag(
        content="* { line-height: 1.5 !important; letter-spacing: .12em !important;"
        " word-spacing: .16em !important } p { margin-bottom: 2em !important }"
    )
    no_sideways_scroll(page)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    no_sideways_scroll(page, 640)
