"""The witness's page as one file: no network, nothing beside it, and a policy that says so."""

import base64
import hashlib
import re
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
FOLDER, CLIENT = HERE / "witnessing" / "page", HERE / "static" / "client"
# Each script after those that it imports; the first three are the respondents' own.
SHARED = ("bytes.js", "canonical.js", "hpke.js")
SCRIPTS = ("forms.js", "hpke.js", "keys.js", "bundle.js", "page.js")
IMPORT = re.compile(r"^import .*?;\n", re.MULTILINE | re.DOTALL)
EXPORT = re.compile(r"^export ", re.MULTILINE)


@cache
def page() -> str:
    """The whole page."""
    files = [*(CLIENT / name for name in SHARED), *(FOLDER / name for name in SCRIPTS)]
    script = "".join(EXPORT.sub("", IMPORT.sub("", _text(file))) for file in files)
    style = _text(FOLDER / "page.css")
    said = {
        "script": script,
        "style": style,
        "script_hash": _hash(script),
        "style_hash": _hash(style),
    }
    return re.sub(r"\{(\w+)\}", lambda found: said[found[1]], _text(FOLDER / "page.html"))


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8")


def _hash(content: str) -> str:
    """What a Content-Security-Policy allows this very text by."""
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
