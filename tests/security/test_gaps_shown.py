"""Attacks on the table of how often groups write about a theme: left out, or told unpromised."""

import pytest

from surveyapp import verify

GROUPS = [
    {"key": "org", "parent": None},
    {"key": "days", "parent": "org"},
    {"key": "nights", "parent": "org"},
    {"key": "days/a", "parent": "days"},
]
PROMISED = [{"id": "comments-groups", "words": "Whether people in one directorate write more"}]
WORD = {"verdict": "cannot_tell", "against": "the rest"}


def results(*cells):
    grey = {"workload": "", "pay": "Too few.", "other": "", "workload/positive": ""}
    shares = [{"label": label, "grey": why} for label, why in grey.items()]
    told = [{"theme": theme, "unit": unit, "rest": WORD} for theme, unit in cells]
    audit = {"found": {"shares": shares}, "groups": told}
    question = {"question": "barriers", "audit": audit}
    return {
        "rows": [], "items": [], "participation": [], "silence": [],
        "text": [question, {"question": "wishes", "audit": None}],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "promised", "verdict"),
    [
        ([("workload", "days"), ("workload", "nights")], True, verify.SOUND),
        ([("workload", "days")], True, verify.INCOMPLETE),
        ([], True, verify.INCOMPLETE),
        ([], False, verify.SOUND),
        ([("workload", "days"), ("workload", "nights")], False, verify.TAMPERED),
    ],
)
def test_what_groups_wrote_is_told_whole_and_only_as_promised(cells, promised, verdict):
    covenant = {
        "wave": {"label": "May"}, "groups": GROUPS, "themes": [], "questions": [],
        "tables": PROMISED if promised else [],
    }  # fmt: skip
    report = verify.Report()
    verify.check_tables(verify.Pulse([], covenant=covenant), results(*cells), report)
    found = [kind for kind in (verify.TAMPERED, verify.INCOMPLETE) if report.problems[kind]]
    assert found == ([] if verdict == verify.SOUND else [verdict])
