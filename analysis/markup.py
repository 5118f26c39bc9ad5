"""HTML built from tags, so that words from data can never become markup."""

from html import escape

_EMPTY = frozenset({"img", "link", "meta", "br", "hr"})


class Html(str):
    """Text that is already HTML. Any other string is escaped when it becomes a child."""

    __slots__ = ()


def tag(name: str, /, *children: str, **attributes: str) -> Html:
    """An element; ``class_`` and ``data_x`` are written ``class`` and ``data-x``.

    >>> tag("p", "Fish & <chips>", class_="quiet")
    '<p class="quiet">Fish &amp; &lt;chips&gt;</p>'
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"'
        for key, value in attributes.items()
    )
    if name in _EMPTY:
        return Html(f"<{name}{written}>")
    return Html(f"<{name}{written}>{join(*children)}</{name}>")


def join(*children: str) -> Html:
    """Children one after the other, each escaped unless it is HTML already."""
    return Html("".join(child if isinstance(child, Html) else escape(child) for child in children))
