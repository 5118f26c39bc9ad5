"""Published tables: our formulas give other people's figures."""

import pytest

from analysis.dataset import DataError
from analysis.importers.aggregates import (
    CSPS_THEMES,
    Distribution,
    csps_organisations,
    csps_theme_scores,
    pses_distributions,
    pses_rounding,
    pses_score,
)


@pytest.mark.real_data
def test_theme_scores_of_2019_agree_for_all_organisations(shared):
    organisations = csps_organisations(shared / "data/uk_csps/csps2019_orgscores.csv")
    assert len(organisations) == 111
    compared, worst = 0, 0.0
    for organisation in organisations:
        for theme, ours in csps_theme_scores(organisation).items():
            if theme in organisation.values:
                compared += 1
                worst = max(worst, abs(ours - organisation.values[theme]))
    assert compared >= 105 * len(CSPS_THEMES)
    assert worst <= 0.010 + 1e-9


@pytest.mark.real_data
def test_scores_of_canada_agree_within_rounding_on_every_row(shared):
    rows = pses_distributions(shared / "data/pses_canada/pses_departments.tsv")
    assert len(rows) == 6714
    for row in rows:
        assert abs(pses_score(row) - row.published) <= pses_rounding(row) + 1e-9, row
    assert {len(row.percents) for row in rows} == {2, 5}
    assert {row.question for row in rows if len(row.percents) == 2} == {"Q48", "Q55"}


def test_a_score_by_hand():
    """(100·20 + 75·40 + 50·20 + 25·10 + 0·10) / 100 = 62.5; of 96 answered: 6000 / 96 = 62.5."""
    assert pses_score(Distribution("1", 2018, "Q06", (20, 40, 20, 10, 10), 63, 100)) == 62.5
    assert pses_score(Distribution("1", 2018, "Q06", (24, 24, 24, 0, 24), 0, 100)) == 56.25
    assert pses_score(Distribution("1", 2018, "Q48", (15, 85), 85, 100)) == 85
    assert pses_rounding(Distribution("1", 2018, "Q48", (50, 50), 50, 100)) == pytest.approx(
        0.5 + 50 / 99
    )


def test_a_theme_with_a_hidden_item_has_no_score(tmp_path):
    path = tmp_path / "scores.csv"
    path.write_text(
        "organisation_code,organisation,measure,value\nA,Alpha,B06,0.5\nA,Alpha,B07,0.7\n"
        "A,Alpha,B35,NA\nA,Alpha,B36,0.4\nA,Alpha,B37,0.4\n"
    )
    (alpha,) = csps_organisations(path)
    assert csps_theme_scores(alpha) == {"OP": pytest.approx(0.6)}


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("organisation_code,organisation,measure\nA,A,B1\n", "no single column value"),
        ("organisation_code,organisation,measure,value\nA,A,B1,50\n", "line 2: “50” is out of"),
        ("organisation_code,organisation,measure,value\nA,A,B1,half\n", "line 2: “half” is out"),
        (
            "organisation_code,organisation,measure,value\nA,A,B1,.5\nA,A,B1,.6\n",
            "line 3: B1 stands there twice",
        ),
    ],
)
def test_a_bad_table_of_organisations_is_refused(tmp_path, body, sentence):
    path = tmp_path / "scores.csv"
    path.write_text(body)
    with pytest.raises(DataError, match=sentence):
        csps_organisations(path)


@pytest.mark.parametrize("row", ["101,0,0,0,0", "x,1,1,1,1", "0,0,0,0,0", "50,9999,9999,9999,9999"])
def test_a_bad_distribution_is_refused(tmp_path, row):
    path = tmp_path / "pses.csv"
    path.write_text(
        "LEVEL1ID,LEVEL2ID,LEVEL3ID,LEVEL4ID,LEVEL5ID,SURVEYR,QUESTION,ANSWER1,ANSWER2,ANSWER3,"
        f"ANSWER4,ANSWER5,SCORE100,ANSCOUNT\n1,0,0,0,0,2018,Q1,{row},50,100\n"
    )
    with pytest.raises(DataError, match="line 2"):
        pses_distributions(path)
