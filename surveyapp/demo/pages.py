"""A reader of our own pages: fills in forms as a person without script does, and nothing else."""

from collections.abc import Mapping
from contextvars import Context
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

from flask import Flask
from werkzeug.test import TestResponse

from surveyapp import clock


class PageError(AssertionError):
    """A page did not offer or answer what a person would expect there."""


@dataclass
class Form:
    """A form as it stands on the page: where it goes, what it holds, its buttons."""

    action: str
    method: str
    values: dict[str, list[str]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    choices: dict[str, list[str]] = field(default_factory=dict)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.heading = ""
        self._inside: Form | None = None
        self._text_of = ""
        self._main = False
        self._area = ""
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in said:
            self.links.append(said["href"])
        elif tag == "h1":
            self._text_of = "h1"
        elif tag == "main":
            self._main = True
        elif tag == "form" and self._main:
            self._inside = Form(said.get("action", ""), said.get("method", "get").lower())
            self.forms.append(self._inside)
        elif self._inside is not None:
            self._field(self._inside, tag, said)

    def _field(self, form: Form, tag: str, said: dict[str, str]) -> None:
        name = said.get("name", "")
        if tag == "button":
            form.buttons.append((name, said.get("value", ""), said.get("formaction", "")))
        elif tag == "select":
            self._select = name
            form.names.add(name)
        elif tag == "option" and self._select:
            form.choices.setdefault(self._select, []).append(said.get("value", ""))
            if "selected" in said:
                form.values[self._select] = [said.get("value", "")]
        elif tag == "textarea":
            self._area = name
            form.names.add(name)
            form.values[name] = [""]
        elif tag == "input" and name:
            self._input(form, name, said)

    @staticmethod
    def _input(form: Form, name: str, said: dict[str, str]) -> None:
        form.names.add(name)
        kind, value = said.get("type", "text"), said.get("value", "")
        if kind in ("radio", "checkbox"):
            form.choices.setdefault(name, []).append(value or "on")
            if "checked" not in said:
                return
        form.values.setdefault(name, []).append(value)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = None
        elif tag == "main":
            self._main = False
        elif tag == "textarea":
            self._area = ""
        elif tag == "select":
            self._select = ""
        elif tag == "h1":
            self._text_of = ""

    def handle_data(self, data: str) -> None:
        if self._text_of == "h1":
            self.heading += data
        elif self._area and self._inside is not None:
            self._inside.values[self._area][0] += data


class Reader:
    """One person at one browser, without script: opens pages and sends the forms on them."""

    def __init__(self, app: Flask) -> None:
        self.client = app.test_client()
        self.path = ""
        self.status = 0
        self.text = ""
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.heading = ""

    def open(self, path: str) -> "Reader":
        """Open a page, following redirects."""
        return self._ask("GET", path)

    def send(self, fields: Mapping[str, Any], button: str = "") -> "Reader":
        """Fill in these fields and send the first form of the page’s own content that has them
        all and that button.

        A file is given as a pair of an open file and its name.
        """
        for form in self.forms:
            values = {value for _, value, _ in form.buttons}
            if set(fields) <= form.names and (not button or button in values):
                return self._send(form, fields, button)
        raise PageError(f"{self.path} ({self.heading}) has no form for {sorted(fields)} {button}")

    def _send(self, form: Form, fields: Mapping[str, Any], button: str) -> "Reader":
        data: dict[str, Any] = {**form.values, **fields}
        action = form.action
        chosen = [b for b in form.buttons if b[1] == button] or form.buttons[:1]
        for name, value, elsewhere in chosen:
            action = elsewhere or action
            if name:
                data[name] = value
        where = urljoin(self.path, action) if action else self.path
        return self._ask(form.method.upper(), where, data=data)

    def _ask(self, method: str, path: str, **said: Any) -> "Reader":
        """One request, shut off from the caller's application context but not from its clock."""
        moment = clock.now()

        def ask() -> TestResponse:
            with clock.as_if(moment):
                return self.client.open(
                    path,
                    method=method,
                    follow_redirects=True,
                    buffered=True,
                    headers={"Sec-Fetch-Site": "same-origin"},
                    **said,
                )

        return self._take(Context().run(ask))

    def _take(self, response: TestResponse) -> "Reader":
        self.status = response.status_code
        self.path = urlsplit(response.request.path).path
        kind = response.content_type or ""
        self.text = response.get_data(as_text=True) if "text" in kind else ""
        reader = _Reader()
        # A page to save belongs to nobody's demo, so it is no page of this one.
        if "html" in kind and "attachment" not in response.headers.get("Content-Disposition", ""):
            reader.feed(self.text)
        self.forms, self.links = reader.forms, reader.links
        self.heading = " ".join(reader.heading.split())
        return self
