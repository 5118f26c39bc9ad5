"""Every page and file there is, as everybody who might ask for it, from the table of routes."""

import csv
import io
import itertools
import json
import re
import zipfile
from collections import Counter
from uuid import UUID, uuid4

from bs4 import BeautifulSoup
from openpyxl import load_workbook
from pypdf import PdfReader

from tests import factories

NOBODY = "nobody"
STAND_INS = {"UUIDConverter": UUID(int=0), "IntegerConverter": 1, "PathConverter": "x/y"}
# They end the session that the walk goes on with.
LEFT_OUT = {"static", "auth.sign_out", "auth.sign_out_everywhere"}
ONCE = re.compile(rb"""nonce[=-]['"]?[\w-]{10,}|name="csrf_token" value="[^"]+""")
MOST_COLUMNS = 12


def everybody(app):
    """A browser for each role, and one that nobody is signed in with."""
    clients = {NOBODY: app.test_client()}
    for role in factories.ROLES:
        clients[role] = app.test_client()
        factories.sign_in(clients[role], role)
    return clients


def addresses(app, values, method="GET"):
    """Every address that these values make; each may be a list. What is not named gets a stand-in.
    Gives endpoint and address."""
    for rule in app.url_map.iter_rules():
        if method not in rule.methods or rule.endpoint in LEFT_OUT:
            continue
        names = sorted(rule.arguments)
        choices = []
        for name in names:
            kind = type(rule._converters[name]).__name__
            given = values.get(name, STAND_INS.get(kind, "nothing"))
            choices.append(given if isinstance(given, list) else [given])
        for chosen in itertools.product(*choices):
            yield rule.endpoint, rule.build(dict(zip(names, chosen, strict=True)))[1]


def objects(app, wave):
    """What the addresses of a wave are made with."""
    from surveyapp.models.actions import Commitment
    from surveyapp.models.publications import PublishedFile
    from tests import voting

    with app.app_context():
        row = voting.wave_of(wave)
        names = sorted({one.name for one in PublishedFile.query}) or "nothing"
        values = {
            "slug": row.programme.slug,
            "number": row.number,
            "wave_id": [str(one.id) for one in row.programme.waves],
            "key": row.results_key,
            "theme_id": "speaking_up",
            "unit_id": "Riverside/Days",
            "account_id": str(factories.an_account("auditor", email=f"{uuid4()}@spare.org").id),
            "commitment_id": [str(one.id) for one in Commitment.query] or str(UUID(int=0)),
            "act": ["commit", "open", "close"],
            "name": names,
        }
        factories.committed()
        return values


def walk(app, clients, values):
    """What each address gives to each of them: ``(who, address)`` to status and body."""
    asked = [(who, address) for _, address in addresses(app, values) for who in clients]
    return again(clients, asked)


def again(clients, asked):
    """The same for some of them, without what differs by design."""
    found = {}
    for who, address in asked:
        answer = clients[who].get(address)
        found[who, address] = answer.status_code, ONCE.sub(b"", answer.data)
    return found


def tables(body):
    """Every table in a page or file, as rows of text."""
    if body[:2] == b"PK" and b"[Content_Types].xml" not in body:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            for name in archive.namelist():
                yield from tables(archive.read(name))
        return
    if body[:2] == b"PK":
        for sheet in load_workbook(io.BytesIO(body), read_only=False):
            yield [[str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
        return
    if body[:4] == b"%PDF":
        pages = PdfReader(io.BytesIO(body)).pages
        yield [line.split() for page in pages for line in page.extract_text().splitlines()]
        return
    text = body.decode("utf-8", "ignore")
    if text.lstrip()[:1] == "<":
        pages = [BeautifulSoup(text, "html.parser")] if "<table" in text else []
        for table in (table for page in pages for table in page.select("table")):
            yield [[c.get_text(strip=True) for c in row("td") + row("th")] for row in table("tr")]
        return
    try:
        yield from _lists(json.loads(text))
    except ValueError:
        yield [row for row in csv.reader(text.splitlines()) if row]


def _lists(value):
    """Every list in a JSON value, taken as rows and taken as columns."""
    if isinstance(value, dict):
        value = list(value.values())
    elif not isinstance(value, list):
        return
    rows = [list(one.values()) if isinstance(one, dict) else one for one in value]
    rows = [[str(cell) for cell in row] for row in rows if isinstance(row, list)]
    yield rows
    yield [list(row) for row in zip(*rows, strict=False)]
    for inner in value:
        yield from _lists(inner)


def tells_people(body, truth):
    """Whether a page or file has a row for each person: some three of its columns hold the very
    answers that people gave, each as often as it was given."""
    wanted = Counter(tuple(str(one) for one in row) for row in truth)
    for table in tables(body):
        if len(table) < len(truth):
            continue
        width = min(max(map(len, table)), MOST_COLUMNS)
        padded = [(row + [""] * width)[:width] for row in table]
        for columns in itertools.permutations(range(width), len(truth[0])):
            held = Counter(tuple(row[column] for column in columns) for row in padded)
            if not wanted - held:
                return True
    return False
