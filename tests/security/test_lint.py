"""LINT (SECURITY 7, 12): code that handles a ballot asks for no address, agent, cookie or clock."""

import ast
from pathlib import Path

import surveyapp

ROOT = Path(surveyapp.__file__).parent
# Everything a ballot passes through, from the respondent's request to the shuffled block.
BALLOT_CODE = ("respond", "box", "crypto", "wire.py", "limits.py",
               "services/ballotbox.py",
               "services/opening.py", "services/answer_blocks.py", "services/terms.py",
               "services/registrar.py", "models/ballots.py", "models/responses.py")  # fmt: skip
WHO_ASKS = {
    "remote_addr", "remote_user", "user_agent", "access_route", "referrer", "cookies", "environ",
    "headers", "authorization", "session", "viewer", "signed_in", "host", "url", "full_path",
}  # fmt: skip
CLOCKS = {"clock", "time", "datetime", "zoneinfo", "calendar"}
LOUD = {"print", "breakpoint", "logger", "logging", "warn", "warnings"}
# What is allowed and why; a row that nothing needs any more fails too.
ALLOWED = {
    ("respond/attempts.py", "time"): "a cap on wrong codes, in memory",
    ("limits.py", "time"): "limits by the minute, in memory",
    ("respond/visits.py", "clock"): "is the pulse open now",
    ("respond/pulse.py", "datetime"): "the type of the present that it is given",
    ("respond/views.py", "clock"): "which pulse is open now",
    ("respond/collecting.py", "clock"): "is the pulse open now",
    ("respond/pages.py", "headers"): "asks the browser to forget",
    ("box/views.py", "headers"): "which page may send ballots here",
}


def telling(source):
    """What a module uses that says who asks or when, or that could write it down."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute):
            if node.attr in WHO_ASKS | LOUD and _is_request(node.value):
                found.add(node.attr)
        elif isinstance(node, ast.Name):
            found |= {node.id} & LOUD
        elif isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names} & (CLOCKS | LOUD)
        elif isinstance(node, ast.ImportFrom):
            names = {alias.name for alias in node.names}
            asked = names & {"session", "viewer", "signed_in"}
            found |= asked | (names | {(node.module or "").partition(".")[0]}) & (CLOCKS | LOUD)
    return found


def _is_request(node):
    return not (isinstance(node, ast.Name) and node.id in ("visit", "pulse", "self"))


def modules():
    for name in BALLOT_CODE:
        path = ROOT / name
        assert path.exists(), f"{name} has moved: this list says what a ballot passes through"
        yield from sorted(path.rglob("*.py")) if path.is_dir() else [path]


def test_the_lint_finds_every_way_to_see_who_asks_and_when():
    assert telling("import time\nfrom flask import session") == {"time", "session"}
    assert telling("from surveyapp import clock\nfrom datetime import datetime") >= {"clock"}
    for asked in ("remote_addr", "user_agent.string", "cookies['a']", "environ.get('X')", "host"):
        assert telling(f"request.{asked}"), asked
        assert telling(f"flask.request.{asked}"), asked
    assert telling("current_app.logger.info(record)\nprint(record)") == {"logger", "print"}
    assert telling("visit.token\nkeys.get(path)\nrequest.form") == set()


def test_ballot_code_asks_for_no_address_agent_cookie_or_clock(record_figure):
    found = {
        (str(path.relative_to(ROOT)), name)
        for path in modules()
        for name in telling(path.read_text())
    }
    assert found - ALLOWED.keys() == set()
    assert ALLOWED.keys() - found == set()
    record_figure("LINT", f"0 in ballot code; {len(ALLOWED)} uses allowed by name, each with why")
