"""Which column of a table is what, by the names that people give to columns."""

import re
from collections.abc import Mapping, Sequence

ROLES: Mapping[str, str] = {
    "parent": "parent|part of|belongs to|reports to|parent group|parent unit|within",
    "breakdown": "breakdown|dimension|attribute|by|split|cut",
    "wave": "wave|pulse|pulse name|period|year|survey|window|round|month|quarter|edition|closed",
    "audience": "audience|for|view|role view|shown to",
    "measure": "theme|item|question|measure|indicator|topic|statement|scale|metric|variable",
    "people": "people|headcount|head count|people invited|invited|eligible|staff|population"
    "|staff in post|number of people|workforce|size|group size",
    "n": "n|answers|respondents|responses|base|completes|answered|sample|sample size"
    "|number of responses|n answered|number of answers|response count|base n|valid n|n responses",
    "count": "count|favourable count|positive|positives|yes|agree count|n favourable|favourable n"
    "|number favourable|n yes|agreed|number agree|n agree|frequency|freq|x|k|count favourable",
    "share": "percent|pct|share|favourable|neutral|unfavourable|agree|disagree|proportion|rate"
    "|percent favourable|percent agree|pct favourable|favorable|unfavorable|percent positive"
    "|percentage|strongly agree|strongly disagree|tend to agree"
    "|tend to disagree|neither|neither agree nor disagree"
    "|share favourable|percent yes|percentage favourable|percentage agree|value pct",
    "mean": "mean|score|average|avg|index|mean score|average score|rating|group mean",
    "sd": "sd|std|stdev|std dev|standard deviation|s d",
    "low": "low|lower|ci low|ci lower|lcl|lci|lower ci|ci 95 low|lower 95|lower bound",
    "high": "high|upper|ci high|ci upper|ucl|uci|upper ci|ci 95 high|upper 95|upper bound",
    "span": "likely range|interval|ci|95 ci|confidence interval|range",
    "shrunk": "shrunk|eb|blup|smoothed|adjusted|empirical bayes|shrunken|shrunken mean"
    "|adjusted mean",
    "weight": "lambda|reliability|shrinkage|shrinkage weight|weight|credibility",
    "mark": "rank|flag|colour|color|rag|significant|significance|quartile|arrow|alert|star|verdict"
    "|trend|direction|heat|position|hotspot|against the rest|band",
    "comment": "comment|comments|text|verbatim|quote|free text|response text|remark|open answer",
    "time": "timestamp|submitted|time|datetime|created|created at|date submitted|submitted at"
    "|date time|answered at|received",
    "key": "respondent|respondent id|response id|token|person|user|user id|uid|ip|email|row id",
    "lowest": "lowest possible|lowest",
    "highest": "highest possible|highest",
    "label": "name|group name|title|label|option|response|answer",
}  # fmt: skip
GROUPS = (
    "group|team|unit|department|dept|directorate|service|division|site|location|area|region|role"
    "|grade|tenure|age|age group|gender|sex|ethnicity|disability|contract|office|branch|section"
    "|business unit|category|profession|job|job role|length of service|band group|who|where"
)
_BY_NAME = {name: role for role, names in ROLES.items() for name in names.split("|")}
_GROUP_NAMES = frozenset(GROUPS.split("|"))
_TOTALS = (
    "total|all|overall|everybody|everyone|whole|organisation|organization|org|company|grand total"
    "|all staff|all groups|all roles|all teams|whole organisation|any|"
)
TOTALS = frozenset(_TOTALS.split("|"))


def plain(name: str) -> str:
    """A column's name without marks: "% Favourable" -> "percent favourable".

    >>> plain("% Favourable"), plain("CI_low"), plain("Lower (95%)")
    ('percent favourable', 'ci low', 'lower 95')
    """
    words = re.sub(r"^%\s*|\s*\(%\)$", " percent ", name.strip().lower().lstrip("\ufeff"))
    words = re.sub(r"[^a-z0-9äöüßéè]+", " ", words).strip()
    return "percent favourable" if words == "favourable percent" else words


def is_total(text: str) -> bool:
    return text.strip().lower() in TOTALS


def roles(header: Sequence[str], named: Mapping[str, str]) -> dict[str, str]:
    """Column -> role, for those understood; ``named`` maps columns to roles by hand.

    >>> roles(["Team", "Parent", "n", "% favourable", "Shoe size"], {})
    {'Team': 'group', 'Parent': 'parent', 'n': 'n', '% favourable': 'share'}
    """
    found: dict[str, str] = {}
    both = "N" in header and "n" in header
    for column in header:
        name = plain(column)
        if name in named:
            found[column] = named[name]
        elif both and column == "N":
            found[column] = "people"
        elif name in _GROUP_NAMES:
            found[column] = "group"
        elif name in _BY_NAME:
            found[column] = _BY_NAME[name]
    return found
