"""Ambulance calls of Wales and of England: printed totals, means and per cents come out of the counts."""

import pandas as pd
import pytest
import python_calamine  # noqa: F401  # skipped without it
from workbooks import xlsx

import policemetrics as pm
from policemetrics.errors import InvalidInputError
from policemetrics.official import ambulance

WITHIN, AFTER = "red calls, response within 8 minutes", "red calls, response after 8 minutes"
_SCENE = "resulting_in_an_emergency_response_at_the_scene"
WALES = [
    "date", "hb_code", "hb", "red_calls", f"red_calls_{_SCENE}", "amber_calls", "green_calls",
    f"red_calls_{_SCENE}_within_8_minutes",
    "red_calls_percent_of_emergency_responses_arriving_at_the_scene_within_8_minutes",
]  # fmt: skip
OF_WALES = [
    ["January 2021", "599", "WALES", 30, 28, 70, 12, 21, 75],
    ["January 2021", "7A1", "Betsi Cadwaladr", 20, 20, 40, 5, 15, 75],
    ["January 2021", "7A2", "Hywel Dda", 10, 8, 30, 7, 6, 75],
]
CODES = [f"A{n}" for n in (1, 2, 3, 7, 8, 9, 10, 11, 12, 24, 25, 27, 28, 30, 31, 33, 34)]


def england(**cells):
    """Write two trusts and England; `cells` are other values of the first trust."""
    trust = dict.fromkeys(CODES, 0) | {
        "A1": 100,
        "A2": 250,
        "A3": 3,
        "A7": 90,
        "A8": 10,
        "A24": 4000,
        "A25": 400,
    }
    other = dict.fromkeys(CODES, ".")
    whole = {k: v if v != "." else 0 for k, v in trust.items()}
    rows = [("Eng", "England", whole), ("R1", "ONE NHS TRUST", trust | cells), ("R2", "TWO NHS TRUST", other)]
    return [
        {"Year": 2017, "Month": 9, "Org Code": code, "Org Name": name, **values}
        for code, name, values in rows
    ]


def written(tmp_path, rows, columns=None):
    path = tmp_path / "calls.csv"
    pd.DataFrame(rows, columns=columns).to_csv(path, index=False)
    return path


class TestPublished:
    def test_shares_of_wales(self, shared_data):
        """All 288 printed per cents come out, by board and month."""
        path = shared_data / "ambulance" / "wales_ambulance_red_calls.csv"
        calls = ambulance(path)
        plain = pd.read_csv(path)
        table = pm.share(
            calls.where(measure=[WITHIN, AFTER]), part={"measure": WITHIN}, by=["area", "period"]
        ).to_dict()
        got = {
            (a, p): 100 * s for a, p, s in zip(table["area"], table["period"], table["share"], strict=True)
        }
        boards = plain[plain["hb"] != "WALES"]
        months = pd.to_datetime(boards["date"], format="%B %Y").dt.strftime("%Y-%m")
        assert got == pytest.approx(
            dict(zip(zip(boards["hb"], months, strict=True), boards.iloc[:, -1], strict=True)), abs=5e-7
        )
        whole = pm.share(
            calls.where(measure=[WITHIN, AFTER]), part={"measure": WITHIN}, by="period"
        ).to_dict()
        wales = plain[plain["hb"] == "WALES"].iloc[:, -1]
        assert [100 * s for s in whole["share"]] == pytest.approx(sorted_by_month(plain, wales), abs=5e-7)

    def test_means_of_england(self, shared_data):
        """Every total is the sum that pandas finds, and every mean the ratio of two."""
        path = shared_data / "answer_times" / "nhs_ambsys_2017_09_and_2026_04.csv"
        found = ambulance(path)
        plain = pd.read_csv(path, na_values=".")
        trusts = plain[plain["Org Name"] != "England"].query("Year == 2026")
        of = found.where(period="2026-04")
        for measure, code in (
            ("calls answered", "A1"),
            ("category 1 response seconds", "A24"),
            ("category 2 incidents", "A10"),
        ):
            assert of.where(measure=measure).total == trusts[code].sum()
        area = trusts.iloc[0]
        seconds, calls = (
            of.where(area=area["Org Name"], measure=m).total
            for m in ("category 1 response seconds", "category 1 incidents")
        )
        assert round(seconds / calls) == area["A25"]
        assert len(found.where(period="2017-09").labels("area")) == 4  # seven of eleven gave nothing


def sorted_by_month(plain, column):
    months = pd.to_datetime(plain.loc[column.index, "date"], format="%B %Y")
    return column.iloc[months.argsort()].tolist()


class TestRead:
    def test_each_call_of_wales_once(self, tmp_path):
        """The country is left apart; the measures add up to all calls."""
        calls = ambulance(written(tmp_path, OF_WALES, WALES))
        assert calls.total == 30 + 70 + 12
        assert calls.labels("area") == ("Betsi Cadwaladr", "Hywel Dda")
        assert calls.where(measure="red calls without a response at the scene").total == 2

    def test_measures_of_england_do_not_add_up(self, tmp_path):
        found = ambulance(written(tmp_path, england()))
        with pytest.raises(InvalidInputError, match="overlap"):
            found.sum_to("area")
        assert found.where(measure="seconds to answer").total == 250

    def test_what_was_not_given_is_no_0(self, tmp_path):
        found = ambulance(written(tmp_path, england())).where(measure="incidents")
        residents = pm.Exposure(
            {"ONE NHS TRUST": 100, "TWO NHS TRUST": 100}, by="area", name="residents", date="2017"
        )
        assert (
            pm.rate(found, residents, by="area").at(area="TWO NHS TRUST").reason
            == "not available: no figure given"
        )

    def test_a_workbook(self, tmp_path):
        rows = england()
        path = xlsx(
            tmp_path / "ambsys.xlsx",
            {
                "About": [["Published: 12 October 2017"]],
                "AmbSYS": [list(rows[0]), *(list(r.values()) for r in rows)],
            },
        )
        assert ambulance(path).sources[0].released == "12 October 2017"


class TestRefused:
    @pytest.mark.parametrize(
        ("row", "column", "value", "what"),
        [
            (0, 7, 22, "cell I2 .* it is 75, and they give 78.57142857"),
            (2, 8, 76, "cell I4 .* it is 76, and they give 75"),
            (0, 5, 71, "it is amber calls, 71, and they give 70"),
            (1, 4, 20.5, "cell E3 .* must be a whole number"),
            (1, 0, "Spring 2021", "cell A3 .* must be a month"),
            (1, 8, "most", "cell I3 .* must be a number"),
            (1, 8, "nan", "cell I3 .* it is nan, and they give 75"),
            (1, 8, "", "cell I3 .* it is , and they give 75"),
        ],
    )
    def test_of_wales(self, tmp_path, row, column, value, what):
        rows = [[*r] for r in OF_WALES]
        rows[row][column] = value
        with pytest.raises(InvalidInputError, match=what):
            ambulance(written(tmp_path, rows, WALES))

    @pytest.mark.parametrize(
        ("cells", "what"),
        [
            (
                {"A3": 2},
                r"cell G3 \('A3'\): what is printed must be what its parts give; it is 2, and they give 2.5",
            ),
            ({"A7": 91}, r"cell H2 \('A7'\): .* it is 90, and they give 91"),
            ({"Month": "Sep"}, "cell A2 .* must be a year"),
            ({"Year": 17}, "cell A3 .* must be a year"),
            ({"A1": "about 100"}, r"cell E3 \('A1'\): must be a whole number or one of '.'"),
        ],
    )
    def test_of_england(self, tmp_path, cells, what):
        with pytest.raises(InvalidInputError, match=what):
            ambulance(written(tmp_path, england(**cells)))

    def test_a_column_renamed(self, tmp_path):
        path = written(
            tmp_path, [{"B24" if k == "A24" else k: v for k, v in row.items()} for row in england()]
        )
        with pytest.raises(InvalidInputError, match="must have a column 'A24'"):
            ambulance(path)
