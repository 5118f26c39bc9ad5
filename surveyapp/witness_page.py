"""The witness's page as one file: no network, nothing beside it, and a policy that says so."""

import base64
import hashlib
import re
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "witnessing" / "page"
# Each script after those that it imports.
SCRIPTS = ("bytes.js", "hpke.js", "keys.js", "bundle.js", "page.js")
IMPORT = re.compile(r"^import .*?;\n", re.MULTILINE | re.DOTALL)
EXPORT = re.compile(r"^export ", re.MULTILINE)


@cache
def page() -> str:
    """The whole page."""
    script = "".join(EXPORT.sub("", IMPORT.sub("", _file(name))) for name in SCRIPTS)
    style = _file("page.css")
    said = {
        "script": script,
        "style": style,
        "script_hash": _hash(script),
        "style_hash": _hash(style),
    }
    return re.sub(r"\{(\w+)\}", lambda found: said[found[1]], _file("page.html"))


def _file(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def _hash(content: str) -> str:
    """What a Content-Security-Policy allows this very text by."""
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
