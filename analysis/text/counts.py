"""Comments of a wave, counted by theme and direction, and what of that may be shown.

Software codes the comments and nobody has checked them, so only counts in words come out: no
share, no interval, no arrow (TEXT 3.3). The rule is D12 of the statistics specification.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from analysis.dataset import Comment, DataError
from analysis.disclosure import Rule
from analysis.instrument import Instrument, Item
from analysis.summary import NOT_SHOWN, TextResult, TextTheme
from analysis.text.asked import asked_before
from analysis.text.codebook import Codebook, Theme, load
from analysis.text.coder import Coder, first_coder
from analysis.text.own_codebook import NONE, OwnCodebook, over
from analysis.text.own_coder import with_own
from analysis.text.redact import redact

DIRECTIONS = ("negative", "positive", "suggestion", "mixed")
LANGUAGE = "in a language the software does not cover"
USES = ("publish", "board", "themes")
WITHHELD = (("board", "board only"), ("themes", "themes only"))


@dataclass(frozen=True)
class QuestionCounts:
    """Comments to one question, counted; adding two gives the counts of both.

    ``themes`` maps a theme to comments that mention it (``any``) and to comments that mention it
    in each direction. A comment counts once a theme, and once a theme and direction. ``uses``
    counts comments by the author's choice. Comments without content are in no count.
    """

    question: str
    coder: str
    comments: int = 0
    no_theme: int = 0
    uncovered: int = 0
    uses: Mapping[str, int] = field(default_factory=dict)
    themes: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def __add__(self, other: "QuestionCounts") -> "QuestionCounts":
        if (self.question, self.coder) != (other.question, other.coder):
            raise ValueError("Only counts of the same question by the same coder can be added.")
        themes = {
            theme: _added(self.themes.get(theme, {}), other.themes.get(theme, {}))
            for theme in sorted({*self.themes, *other.themes})
        }
        return QuestionCounts(
            self.question,
            self.coder,
            self.comments + other.comments,
            self.no_theme + other.no_theme,
            self.uncovered + other.uncovered,
            _added(self.uses, other.uses),
            themes,
        )

    def to_dict(self) -> dict[str, Any]:
        return {
            "question": self.question,
            "coder": self.coder,
            "comments": self.comments,
            "no_theme": self.no_theme,
            "uncovered": self.uncovered,
            "uses": dict(self.uses),
            "themes": {theme: dict(counts) for theme, counts in self.themes.items()},
        }

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> "QuestionCounts":
        return cls(**raw)


def count_comments(
    comments: Sequence[Comment],
    instrument: Instrument,
    coder: Coder | None = None,
    own: OwnCodebook = NONE,
) -> tuple[QuestionCounts, ...]:
    """Redact, code and count comments: one :class:`QuestionCounts` a text item, in file order.

    ``own`` themes are counted beside the shipped ones, whose counts stay the same. Questions
    without a comment give zeros. Comments without content ("n/a") are left out.
    Raises :class:`DataError` for a comment to a question that the instrument does not ask.
    """
    used = with_own(coder or first_coder(), own)
    items = {item.id: item for item in instrument.texts}
    strangers = sorted({comment.question for comment in comments} - items.keys())
    if strangers:
        raise DataError(
            [f"There are comments to {name!r}, which is no text question." for name in strangers]
        )
    return tuple(
        _count([c for c in comments if c.question == item.id], item, instrument, used)
        for item in items.values()
    )


def release(
    counts: tuple[QuestionCounts, ...],
    instrument: Instrument,
    rule: Rule,
    answers: int,
    own: OwnCodebook = NONE,
) -> tuple[TextResult, ...]:
    """What may be shown of the counts, by rule D12, for the whole organisation.

    ``answers`` is the number of people who answered the wave. A question is shown when at least
    ``rule.comments_answers`` answered and it has ``rule.comments`` comments. *Themes only*
    comments count here, which is what their authors allowed; the number that quotes need is to be
    counted without them. A theme with fewer than ``rule.comments_theme`` comments is not named.
    Themes stand in the order of their rounded counts, so the order tells no more than the words.
    They have the titles of the ``own`` codebook that they were counted with.
    """
    book = over(load(), own)
    return tuple(_release(one, instrument, rule, answers, book) for one in counts)


def in_words(count: int, least: int) -> str:
    """A count as it may be printed: a band under 20, the nearest 5 from there on.

    >>> [in_words(n, 5) for n in (0, 4, 5, 12, 23)]
    ['fewer than 5', 'fewer than 5', '5–9', '10–19', 'about 25']
    """
    if count < least:
        return f"fewer than {least}"
    if count < 10:
        return f"{least}–9"
    return "10–19" if count < 20 else f"about {_nearest5(count)}"


def told_alike(count: int, least: int) -> tuple[float, int, int]:
    """What :func:`in_words` tells of a count: the middle, the fewest and the most in these words.

    >>> [told_alike(n, 5) for n in (4, 9, 12, 21, 23)]
    [(2.0, 0, 4), (7.0, 5, 9), (14.5, 10, 19), (20, 20, 22), (25, 23, 27)]
    """
    if count >= 20:
        about = _nearest5(count)
        return about, max(20, about - 2), about + 2
    low, high = (0, least - 1) if count < least else (least, 9) if count < 10 else (10, 19)
    return (low + high) / 2, low, high


def _nearest5(count: int) -> int:
    return 5 * ((count + 2) // 5)


def _rank(count: int) -> int:
    """Where a theme stands: equal for counts that print alike."""
    return _nearest5(count) if count >= 20 else count // 10


def _count(
    comments: Sequence[Comment], item: Item, instrument: Instrument, coder: Coder
) -> QuestionCounts:
    about, before = text_theme(item, instrument), asked_before(item, instrument)
    question = coder.question(item.text, item.purpose, about, before)
    plain: Counter[str] = Counter()
    uses: Counter[str] = Counter()
    themes: dict[str, Counter[str]] = {theme: Counter() for theme in coder.themes}
    texts = [redact(comment.text).text for comment in comments]
    every = coder.code_all(texts, [question] * len(texts))
    for comment, coded in zip(comments, every, strict=True):
        if coded.empty:
            continue
        uses[comment.use] += 1
        plain["comments"] += 1
        plain["no_theme"] += not coded.mentions and coded.covered
        plain["uncovered"] += not coded.covered
        for theme in coded.themes:
            themes[theme]["any"] += 1
        for theme, direction in {(m.theme, m.direction) for m in coded.mentions}:
            themes[theme][direction] += 1
    return QuestionCounts(
        item.id,
        coder.mark,
        plain["comments"],
        plain["no_theme"],
        plain["uncovered"],
        {use: uses[use] for use in USES},
        {
            theme: {key: count[key] for key in ("any", *DIRECTIONS)}
            for theme, count in themes.items()
        },
    )


def text_theme(item: Item, instrument: Instrument) -> str:
    """The theme a text question asks about, in the codebook's names; empty when it asks openly."""
    scale = next((scale for scale in instrument.scales if scale.id == item.theme), None)
    return scale.text_theme if scale else ""


def _release(
    counts: QuestionCounts, instrument: Instrument, rule: Rule, answers: int, book: Codebook
) -> TextResult:
    text = instrument.item(counts.question).text
    if answers < rule.comments_answers or counts.comments < rule.comments:
        return TextResult(counts.question, text, NOT_SHOWN, (), NOT_SHOWN, (), coder=counts.coder)
    least = rule.comments_theme
    titles = book.titles
    named = [theme for theme, count in counts.themes.items() if count.get("any", 0) >= least]
    named.sort(key=lambda theme: (-_rank(counts.themes[theme]["any"]), titles[theme]))
    withheld = [(words, in_words(counts.uses.get(use, 0), least)) for use, words in WITHHELD]
    if counts.uncovered >= least:
        withheld.append((LANGUAGE, in_words(counts.uncovered, least)))
    return TextResult(
        counts.question,
        text,
        in_words(counts.comments, least),
        tuple(_theme(book.theme(theme), counts.themes[theme], least) for theme in named),
        in_words(counts.no_theme, least),
        tuple(withheld),
        coder=counts.coder,
    )


def _theme(theme: Theme, count: Mapping[str, int], least: int) -> TextTheme:
    words = {key: in_words(count.get(key, 0), least) for key in ("any", *DIRECTIONS)}
    ways = words["negative"], words["positive"], words["suggestion"]
    return TextTheme(theme.id, theme.title, words["any"], *ways, note=theme.note)


def _added(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {key: one.get(key, 0) + other.get(key, 0) for key in sorted({*one, *other})}
