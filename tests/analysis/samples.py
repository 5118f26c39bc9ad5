"""Hand-made summaries with every state a page or report must show.

Riverside is a made-up home with six groups and four pulses. Speaking up is reworded in the third
pulse (a break), recognition is withheld in the second (a gap), Garden is shown in bands, Laundry
is not shown and Kitchen is known to be too small. The last pulse also says how its scores may be
read and what goes together; the others do not. :func:`long` has a pulse a month for as many months
as wanted. No number here was computed: a page only shows.
"""

from collections.abc import Sequence
from dataclasses import replace

from analysis.summary import (
    Band,
    Comparison,
    Figure,
    ItemHead,
    ItemRow,
    Participation,
    Quote,
    Reading,
    Row,
    Silence,
    Summary,
    TextResult,
    TextTheme,
    ThemeHead,
    Together,
    UnitHead,
    Verdict,
    WaveHead,
)

WAVES = (
    ("2026-02", "February 2026", "2026-02-27"),
    ("2026-05", "May 2026", "2026-05-29"),
    ("2026-08", "August 2026", "2026-08-28"),
    ("2026-11", "November 2026", "2026-11-20"),
)
RULE = {"k": 10, "headcount": 12, "k_sensitive": 20, "banded_below": 20, "large": 50}

UNITS = (
    UnitHead("riverside", "Riverside", None, 690, False),
    UnitHead("days", "Days", "riverside", 330, False),
    UnitHead("nights", "Nights", "riverside", 160, False),
    UnitHead("community", "Community team", "riverside", 146, False),
    UnitHead("garden", "Garden", "riverside", 24, False),
    UnitHead("laundry", "Laundry", "riverside", 21, False),
    UnitHead("kitchen", "Kitchen", "riverside", 9, True),
)

THEMES = (
    ThemeHead(
        "speaking_up",
        "Safe to speak up",
        "Whether people can raise a worry without it counting against them.",
        "mean",
        True,
        True,
        "fear",
        (
            ItemHead(
                "speak_1",
                "speaking_up",
                "I can raise a worry about care without it counting against me",
                False,
            ),
            ItemHead(
                "speak_2",
                "speaking_up",
                "People here keep quiet because they fear what happens next",
                True,
            ),
            ItemHead(
                "speak_3", "speaking_up", "When I speak up, somebody listens and answers", False
            ),
        ),
        "The questions go together well, so one score can stand for them. "
        "From 0 (not at all) to 1 (fully) that is 0.84, likely 0.82 to 0.86 (alpha).",
    ),
    ThemeHead(
        "communication",
        "Communication",
        "Whether people are told what they need to know, in time, and believe it.",
        "mean",
        False,
        False,
        "communication",
        (
            ItemHead("comm_1", "communication", "I hear about changes before they reach me", False),
            ItemHead("comm_2", "communication", "I believe what I am told here", False),
        ),
        "",
    ),
    ThemeHead(
        "workload",
        "Workload",
        "Whether the work fits in the time and the people there are.",
        "mean",
        False,
        False,
        "workload",
        (
            ItemHead("work_1", "workload", "I can do my work well in the hours I have", False),
            ItemHead("work_2", "workload", "I take work home because there is too much", True),
        ),
        "Look at each question by itself: they do not go together (0.48).",
    ),
    ThemeHead(
        "recognition",
        "Recognition",
        "Whether good work is noticed.",
        "favourable",
        False,
        False,
        "recognition",
        (ItemHead("recog_1", "recognition", "Good work is noticed here", False),),
        "",
    ),
)

FIRST = Comparison("first", "")
NOT_SHOWN_CHANGE = Comparison("not_shown", "")


def figure(n: str, score: float, low: float, high: float, shares: tuple[str, str, str]) -> Figure:
    return Figure(n=n, score=score, low=low, high=high, band=None, shares=shares)


def band(word: Band) -> Figure:
    return Figure(n="10–19", score=None, low=None, high=None, band=word, shares=None)


def change(
    verdict: Verdict, difference: float, low: float, high: float, against: str
) -> Comparison:
    return Comparison(verdict, against, difference, low, high)


# Whole organisation, by theme: one (figure, change) a pulse.
_ORGANISATION: dict[str, tuple[tuple[Figure | None, Comparison], ...]] = {
    "speaking_up": (
        (figure("395", 46, 43, 49, ("34%", "28%", "38%")), FIRST),
        (
            figure("400", 45, 42, 48, ("33%", "28%", "39%")),
            change("cannot_tell", -1, -5, 3, "February 2026"),
        ),
        (
            figure("405", 55, 52, 58, ("48%", "27%", "25%")),
            Comparison("break", "May 2026", why="A question was reworded."),
        ),
        (
            figure("395", 62, 59, 65, ("58%", "22%", "20%")),
            change("higher", 7, 3, 11, "August 2026"),
        ),
    ),
    "communication": (
        (figure("395", 40, 37, 43, ("29%", "31%", "40%")), FIRST),
        (
            figure("400", 41, 38, 44, ("30%", "31%", "39%")),
            change("same", 1, -4, 5, "February 2026"),
        ),
        (
            figure("400", 43, 40, 46, ("32%", "30%", "38%")),
            change("cannot_tell", 2, -2, 7, "May 2026"),
        ),
        (
            figure("395", 44, 41, 47, ("33%", "30%", "37%")),
            change("same", 1, -4, 5, "August 2026"),
        ),
    ),
    "workload": (
        (figure("395", 56, 53, 59, ("47%", "25%", "28%")), FIRST),
        (
            figure("400", 52, 49, 55, ("42%", "26%", "32%")),
            change("cannot_tell", -4, -8, 1, "February 2026"),
        ),
        (
            figure("405", 49, 46, 52, ("38%", "27%", "35%")),
            change("cannot_tell", -3, -7, 1, "May 2026"),
        ),
        (
            figure("395", 44, 41, 47, ("31%", "26%", "43%")),
            change("lower", -5, -10, -1, "August 2026"),
        ),
    ),
    "recognition": (
        (figure("390", 51, 46, 56, ("51%", "24%", "25%")), FIRST),
        (None, NOT_SHOWN_CHANGE),
        (
            figure("400", 53, 48, 58, ("53%", "23%", "24%")),
            Comparison("not_shown", "May 2026"),
        ),
        (
            figure("395", 54, 49, 59, ("54%", "22%", "24%")),
            change("cannot_tell", 1, -6, 8, "August 2026"),
        ),
    ),
}

# Groups in the last pulse, by theme and unit.
_REST = "the rest"
_SHARES = ("50%", "25%", "25%")
_GROUPS: dict[str, dict[str, tuple[Figure | None, Comparison, Comparison]]] = {
    theme: {
        "days": (
            figure("210", 66 + shift, 63 + shift, 70 + shift, _SHARES),
            change("cannot_tell", 2, -3, 7, "August 2026"),
            Comparison("same", _REST),
        ),
        "nights": (
            figure("60", 52 + shift, 47 + shift, 58 + shift, _SHARES),
            change("cannot_tell", -1, -9, 7, "August 2026"),
            Comparison("lower", _REST),
        ),
        "community": (
            figure("85", 60 + shift, 55 + shift, 65 + shift, _SHARES),
            change("cannot_tell", 3, -4, 10, "August 2026"),
            Comparison("cannot_tell", _REST, why="The difference could be chance."),
        ),
        "garden": (band(word), Comparison("cannot_tell", "August 2026"), NOT_SHOWN_CHANGE),
        "laundry": (None, NOT_SHOWN_CHANGE, NOT_SHOWN_CHANGE),
        "kitchen": (None, NOT_SHOWN_CHANGE, NOT_SHOWN_CHANGE),
    }
    for theme, shift, word in (
        ("speaking_up", 0, "mixed"),
        ("communication", -18, "few"),
        ("workload", -18, "few"),
        ("recognition", -8, "most"),
    )
}

_ITEM_FIGURES = {
    "speak_1": figure("395", 62, 59, 65, ("58%", "22%", "20%")),
    "speak_2": figure("395", 58, 55, 62, ("52%", "25%", "23%")),
    "speak_3": figure("390", 65, 62, 69, ("61%", "20%", "19%")),
    "comm_1": figure("395", 41, 38, 44, ("30%", "28%", "42%")),
    "comm_2": figure("395", 47, 44, 50, ("36%", "31%", "33%")),
    "work_1": figure("395", 42, 39, 45, ("29%", "24%", "47%")),
    "recog_1": figure("395", 58, 55, 61, ("54%", "22%", "24%")),
}

_TEXT = (
    TextResult(
        question="barriers",
        text="What makes good days hard here, and what should stop?",
        comments="about 180",
        themes=(
            TextTheme("workload", "Workload", "about 70", "about 60", "fewer than 5", "10–19"),
            TextTheme(
                "fear", "Fear of speaking out", "about 20", "about 20", "fewer than 5", "5–9"
            ),
            TextTheme("communication", "Communication", "about 45", "about 35", "5–9", "10–19"),
        ),
        no_theme="about 30",
        withheld=(("Recognition", "fewer than 5 comments"),),
        coder="rules 1",
    ),
)

READINGS = (
    Reading(
        "speaking_up",
        split="People were split: many answers lie at both ends.",
        meaning="As far as can be tested, people read these questions as they did in August 2026.",
        make_up="A score can move when groups grow or shrink, even if everybody answers as "
        "before. Since August 2026, hardly anything is in how people answered. About 2 points up "
        "are in groups growing or shrinking.",
        alike="Without sheets that give one answer throughout, the score would be about 60.",
    ),
    Reading("communication", split="Answers were spread out."),
    Reading(
        "workload",
        split="Most people gave answers close to one another.",
        make_up="A score can move when groups grow or shrink, even if everybody answers as "
        "before. Since August 2026, about 1 point up is in how people answered. Hardly "
        "anything is in groups growing or shrinking.",
        since_first=change("lower", -12, -17, -7, "February 2026"),
    ),
)
TOGETHER = Together("speaking_up", (("communication",), ("workload", "recognition")), 4, "380")
EVENNESS = (
    "Some groups answered much more than others, so the results lean towards what those groups "
    "think, although every group counts by its people."
)

_QUOTES = (
    Quote("barriers", "We hear nothing back."),
    Quote("barriers", 'I write <notes> at home & "nobody" sees it.'),
)


def summary(number: int = 4, *, simulated: bool = True, imported: bool | None = None) -> Summary:
    """The results of pulse 1 to 4; the first two are imported unless told otherwise."""
    index = number - 1
    wave_id, label, date = WAVES[index]
    from_file = number <= 2 if imported is None else imported
    last = number == len(WAVES)
    rows: list[Row] = []
    for theme in THEMES:
        shown, moved = _ORGANISATION[theme.id][index]
        rows.append(Row(theme.id, "riverside", shown, moved, Comparison("not_shown", "")))
        for unit in UNITS[1:]:
            group, group_change, rest = _GROUPS[theme.id][unit.id]
            group_change = group_change if last else NOT_SHOWN_CHANGE
            rows.append(Row(theme.id, unit.id, group, group_change, rest))
    return Summary(
        programme="Riverside pulse",
        instrument="candour-core",
        instrument_version="1",
        wave=WaveHead(wave_id, label, date, "imported" if from_file else "ballots", simulated),
        rule=RULE,
        units=UNITS,
        themes=THEMES,
        rows=tuple(rows),
        items=tuple(
            ItemRow(item.id, _ITEM_FIGURES.get(item.id)) for t in THEMES for item in t.items
        ),
        participation=(
            Participation("riverside", 690, "415", "60%"),
            Participation("days", 330, "215", "65%"),
            Participation("nights", 160, "60", "38%"),
            Participation("community", 146, "90", "62%"),
            Participation("garden", None, None, None),
            Participation("laundry", None, None, None),
            Participation("kitchen", None, None, None),
        ),
        silence=tuple(Silence(theme.id, "1 in 28", "1 in 40", 37.0, 77.0) for theme in THEMES),
        text=_TEXT,
        quotes=_QUOTES if last else (),
        notes=("People who answered may differ from people who did not.",),
        readings=READINGS if last else (),
        together=TOGETHER if last else None,
        evenness=EVENNESS if last else "",
    )


def summaries(*, simulated: bool = True) -> Sequence[Summary]:
    """All four pulses, oldest first."""
    return tuple(summary(number, simulated=simulated) for number in range(1, len(WAVES) + 1))


# Whole organisation, a score a month, over and over: coming and going, with one month apart.
_STEADY = (51, 53, 50, 52, 54, 51, 49, 52, 53, 50, 52, 51)
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def long(pulses: int) -> Sequence[Summary]:
    """So many monthly pulses: speaking up is steady until its last score, communication slides
    slowly, workload moves to another level half way, recognition is not shown now and then."""
    return tuple(_month(place, pulses) for place in range(pulses))


def _month(place: int, pulses: int) -> Summary:
    base = summary(4)
    year, month = divmod(place, 12)
    label = f"{_MONTHS[month]} {2025 + year}"
    before = f"{_MONTHS[(place - 1) % 12]} {2025 + (place - 1) // 12}"
    usual, last = _STEADY[place % 12], place == pulses - 1
    scores = {
        "speaking_up": 70 if last else usual,
        "communication": 60 - place // 2,
        "workload": usual + (9 if place >= pulses / 2 else 0),
        "recognition": None if place % 5 == 1 else usual - 8,
    }
    same = change("cannot_tell", 0, -4, 4, before) if place else FIRST
    shown = {
        theme: (
            None if score is None else figure("395", score, score - 3, score + 3, _SHARES),
            NOT_SHOWN_CHANGE if score is None and place else same,
        )
        for theme, score in scores.items()
    }
    slid = change("lower", -(place // 2), -(place // 2) - 4, -1, "January 2025")
    return replace(
        base,
        wave=replace(base.wave, id=f"{2025 + year}-{month + 1:02d}", label=label, origin="ballots"),
        rows=tuple(
            replace(row, figure=shown[row.theme][0], change=shown[row.theme][1])
            if row.unit == "riverside"
            else row
            for row in base.rows
        ),
        readings=(Reading("communication", since_first=slid),) if place // 2 >= 5 else (),
        quotes=(),
    )
