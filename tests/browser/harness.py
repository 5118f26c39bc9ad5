"""A real browser on a real server, both on this machine and both stopped with the test.

Nothing is downloaded: the browser is the system's Chromium, the accessibility checker comes with
the assets. The content security policy is switched off only where the checker must be put into a
page, which the policy rightly forbids.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from werkzeug.serving import make_server

from surveyapp import clock
from tests.needed import need

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
STYLES = ROOT / "surveyapp" / "static" / "build" / "candour.css"
CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
PHONE = {"width": 320, "height": 640}
DESK = {"width": 1280, "height": 900}

RUN_AXE = """
async (tags) => {
  const found = await axe.run(document, {
    runOnly: {type: "tag", values: tags},
    rules: {"td-has-header": {enabled: true}},
  });
  const lines = (list) => list.map((rule) => ({
    rule: rule.id,
    help: rule.help,
    nodes: rule.nodes.map((node) => node.target.join(" ") + ": " + (node.failureSummary || "")),
  }));
  return {violations: lines(found.violations), incomplete: lines(found.incomplete)};
}
"""


@dataclass
class Moment:
    """When a served application lives; ``None`` is the real time."""

    now: datetime | None = None


def living_at(app, moment: Moment):
    """The application, every request of which happens at ``moment``."""

    def answer(environ, start_response):
        with clock.as_if(moment.now) if moment.now else nullcontext():
            body = app(environ, start_response)
            try:
                return [b"".join(body)]
            finally:
                if hasattr(body, "close"):
                    body.close()

    return answer


@contextmanager
def serving(app, moment: Moment | None = None) -> Iterator[str]:
    """``app`` on a free port of this machine; yields its address."""
    door = living_at(app, moment) if moment else app
    server = make_server("127.0.0.1", 0, door, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(timeout=10)
        server.server_close()


@contextmanager
def chromium() -> Iterator[Browser]:
    """The system's Chromium, without a window."""
    need(CHROMIUM, AXE, STYLES)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(CHROMIUM), args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Visitor:
    """One person's browser; ``checked`` is a context in which the checker may be put into pages."""

    context: BrowserContext
    page: Page
    address: str

    def open(self, path: str) -> Page:
        self.page.goto(f"{self.address}{path}", wait_until="load")
        return self.page

    def size(self, viewport: dict[str, int]) -> None:
        self.page.set_viewport_size(viewport)


@contextmanager
def visiting(
    browser: Browser, address: str, *, checked: bool = True, script: bool = True
) -> Iterator[Visitor]:
    """A fresh browser profile at ``address``."""
    context = browser.new_context(
        bypass_csp=checked, java_script_enabled=script, viewport=DESK, reduced_motion="reduce"
    )
    try:
        yield Visitor(context, context.new_page(), address)
    finally:
        context.close()


def problems(page: Page) -> list[str]:
    """What the accessibility checker finds wrong with the page, a line each."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(RUN_AXE, list(TAGS))
    return [
        f"{rule['rule']} ({rule['help']}) at {node}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


def no_problems(page: Page) -> None:
    """Fail on any accessibility violation, naming each."""
    found = problems(page)
    assert not found, f"{page.url}\n" + "\n".join(found)


def no_sideways_scroll(page: Page, width: int = 320) -> None:
    """At ``width`` the page is no wider than the window; regions may scroll inside themselves."""
    page.set_viewport_size({"width": width, "height": 256})
    wide = page.evaluate(
        """() => {
          const limit = document.documentElement.clientWidth;
          if (document.documentElement.scrollWidth <= limit) return [];
          return [...document.querySelectorAll("body *")]
            .filter((e) => e.getBoundingClientRect().right > limit + 1 && !e.closest(".c-scroll"))
            .map((e) => e.tagName + "." + e.className + " " + e.textContent.slice(0, 40));
        }"""
    )
    assert not wide, f"{page.url} is wider than {width}px: {wide[:5]}"


FOCUSED = """
() => {
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  const tidy = (text) => (text || "").trim().replace(/\\s+/g, " ");
  const label = e.labels && e.labels[0];
  const legend = e.closest("fieldset") && e.closest("fieldset").querySelector("legend");
  const boxes = [...e.getClientRects()].filter((box) => box.width && box.height);
  const seen = boxes.map((box) => document.elementFromPoint(
    box.left + Math.min(box.width, innerWidth - box.left) / 2,
    (Math.max(box.top, 0) + Math.min(box.bottom, innerHeight)) / 2));
  return {
    ref: e.dataset.tabStop || (e.dataset.tabStop = String(Math.random())),
    name: tidy(label ? label.textContent : e.getAttribute("aria-label") || e.textContent ||
      e.value || e.id).slice(0, 90),
    group: tidy(legend && legend.textContent),
    kind: e.type || e.tagName.toLowerCase(),
    value: e.value,
    checked: !!e.checked,
    visible: seen.some((top) => top && (e.contains(top) || (label && label.contains(top)))),
  };
}
"""


def focused(page: Page) -> dict | None:
    """What has the focus, or ``None``; it must be visible where it is."""
    stop = page.evaluate(FOCUSED)
    if stop is not None:
        assert stop["visible"], f"{page.url}: focus on “{stop['name']}” is covered or off the page"
    return stop


def tab_stops(page: Page, limit: int = 200) -> list[str]:
    """What the Tab key reaches, in order, each named by its text; every stop must be visible."""
    stops: dict[str, str] = {}
    for _ in range(limit):
        page.keyboard.press("Tab")
        stop = focused(page)
        if stop is None:
            break
        if stop["ref"] in stops and stop["kind"] != "date":
            break
        stops[stop["ref"]] = stop["name"]
    return list(stops.values())
