"""Pages and pictures: what a reader sees and what only a program sees."""

import re

_HIDING = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|(?<!-)opacity\s*:\s*0(?![.\d])")
_VOID_TAGS = "area base br col embed hr img input link meta source track wbr"
_VOID = frozenset(_VOID_TAGS.split())
_TAG = re.compile(
    r"<!--(.*?)-->|<(/?)([\w:.-]+)((?:[^<>\"']|\"[^\"]*\"|'[^']*')*?)(/?)>", re.DOTALL
)
_ATTRIBUTE = re.compile(r"([\w:.-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")


class Page:
    """What an HTML page shows, what it does not, and its tables as lines of cells."""

    def __init__(self) -> None:
        self.shown: list[str] = []
        self.unseen: list[tuple[str, str]] = []
        self.tables: list[tuple[str, list[list[str]]]] = []
        self.head = ""
        self._open: list[tuple[str, bool]] = []
        self._cell: list[str] | None = None

    def opened(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attributes}
        for name, value in values.items():
            if name.startswith("data-"):
                self.unseen.append((f"the attribute {name}", value))
        if tag == "img" and values.get("alt"):
            self.unseen.append(("a picture's description", values["alt"]))
        if tag == "meta" and "content" in values and values.get("name") != "viewport":
            self.unseen.append(("a meta tag", values["content"]))
        hidden = bool(_HIDING.search(values.get("style", ""))) or "hidden" in values
        hidden = hidden or values.get("type") == "hidden"
        if tag == "input" and hidden:
            self.unseen.append(("a hidden field", values.get("value", "")))
        if tag not in _VOID:
            self._open.append((tag, hidden))
        if tag == "table":
            self.tables.append(("", []))
        elif tag == "tr" and self.tables:
            self.tables[-1][1].append([])
        elif tag in ("td", "th") and self.tables and self.tables[-1][1]:
            self._cell = []

    def closed(self, tag: str) -> None:
        while self._open and any(name == tag for name, _ in self._open):
            if self._open.pop()[0] == tag:
                break
        if tag in ("td", "th") and self._cell is not None:
            self.tables[-1][1][-1].append(" ".join("".join(self._cell).split()))
            self._cell = None

    def text(self, text: str) -> None:
        inside = {name for name, _ in self._open}
        if "style" in inside or not text.strip():
            return
        if "title" in inside and "head" in inside:
            self.head += text
        if "script" in inside:
            self.unseen.append(("a script", text))
        elif any(hidden for _, hidden in self._open):
            self.unseen.append(("a part that is not shown", text))
        else:
            self.shown.append(text)
            if self._cell is not None:
                self._cell.append(text)
            elif "caption" in inside and self.tables:
                self.tables[-1] = (self.tables[-1][0] + text.strip(), self.tables[-1][1])

    def remark(self, text: str) -> None:
        self.unseen.append(("a remark in the page", text))


def picture(svg: str) -> tuple[list[str], list[tuple[str, str]]]:
    """What an SVG shows as text, and where else it says something.

    Titles and descriptions are heard by those who cannot see: they may say what is shown and no
    more, so they count as unseen. So do remarks, unless they only name drawn text.

    >>> picture('<svg data-n="7"><title>Safe 1.5</title><text>Safe</text></svg>')
    (['Safe'], [('the attribute data-n', '7'), ('its title', 'Safe 1.5')])
    """
    shown: list[str] = []
    unseen: list[tuple[str, str]] = []
    stack: list[tuple[str, bool]] = []
    place = 0
    for found in _TAG.finditer(svg):
        _say(svg[place : found.start()].strip(), stack, shown, unseen)
        place = found.end()
        remark, closing, name, attributes, alone = found.groups()
        if remark is not None:
            drawn = any(tag == "g" for tag, _ in stack) and len(remark.strip()) < 200
            (shown.append(remark) if drawn else unseen.append(("a remark", remark)))
            continue
        tag = name.rpartition(":")[2].lower()
        if closing:
            while stack and stack.pop()[0] != tag:
                pass
            continue
        values = {key: one or other for key, one, other in _ATTRIBUTE.findall(attributes)}
        for key, value in values.items():
            if key.startswith(("data-", "aria-")) or key == "desc":
                unseen.append((f"the attribute {key}", value))
        hiding = " ".join(f"{key}:{value}" for key, value in values.items())
        if not alone:
            stack.append((tag, bool(_HIDING.search(hiding))))
    return shown, unseen


def _say(
    text: str, stack: list[tuple[str, bool]], shown: list[str], unseen: list[tuple[str, str]]
) -> None:
    if not text or not stack:
        return
    inside = {name for name, _ in stack}
    if inside & {"style", "script"}:
        if "script" in inside:
            unseen.append(("a script", text))
    elif "metadata" in inside:
        unseen.append(("its metadata", text))
    elif inside & {"title", "desc"}:
        unseen.append((f"its {'title' if 'title' in inside else 'description'}", text))
    elif any(hidden for _, hidden in stack):
        unseen.append(("a part that is not shown", text))
    else:
        shown.append(text)
