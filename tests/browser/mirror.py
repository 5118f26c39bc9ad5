"""A page that shows copies of pages, and there looks them over.

The checker takes longer to load than to run, so the mirror loads it once: every copy is written
into the same document, which keeps it.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page

from tests.browser import harness
from tests.browser.harness import AXE, DESK, FOCUSED, PHONE, RUN_AXE, TAGS, seen

EMPTY = "/looking-glass"
WRITE = """
async ([html, url]) => {
  if (html === null) {
    const answer = await fetch(url, {cache: "no-store"});
    [html, url] = [await answer.text(), answer.url];
  }
  document.open();
  history.replaceState(null, "", url);
  const shown = new Promise((done) => addEventListener("load", done, {once: true}));
  document.write(html);
  document.close();
  await shown;
}
"""
TOO_WIDE = """
() => {
  const limit = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= limit) return [];
  return [...document.querySelectorAll("body *")]
    .filter((e) => e.getBoundingClientRect().right > limit + 1 && !e.closest(".c-scroll"))
    .map((e) => e.tagName + "." + e.className + " " + e.textContent.slice(0, 40));
}
"""
# Before each Tab leaves it, what has the focus is noted.
LISTEN = f"""
() => {{
  const focused = {FOCUSED};
  window.stops = [];
  document.activeElement && document.activeElement.blur();
  addEventListener("keydown", () => stops.push(focused()), true);
  const dates = document.querySelectorAll("input[type=date]").length;
  return 2 + 3 * dates + document.querySelectorAll(
    "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]").length;
}}
"""


FOCUS_AGAIN = """
async (ref) => {
  const stop = document.querySelector(`[data-tab-stop="${ref}"]`);
  stop.blur();
  stop.focus();
  for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
}
"""


class Mirror:
    """Shows copies of pages; every check names the page that fails it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.origin = ""
        page.context.route(
            f"**{EMPTY}", lambda route: route.fulfill(body="", content_type="text/html")
        )

    def _write(self, html: str | None, url: str) -> None:
        scheme, _, rest = url.partition("://")
        origin = f"{scheme}://{rest.partition('/')[0]}"
        if origin != self.origin:
            self.page.goto(f"{origin}{EMPTY}")
            self.page.evaluate(AXE.read_text(encoding="utf-8"))
            self.origin = origin
        self.page.evaluate(WRITE, [html, url])

    def show(self, html: str, url: str) -> Page:
        """Write this page as if it had come from ``url``."""
        self._write(html, url)
        return self.page

    def copy(self, page: Page) -> Page:
        """Show what ``page`` shows, with its cookies."""
        context = self.page.context
        context.clear_cookies()
        if cookies := page.context.cookies():
            context.add_cookies(cookies)
        return self.show(page.content(), page.url.partition("#")[0])

    def open(self, url: str) -> Page:
        """Ask the server for a page, with the cookies that the mirror has."""
        self._write(None, url)
        assert self.page.url == url, f"{url} leads to {self.page.url}"
        return self.page

    def sign_in(self, app, address: str, role: str) -> None:
        """Let the mirror ask for pages as somebody with a role."""
        self.page.context.add_cookies([harness.cookie_of(app, address, role)])

    def problems(self) -> list[str]:
        """What the accessibility checker finds wrong with the page, a line each."""
        return self.page.evaluate(RUN_AXE, list(TAGS))

    def no_problems(self, *sizes: dict[str, int]) -> None:
        """Fail on any accessibility violation, naming each; by default at a desk and on a phone."""
        for size in sizes or (DESK, PHONE):
            self.page.set_viewport_size(size)
            found = self.problems()
            assert not found, f"{self.page.url} at {size['width']}px\n" + "\n".join(found)

    def no_sideways_scroll(self, width: int = 320) -> None:
        """At ``width`` the page fits the window; regions may scroll inside themselves."""
        self.page.set_viewport_size({"width": width, "height": 256})
        wide = self.page.evaluate(TOO_WIDE)
        assert not wide, f"{self.page.url} is wider than {width}px: {wide[:5]}"

    def passes(self) -> None:
        """Every check of a page that needs nobody to do anything."""
        self.no_problems()
        self.no_sideways_scroll()

    def all_pass(self, address: str, *paths: str) -> None:
        """Every one of these pages passes."""
        for path in paths:
            self.open(f"{address}{path}")
            self.passes()

    def tab_stops(self) -> list[str]:
        """What the Tab key reaches, in order, by its text; every stop must be visible."""
        keyboard = self.page.keyboard
        expected = self.page.evaluate(LISTEN)
        for _ in range(expected):
            keyboard.down("Tab")
        keyboard.up("Tab")
        noted = self.page.evaluate("stops")
        found: dict[str, dict] = {}
        for stop in noted:
            if stop is None and found:
                break
            if stop and len(found) > 1 and stop["ref"] == next(iter(found)):
                break  # round to the beginning
            if stop:
                seen(self.page, stop if stop["visible"] else self._at_rest(stop))
                found.setdefault(stop["ref"], stop)
        else:
            # Keys that the page never saw went to the browser: they had left the page.
            assert len(noted) < expected, f"{self.page.url}: Tab stays at “{stop['name']}”"
        return [stop["name"] for stop in found.values()]

    def _at_rest(self, stop: dict) -> dict:
        """The stop once more, after the page has come to rest: keys can be quicker than it."""
        self.page.evaluate(FOCUS_AGAIN, stop["ref"])
        return self.page.evaluate(FOCUSED) or stop


@contextmanager
def hung(browser: Browser) -> Iterator[Mirror]:
    """A mirror in a profile of its own, in which no policy forbids the checker."""
    context = browser.new_context(bypass_csp=True, viewport=DESK, reduced_motion="reduce")
    try:
        yield Mirror(context.new_page())
    finally:
        context.close()
