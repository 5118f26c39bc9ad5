"""What a model may say in words. Each sentence has its gate; none says what leads to what."""

from collections.abc import Mapping, Sequence

from analysis.factors.invariance import Ladder
from analysis.factors.invariance import sentence as ladder_sentence
from analysis.how_to_read import listed
from analysis.models.fitting import Joint, OneFactor, Slope
from analysis.readings import reads_alike
from analysis.reliability import ACCEPTABLE, CONSISTENT

PEOPLE_STEP = 50
NEARLY_ONE = 0.90  # a correlation of two themes from which they can hardly be told apart
OTHERWISE = 0.10  # how far a loading may move before the two ways of reading answers differ
NO_LEAD = "This does not say what leads to what."


def people(n: int) -> str:
    """How many people, in words that give nobody's blank away.

    >>> people(347)
    'at least 300'
    """
    return f"at least {n // PEOPLE_STEP * PEOPLE_STEP}"


def of_theme(title: str, found: OneFactor) -> list[str]:
    """Omega in words, whether one thing is measured, and whether that hangs on how answers are
    read."""
    figures = f"(omega {found.omega:.2f}, likely {found.low:.2f} to {found.high:.2f})"
    if found.low >= CONSISTENT:
        said = [f"The questions of {title} go together well {figures}."]
    elif found.low >= ACCEPTABLE:
        said = [f"The questions of {title} go together well enough {figures}."]
    elif found.high < ACCEPTABLE:
        said = [f"Look at each question of {title} by itself: they go together loosely {figures}."]
    else:
        said = [f"We can’t tell if the questions of {title} go together well enough {figures}."]
    if not found.df:
        said.append("With three questions nobody can test whether they measure one thing.")
    elif found.good:
        said.append("As far as can be tested, they measure one thing.")
    else:
        said.append("They seem to measure more than one thing, so look at each question too.")
    if found.rough:
        said.append(_rough(found.gap))
    return said


def _rough(gap: float | None) -> str:
    if gap is None:
        return "Answers crowd at one end, and the check that allows for it could not be made."
    if gap <= OTHERWISE:
        return "Answers crowd at one end or have few options. Allowing for that changes little."
    return "Answers crowd at one end or have few options. Allowing for that changes the picture."


def of_all(found: Joint, titles: Mapping[str, str]) -> list[str]:
    """Whether the themes measure what they say, and which can hardly be told apart."""
    if not found.good:
        return [
            "The questions do not sort themselves into these themes as they should. "
            "Look at each question too."
        ]
    alike = [
        listed([f"“{titles[one]}”", f"“{titles[other]}”"])
        for one, other, value in found.together
        if value >= NEARLY_ONE
    ]
    said = ["As far as can be tested, the questions belong to the themes they stand under."]
    said += [f"{pair} can hardly be told apart." for pair in alike]
    return said


def of_ladder(found: Ladder, wordings: Mapping[str, str]) -> str:
    """Whether scores can be compared, in the words of :mod:`analysis.factors.invariance`. A rung
    that chance alone could have let fall leaves it open, as for a published score."""
    said = ladder_sentence(found, wordings).replace("waves", "pulses").replace("wave", "pulse")
    unsettled = found.reached in ("configural", "metric") and not found.partly
    if unsettled and reads_alike(found.steps[:3]) is None:
        what = "pulses" if found.waves else "large groups"
        return f"We can’t tell if the questions mean the same in all {what}."
    return said if found.waves else said.replace("groups", "large groups")


def only_the_largest(compared: int, all_of_them: int) -> str:
    """What is left out where all themes are compared in some of the large groups."""
    return (
        f"All themes at once were compared in the {compared} largest of {all_of_them} large groups "
        "only. Each theme by itself was compared in all of them."
    )


def of_slopes(slopes: Sequence[Slope], outcome: str, titles: Mapping[str, str]) -> tuple[str, ...]:
    """The themes that go with the outcome, the others held equal; of the rest that we can't tell.

    >>> of_slopes([Slope("b", 0.31, 0.12, 0.5, 20.0, True)], "a", {"a": "Fear", "b": "Pay"})[0]
    'With the other themes alike, 10 points in “Pay” go with about 3 in “Fear” (likely 1 to 5).'
    """
    clear = [slope for slope in slopes if slope.clear]
    said = [
        f"With the other themes alike, 10 points in “{titles[slope.theme]}” go with about "
        f"{_points(slope.value)} in “{titles[outcome]}” "
        f"(likely {_points(slope.low)} to {_points(slope.high)})."
        for slope in clear
    ]
    if rest := [f"“{titles[slope.theme]}”" for slope in slopes if not slope.clear]:
        said.append(
            f"We can’t tell if {listed(rest)} {'go' if len(rest) > 1 else 'goes'} with "
            f"“{titles[outcome]}” once the other themes are alike."
        )
    return (*said, NO_LEAD)


def _points(slope: float) -> str:
    """Points of the outcome for ten of a theme.

    >>> _points(-0.26), _points(0.0)
    ('−3', '0')
    """
    return f"{round(10 * slope):d}".replace("-", "−")
