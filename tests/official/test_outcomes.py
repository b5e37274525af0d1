"""The outcomes workbooks, of the shape of March 2026; the real ones could not be had, and these are built here."""

import pandas as pd
import pytest
import python_calamine  # noqa: F401  # skipped without it
from workbooks import Error, ods, xlsx

import policemetrics as pm
from policemetrics.errors import ChoiceNeededError, InvalidInputError, UnknownNameError
from policemetrics.official import outcomes

HEAD = [
    "Financial Year", "Financial Quarter", "Force Name", "Offence Code", "Offence Description", "Offence Group",
    "Offence Subgroup", "Offence code expired", "Outcome Type", "Outcome Description", "Outcome Group",
    "Outcomes for offences that were recorded in the quarter", "Outcomes for investigations closed in the quarter",
]  # fmt: skip
LACKING, EXPIRED = "N/A - data not provided", "N/A - Offence code expired"


def row(year, quarter, force, code, outcome, recorded, closed):
    expired = "x" if EXPIRED in {recorded, closed} else ""
    return [
        year,
        quarter,
        force,
        code,
        "An offence",
        "A group",
        "A subgroup",
        expired,
        outcome,
        "An outcome",
        "A group",
        recorded,
        closed,
    ]


def workbook(path, rows, sheet="Outcomes_open_data_2014-15", write=xlsx):
    """Build a workbook as the Home Office publishes it: a cover, notes, a pivot table, and one sheet of data."""
    return write(
        path,
        {
            "Cover_sheet": [["Crime outcomes open data"], ["Published: 23 April 2026"]],
            "Notes": [["Note number", "Note"], ["1", "Outcomes are assigned to offences."]],
            "Pivot": [
                ["Financial Year", "(All)"],
                ["Force Name", "(All)"],
                ["Row Labels", "Sum of outcomes"],
                ["Charged", 12],
            ],
            sheet: [HEAD, *rows],
        },
    )


ROWS = [
    row("2014/15", q, force, code, outcome, n + q, n - q)
    for q in (1, 2, 3, 4)
    for force, n in (("Avon & Somerset", 20), ("Kent", 40))
    for code in ("34A", "105A")
    for outcome in (1, 18)
]


class TestRead:
    @pytest.mark.parametrize("write", [xlsx, ods])
    @pytest.mark.parametrize("sheet", ["Outcomes_open_data_2014-15", "Outcomes open data 2021_22"])
    @pytest.mark.parametrize("basis", ["recorded", "closed"])
    def test_as_pandas_reads_it(self, tmp_path, write, sheet, basis):
        path = workbook(tmp_path / "outcomes", ROWS, sheet, write)
        found = outcomes(path, basis=basis)
        plain = pd.DataFrame(ROWS, columns=HEAD, dtype=str)
        column = HEAD[11 if basis == "recorded" else 12]
        sums = (
            plain.assign(n=plain[column].astype(int))
            .groupby(["Financial Quarter", "Outcome Type"])["n"]
            .sum()
        )
        got = found.sum_to("period", "outcome").to_dict()
        quarters = {"1": "2014-Q2", "2": "2014-Q3", "3": "2014-Q4", "4": "2015-Q1"}
        assert dict(zip(zip(got["period"], got["outcome"], strict=True), got["count"], strict=True)) == {
            (quarters[q], outcome): n for (q, outcome), n in sums.items()
        }
        (source,) = found.sources
        assert (source.sheets, source.released) == ((sheet,), "23 April 2026")
        assert source.title.endswith(f"basis {basis!r}")
        assert found.labels("force") == ("Avon and Somerset", "Kent")

    def test_a_rate(self, tmp_path):
        """The fifth job of a new user: from the file to a positive outcome rate in two lines."""
        found = outcomes(workbook(tmp_path / "outcomes.xlsx", ROWS), basis="closed", every="financial_year")
        rate = pm.positive_outcome_rate(
            found, positive=pm.outcome_set("charged"), basis="closed", out_of="outcomes", by="force"
        )
        assert rate.at(force="Kent").rate == 0.5
        assert "outcomes.xlsx" in str(rate.at(force="Kent"))

    def test_both_bases_are_read_through(self, tmp_path):
        """A column that is not asked for shows, too, that the layout has changed."""
        rows = [*ROWS, row("2014/15", 1, "Essex", "34A", 1, 3, "about 3")]
        with pytest.raises(
            InvalidInputError, match=r"cell M34 \('Outcomes for investigations closed in the quarter'\)"
        ):
            outcomes(workbook(tmp_path / "o.xlsx", rows), basis="recorded")

    def test_negatives_are_kept(self, tmp_path):
        rows = [
            row("2014/15", 2, "Bedfordshire", "105A", 6, 0, -1),
            row("2014/15", 2, "Bedfordshire", "105A", 1, 5, 5),
        ]
        found = outcomes(workbook(tmp_path / "o.xlsx", rows), basis="closed")
        assert found.where(outcome="6").to_dict()["count"] == [-1]
        assert found.total == 4


class TestMarks:
    def read(self, tmp_path, rows, **options):
        return outcomes(
            workbook(tmp_path / "o.xlsx", rows), basis="recorded", every="financial_year", **options
        )

    def test_not_provided_is_not_supplied(self, tmp_path):
        """A force that did not provide a quarter has no figure for the year, and no 0."""
        rows = [r if r[1:3] != [2, "Kent"] else [*r[:11], LACKING, LACKING] for r in ROWS]
        found = self.read(tmp_path, rows)
        table = pm.share(found, part={"outcome": "1"}, by="force")
        assert table.at(force="Avon and Somerset").share == 0.5
        assert table.at(force="Kent").reason == "not available: data not provided"
        assert "Left out: not all of 2014/15 supplied 512." in str(pm.share(found, part={"outcome": "1"}))
        rows = [r if r[1:4] != [2, "Kent", "34A"] else [*r[:11], LACKING, LACKING] for r in ROWS]
        assert (
            pm.share(self.read(tmp_path, rows), part={"outcome": "1"}).reason
            == "not available: data not provided"
        )

    def test_an_expired_code_is_not_applicable(self, tmp_path):
        """Nothing is missing: the figure stands, and the ledger says what was not counted."""
        rows = [*ROWS, *(row("2014/15", q, "Kent", "28A", 1, EXPIRED, EXPIRED) for q in (1, 2, 3, 4))]
        found = self.read(tmp_path, rows)
        assert pm.share(found, part={"outcome": "1"}, by="force").at(force="Kent").share == 0.5
        assert found.excluded.to_dict()["reason"] == ["not applicable: offence code expired"]
        assert found.excluded.to_dict()["offence"] == ["28A"]

    @pytest.mark.parametrize("mark", ["n/a - Data Not Provided", "N/A -\u00a0data not provided"])
    def test_spellings(self, tmp_path, mark):
        found = self.read(tmp_path, [*ROWS, row("2014/15", 1, "Essex", "34A", 1, mark, 4)])
        assert found.excluded.to_dict()["reason"] == ["not supplied: data not provided"]

    def test_another_mark(self, tmp_path):
        with pytest.raises(
            InvalidInputError, match="must be a whole number or one of 'N/A - data not provided'"
        ):
            self.read(tmp_path, [*ROWS, row("2014/15", 1, "Essex", "34A", 1, "N/A", 4)])


class TestRefused:
    def test_no_basis(self, tmp_path):
        path = workbook(tmp_path / "o.xlsx", ROWS)
        with pytest.raises(ChoiceNeededError) as error:
            outcomes(path)
        assert error.value.answers == {"basis": ("recorded", "closed")}
        with pytest.raises(UnknownNameError, match="basis must be one of these"):
            outcomes(path, basis="both")

    def test_the_file_of_alternate_offences(self, tmp_path):
        rows = [row("2025/26", 1, "Kent", "34A", outcome, 3, 4) for outcome in ("1a", "2a", "3a")]
        with pytest.raises(InvalidInputError, match="'1A', '2A', '3A' are of the file of alternate offences"):
            outcomes(workbook(tmp_path / "o.xlsx", rows), basis="closed")

    @pytest.mark.parametrize("outcome", ["23", "Charged", "", "other", 1.5])
    def test_a_type_that_there_is_not(self, tmp_path, outcome):
        with pytest.raises(InvalidInputError, match=r"cell I34 \('Outcome Type'\)"):
            outcomes(
                workbook(tmp_path / "o.xlsx", [*ROWS, row("2014/15", 1, "Kent", "66", outcome, 3, 4)]),
                basis="closed",
            )

    @pytest.mark.parametrize("write", [xlsx, ods])
    def test_error_of_a_formula(self, tmp_path, write):
        rows = [*ROWS, row("2014/15", 1, "Kent", "66", 1, Error("#REF!"), 4)]
        with pytest.raises(
            InvalidInputError, match=r"cell L34 .* it is empty, or holds the error of a formula"
        ):
            outcomes(workbook(tmp_path / "o", rows, write=write), basis="closed")

    def test_a_column_renamed(self, tmp_path):
        sheet = [[*HEAD[:12], "Outcomes closed"], *ROWS]
        with pytest.raises(
            InvalidInputError, match="row 1: the table must have a column 'Outcomes for investigations closed"
        ):
            outcomes(xlsx(tmp_path / "o.xlsx", {"Cover": [["About"]], "Data": sheet}), basis="closed")
