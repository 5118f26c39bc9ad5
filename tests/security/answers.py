"""What is wrong with an answer, whatever it says: its headers, and scripts in the page."""

import re
from functools import lru_cache

from bs4 import BeautifulSoup

from surveyapp import headers

SOURCES = {"'none'", "'self'"}
MUST = {
    "default-src": "'none'", "base-uri": "'none'", "frame-ancestors": "'none'",
    "form-action": "'self'", "require-trusted-types-for": "'script'",
}  # fmt: skip
NONCE = re.compile(r"'nonce-[\w-]{20,}'")


def lacking(answer, *, static=False):
    """What is wrong with the headers of an answer, and with the page under them."""
    wrong = [n for n, value in headers.FIXED.items() if answer.headers.get(n) != value]
    if not static and answer.headers.get("Cache-Control") != "no-store":
        wrong.append("Cache-Control")
    parts = answer.headers.get("Content-Security-Policy", "").split(";")
    policy = {part.split()[0]: part.split()[1:] for part in parts if part.strip()}
    wrong += [name for name, value in MUST.items() if policy.get(name) != [value]]
    for name, sources in policy.items():
        if name in MUST:
            continue
        odd = {source for source in sources if not NONCE.fullmatch(source)} - SOURCES
        wrong += [f"{name} {source}" for source in odd if name.endswith("-src")]
    saved = answer.headers.get("Content-Disposition", "").startswith("attachment")
    if answer.mimetype == "text/html" and not saved:
        wrong += _inline(answer.data, tuple(policy.get("script-src", ())))
    return wrong


@lru_cache(10_000)
def _inline(body, allowed):
    page, wrong = BeautifulSoup(body, "html.parser"), []
    for tag in page.find_all(True):
        wrong += [f"{tag.name} {name}" for name in tag.attrs if re.fullmatch(r"on\w+|style", name)]
    for script in page("script"):
        nonce = f"'nonce-{script.get('nonce', '')}'"
        if script.get("src") and not script["src"].startswith("/static/"):
            wrong.append("script from elsewhere")
        if not script.get("src") and nonce not in allowed:
            wrong.append("inline script")
    return wrong
