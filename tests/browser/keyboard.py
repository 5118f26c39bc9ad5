"""Somebody who uses pages by keyboard alone, and looks every page over on the way.

Nothing here clicks, and no value is set by script: scripts only tell what has the focus. Whatever
takes the focus must be visible. A page is looked over in the mirror, so that the person's own
page stays as it was, runs no checker and obeys every policy.
"""

import os
import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.harness import DESK, PHONE, focused, visiting
from tests.browser.mirror import Mirror

FAR = 250
PASSING = re.compile("^Sending")
PARTS = """
() => ({
  title: document.title,
  h1: [...document.querySelectorAll("h1")].map((e) => e.textContent.trim()),
  main: document.querySelectorAll("main").length,
})
"""
PICTURES = os.environ.get("BROWSER_PICTURES")


@dataclass
class Hands:
    """One person's page and keyboard."""

    page: Page
    mirror: Mirror
    address: str
    titles: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        """Type an address."""
        self.page.goto(f"{self.address}{path}", wait_until="load")

    def to(self, name: str, group: str = "", *, back: bool = False) -> dict:
        """Go by Tab to what is called ``name``, or by Shift+Tab; what has the focus then."""
        passed = []
        for _ in range(FAR):
            stop = focused(self.page)
            if stop and _is(stop, name) and group in stop["group"]:
                return stop
            passed.append(stop and stop["name"])
            self.page.keyboard.press("Shift+Tab" if back else "Tab")
        raise AssertionError(f"{self.page.url}: Tab never reaches “{name}”, but {passed[:60]}")

    def press(self, name: str, *, back: bool = False, key: str = "Enter") -> None:
        """Go to a link or a button that leads to another page, and press it."""
        self.to(name, back=back)
        with self.page.expect_navigation(wait_until="load"):
            self.page.keyboard.press(key)

    def turn(self, name: str, *, key: str = "Enter") -> None:
        """Go to a button that shows another view of the same page, and press it."""
        before, address = self.page.title(), self.page.url.partition("#")[0]
        self.to(name)
        self.page.keyboard.press(key)
        expect(self.page).not_to_have_title(before)
        expect(self.page).not_to_have_title(PASSING)
        assert self.page.url == address

    def write(self, name: str, text: str) -> None:
        """Go to a box and type; what stood in it goes."""
        self.to(name)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)
        assert focused(self.page)["value"] == text

    def write_day(self, name: str, day: date) -> None:
        """Go to a date box and type the day in the order that this browser asks for."""
        for order in ("%m%d%Y", "%d%m%Y"):
            self.to(name)
            self.page.keyboard.type(day.strftime(order))
            if focused(self.page)["value"] == day.isoformat():
                return
            self.to("Skip to main content", back=True)
        raise AssertionError(f"{name}: {focused(self.page)['value']} is not {day}")

    def pick(self, name: str, beginning: str) -> None:
        """Go to a list and type how the wanted line begins."""
        self.to(name)
        self.page.keyboard.type(beginning)

    def choose(self, group: str, answer: str) -> None:
        """Go to the radios of ``group`` and by arrow and Space to ``answer``."""
        self._to_group(group)
        first = focused(self.page)
        if not first["checked"]:
            self.page.keyboard.press("Space")
        for _ in range(12):
            stop = focused(self.page)
            if _is(stop, answer):
                assert stop["checked"]
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{group}: no answer “{answer}”")

    def _to_group(self, group: str) -> None:
        for _ in range(FAR):
            stop = focused(self.page)
            if stop and stop["kind"] == "radio" and group in stop["group"]:
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{self.page.url}: Tab never reaches the answers to “{group}”")

    def give(self, name: str, file: str, data: bytes) -> None:
        """Choose a file. The chooser is the browser's own, so only this is handed in."""
        self.to(name)
        self.page.locator(":focus").set_input_files(
            {"name": file, "mimeType": "text/csv", "buffer": data}
        )

    def error(self) -> dict:
        """The page came back with a problem: its summary has the focus. Gives the summary."""
        assert self.page.title().startswith("Error: "), self.page.title()
        self.page.locator(":focus").wait_for(timeout=5000)  # given when the page is first drawn
        summary = focused(self.page)
        assert summary
        assert summary["name"].startswith("There is a problem"), summary
        return summary

    @property
    def heading(self) -> str:
        return " ".join(self.page.locator("h1").inner_text().split())

    def look(self, title: str | None = None) -> None:
        """Look the page over, at a desk and on a phone."""
        mirror = self.mirror
        copy = mirror.copy(self.page)
        parts = copy.evaluate(PARTS)
        found = parts["title"]
        assert found.endswith(" – Candour"), found
        assert title is None or found == f"{title} – Candour", found
        assert len(parts["h1"]) == 1, parts["h1"]
        assert parts["main"] == 1
        self.titles.append(found)
        if PICTURES:
            self._pictures()
        mirror.passes()
        assert mirror.tab_stops()

    def _pictures(self) -> None:
        """Keep pictures of the page for whoever asked for them in the environment."""
        name = re.sub(r"\W+", "-", self.titles[-1].partition(" – ")[0])[:40]
        for size in (DESK, PHONE):
            self.mirror.page.set_viewport_size(size)
            number = len(list(Path(PICTURES).glob("*.png")))
            file = Path(PICTURES, f"{number:03}-{name}-{size['width']}.png")
            self.mirror.page.screenshot(path=str(file), full_page=True)


def _is(stop: dict, name: str) -> bool:
    return stop["name"] == name or stop["name"].startswith(f"{name} (")


@contextmanager
def somebody(browser, mirror, address, *, script=True, size=DESK):
    """A person with a fresh browser and a keyboard."""
    with visiting(browser, address, script=script) as person:
        person.size(size)
        yield Hands(person.page, mirror, address)
