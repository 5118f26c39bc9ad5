"""A real browser on a real server, both on this machine and both stopped with the test.

Nothing is downloaded: the browser is the system's Chromium, the accessibility checker comes with
the assets. The content security policy is switched off only where the checker must be put into a
page, which the policy rightly forbids.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from werkzeug.serving import make_server

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


def need(*paths: Path) -> None:
    """Skip with a reason where a tool is missing; fail in continuous integration."""
    missing = [str(path) for path in paths if not path.exists()]
    if not missing:
        return
    reason = f"browser tests need {', '.join(missing)}"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@contextmanager
def serving(app) -> Iterator[str]:
    """``app`` on a free port of this machine; yields its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
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


def tab_stops(page: Page, limit: int = 80) -> list[str]:
    """What the Tab key reaches, in order, each named by its text; every stop must be visible."""
    stops: list[str] = []
    for _ in range(limit):
        page.keyboard.press("Tab")
        stop = page.evaluate(
            """() => {
              const e = document.activeElement;
              if (!e || e === document.body) return null;
              const box = e.getBoundingClientRect();
              const seen = document.elementFromPoint(
                box.left + Math.min(box.width, innerWidth) / 2, box.top + box.height / 2);
              const label = e.labels && e.labels[0] ? e.labels[0].textContent : "";
              const words = label || e.textContent || e.getAttribute("aria-label");
              const name = (words || e.value || e.id).trim()
                .replace(/\\s+/g, " ").slice(0, 60);
              const visible = !!seen && (e.contains(seen) || seen.contains(e) ||
                (e.labels && e.labels[0] && e.labels[0].contains(seen)));
              const ref = e.dataset.tabStop || (e.dataset.tabStop = String(Math.random()));
              return {name, visible, ref};
            }"""
        )
        if stop is None:
            break
        assert stop["visible"], f"{page.url}: focus on “{stop['name']}” is covered or off the page"
        if stop["ref"] in stops:
            break
        stops.extend((stop["ref"], stop["name"]))
    return stops[1::2]
