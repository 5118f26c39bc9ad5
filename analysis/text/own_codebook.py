"""An organisation's own codebook: titles of its own, and themes beside the fifteen shipped ones.

It is laid over the shipped codebook and changes nothing in it. A title is for display: the id,
the definition and every figure of the theme stay. A theme of one's own is coded beside the shipped
ones and never instead of one, so what a comment gets of the fifteen is the same with and without
it. A theme is never deleted and its id never used again; it is retired.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from typing import Any, Literal, NamedTuple

from analysis.text.codebook import Codebook, Theme

OWN = "own_"
FEWEST_PHRASES = 5
BESIDE = "Code it beside the other themes, never instead of one."

State = Literal["proposed", "used", "retired"]
STATES: tuple[State, ...] = ("proposed", "used", "retired")


class Problem(NamedTuple):
    """What is wrong, in a sentence, and the words at fault, by which its line can be found."""

    words: str
    said: str


@dataclass(frozen=True)
class OwnTheme:
    """A theme of the organisation's own.

    ``phrases`` of one to four words each show it by themselves; a clause with one of ``against``
    does not show it. ``examples`` has a sentence for one direction or more. ``since`` names the
    wave that it began with, empty before. Only a ``used`` theme is coded.
    """

    id: str
    title: str
    definition: str = ""
    includes: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    examples: Mapping[str, str] = field(default_factory=dict)
    phrases: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    since: str = ""
    state: State = "used"

    @cached_property
    def fingerprint(self) -> str:
        """Of all that decides whether a comment has the theme: not of its title or examples."""
        decides = [self.id, self.definition, self.includes, self.excludes]
        given = json.dumps([*decides, sorted(self.phrases), sorted(self.against)])
        return hashlib.sha256(given.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class OwnTitle:
    """A title of the organisation's own for a shipped theme, and the wave it began with."""

    theme: str
    title: str
    since: str = ""


@dataclass(frozen=True)
class Offered:
    """Words of comments that no theme covered and that people put with ``theme``, a shipped or an
    own one, in ``wave``, the last where they came twice. They are no phrases: somebody decides."""

    theme: str
    words: tuple[str, ...]
    wave: str


@dataclass(frozen=True)
class OwnCodebook:
    """All that an organisation lays over the shipped codebook; without anything it changes nothing.

    ``version`` names the state of it, the same everywhere the same is used. What is ``offered``
    waits for a decision and codes nothing.
    """

    version: str = ""
    titles: tuple[OwnTitle, ...] = ()
    themes: tuple[OwnTheme, ...] = ()
    offered: tuple[Offered, ...] = ()

    @cached_property
    def used(self) -> tuple[OwnTheme, ...]:
        return tuple(theme for theme in self.themes if theme.state == "used")

    @cached_property
    def fingerprints(self) -> Mapping[str, str]:
        """By which two waves tell whether a theme was coded alike in both."""
        return {theme.id: theme.fingerprint for theme in self.used}

    @cached_property
    def in_use(self) -> "OwnCodebook":
        """What pulses are coded with: without what is proposed, offered or retired."""
        return replace(self, themes=self.used, offered=())

    @cached_property
    def sha256(self) -> str:
        text = json.dumps(self.to_dict(), ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def to_dict(self) -> dict[str, Any]:
        """Plain lists, strings and objects: fit for canonical JSON."""
        found: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        if not self.offered:
            # So that a codebook in use has the fingerprint that it always had.
            del found["offered"]
        return found

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> "OwnCodebook":
        """Raises ``TypeError`` or ``KeyError`` for what is no such codebook."""
        return cls(
            str(raw["version"]),
            tuple(OwnTitle(**one) for one in raw["titles"]),
            tuple(theme_from(one) for one in raw["themes"]),
            tuple(
                Offered(one["theme"], tuple(one["words"]), one["wave"])
                for one in raw.get("offered", ())
            ),
        )


NONE = OwnCodebook()


def over(shipped: Codebook, own: OwnCodebook) -> Codebook:
    """The shipped codebook with the organisation's titles, and its themes after the fifteen."""
    if not own.titles and not own.used:
        return shipped
    titles = {one.theme: one for one in own.titles}
    themes = [
        replace(theme, title=titles[theme.id].title, note=_renamed(titles[theme.id], theme.title))
        if theme.id in titles
        else theme
        for theme in shipped.themes
    ]
    themes += [
        Theme(
            id=theme.id,
            title=theme.title,
            default="negative",
            definition=theme.definition,
            includes=theme.includes,
            excludes=theme.excludes,
            examples=dict(theme.examples),
            words={"strong": theme.phrases, "not": theme.against},
            note=_added(theme),
        )
        for theme in own.used
    ]
    sha256 = hashlib.sha256(f"{shipped.sha256} {own.in_use.sha256}".encode()).hexdigest()
    return Codebook(f"{shipped.version} with own {own.version}", tuple(themes), sha256)


def told_coders(theme: Theme) -> str:
    """What somebody who codes is told of a theme: an own one takes nothing from the others."""
    return f"{theme.definition} {BESIDE}" if theme.id.startswith(OWN) else theme.definition


def _renamed(one: OwnTitle, shipped: str) -> str:
    since = f" since {one.since}" if one.since else ""
    return f"Called “{one.title}” here{since}. The shipped title is “{shipped}”."


def _added(theme: OwnTheme) -> str:
    since = f", coded since {theme.since}" if theme.since else ""
    return (
        f"“{theme.title}” is this organisation’s own theme{since}. Software finds it by set "
        "phrases alone, and nobody has proved elsewhere how well that works."
    )


def theme_from(body: Mapping[str, Any]) -> OwnTheme:
    """A theme from plain lists and words. Raises ``TypeError``, ``KeyError`` or ``ValueError``."""
    settings = dict(body)
    for key in ("includes", "excludes", "phrases", "against"):
        settings[key] = tuple(_words(one) for one in settings.get(key, ()))
    settings["examples"] = {way: _words(one) for way, one in settings.get("examples", {}).items()}
    for key in ("id", "title"):
        settings[key] = _words(settings[key])
    if settings.get("state", "used") not in STATES:
        raise ValueError(f"state is {', '.join(STATES)}")
    return OwnTheme(**settings)


def _words(given: object) -> str:
    if not isinstance(given, str):
        raise TypeError(f"{given!r} is not written as words")
    return given
