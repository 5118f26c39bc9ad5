"""A real browser on a real server, both on this machine and both stopped with the test.

Nothing is downloaded: the browser is the system's Chromium, the accessibility checker comes with
the assets. Pages are looked over in a mirror: there alone the content security policy is switched
off, which rightly forbids to put a checker into a page.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from surveyapp import clock
from tests import factories
from tests.needed import need
from tests.serving import in_one_piece, served

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
STYLES = ROOT / "surveyapp" / "static" / "build" / "candour.css"
# The same engine without windows, tabs and profiles makes a page in half the processor time.
CHROMIUM = Path(
    os.environ.get("CHROMIUM")
    or shutil.which("chromium-headless-shell")
    or shutil.which("chromium")
    or "/usr/bin/chromium"
)
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
    resultTypes: ["violations"],
  });
  return found.violations.flatMap((rule) => rule.nodes.map((node) =>
    `${rule.id} (${rule.help}) at ${node.target.join(" ")}: ${node.failureSummary || ""}`));
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
            return in_one_piece(app)(environ, start_response)

    return answer


def serving(app, moment: Moment | None = None) -> AbstractContextManager[str]:
    """``app`` on a free port of this machine; yields its address."""
    return served(living_at(app, moment) if moment else app)


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
    """One person's browser."""

    context: BrowserContext
    page: Page
    address: str

    def open(self, path: str) -> Page:
        self.page.goto(f"{self.address}{path}", wait_until="load")
        return self.page

    def size(self, viewport: dict[str, int]) -> None:
        self.page.set_viewport_size(viewport)


@contextmanager
def visiting(browser: Browser, address: str, *, script: bool = True) -> Iterator[Visitor]:
    """A fresh browser profile at ``address``; its pages obey every policy."""
    context = browser.new_context(
        java_script_enabled=script, viewport=DESK, reduced_motion="reduce"
    )
    try:
        yield Visitor(context, context.new_page(), address)
    finally:
        context.close()


def cookie_of(app, address: str, role: str) -> dict[str, str]:
    """The session of somebody with a role, as a browser holds it."""
    client = app.test_client()
    factories.sign_in(client, role)
    name, _ = app.session_interface.cookie(app)
    return {"name": name, "value": client.get_cookie(name).value, "url": address}


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
        seen(page, stop)
    return stop


def seen(page: Page, stop: dict) -> None:
    """Fail when what had the focus could not be seen."""
    assert stop["visible"], f"{page.url}: focus on “{stop['name']}” is covered or off the page"
