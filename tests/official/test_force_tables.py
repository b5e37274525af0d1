"""The police force area tables of the ONS: against what was read of the same workbooks by hand, and small ones with faults."""

import pandas as pd
import pytest
import python_calamine  # noqa: F401  # skipped without it
from workbooks import Error, ods, xlsx

import policemetrics as pm
from policemetrics.errors import InvalidInputError, UnknownNameError
from policemetrics.official import ons_force_tables

PERIODS = {
    "policeforceareatablesyearendingmarch2018v2": "2018-03", "policeforceareadatatablesyearendingjune2018corrected": "2018-06",
    "policeforceareatablesyearendingsep18corrected": "2018-09", "policeforceareatablesyearendingdecember2018": "2018-12",
    "policeforceareatablesyeendingmarch2019": "2019-03", "policeforceareatablesyearendingjune2019": "2019-06",
    "policeforceareatablesyearendingseptember2019": "2019-09", "pfatablesdec19": "2019-12",
}  # fmt: skip
MARKS = {"-": "on a base of fewer than 50", "..": "no figure given", "+": "small resident population"}
BY_HAND = {
    "P1": ("pfa_counts", "offences"),
    "P2": ("pfa_percent_change", "percent_change"),
    "P3": ("pfa_rates_per_1000", "rate_per_1000"),
}


class TestPublished:
    """Eight workbooks as they were published."""

    @pytest.mark.parametrize("name", BY_HAND)
    @pytest.mark.parametrize(("file", "ending"), PERIODS.items())
    def test_every_cell(self, shared_data, file, ending, name):
        """All cells of three tables, marks among them, are those of the table that was made by hand."""
        tidy, column = BY_HAND[name]
        plain = pd.read_csv(shared_data / "pfa_tables" / f"{tidy}.csv", dtype=str).query(
            "year_ending == @ending"
        )
        found = ons_force_tables(shared_data / "pfa_tables" / "original" / f"{file}.xlsx")[name]
        rows = pd.DataFrame(found.to_dict())
        rows = rows[~rows["item"].str.contains("figures")]  # residents and households

        def key(code, area, offence):
            # By hand some codes were left out, for want of one in the table or a note behind it.
            name = {"london, city of": "city of london"}.get(area.casefold().strip(), area.casefold().strip())
            offence = offence.casefold().replace(
                "miscellaneous crimes against society", "miscellaneous crimes"
            )
            region = not pd.isna(code) and code.startswith("E12")
            return (
                name.replace(" region", "").replace("(2006)", ""),
                region,
                offence.replace("all other theft", "other theft"),
            )

        where = ["area_code", "area", "item"]
        got = {
            key(*r): m or v for *r, m, v in zip(*(rows[n] for n in (*where, "mark", "value")), strict=True)
        }
        where = ["area_code", "area_name", "offence"]
        expected = {
            key(*r): MARKS.get(v) or float(v)
            for *r, v in zip(*(plain[n] for n in (*where, column)), strict=True)
        }
        assert got == expected

    @pytest.mark.parametrize(("file", "ending"), PERIODS.items())
    def test_counts_of_forces(self, shared_data, file, ending):
        """Forces add up to the printed total, by subgroup as by group; Greater Manchester's missing half year is no 0."""
        table = ons_force_tables(shared_data / "pfa_tables" / "original" / f"{file}.xlsx")["P1"]
        of = dict(
            zip(
                zip(table.columns["area"], table.columns["item"], strict=True),
                table.columns["value"],
                strict=True,
            )
        )
        whole = of["England and Wales", "Total recorded crime (excluding fraud)"]
        assert table.tally().total == table.tally(of="group").total == whole
        assert len(table.tally().labels("force")) == (43 if ending > "2019-06" else 44)
        assert len(table.tally(of="group").labels("offence")) == 9

    def test_the_change(self, shared_data):
        """The third job of a new user; West Midlands is published with +11.254836263298385 and comes out so."""
        old, new = (
            ons_force_tables(shared_data / "pfa_tables" / "original" / f"{file}.xlsx")["P1"].tally()
            for file in (
                "policeforceareatablesyearendingmarch2018v2",
                "policeforceareatablesyeendingmarch2019",
            )
        )
        figure = pm.rate_change((old + new).where(force="West Midlands"), between=("2017/18", "2018/19"))
        assert figure.percent_change == pytest.approx(11.254836263298385, abs=1e-12)
        assert "policeforceareatablesyeendingmarch2019.xlsx (sheet 'Table P1 ')" in str(figure)

    def test_a_force_that_is_not_available(self, shared_data):
        original = shared_data / "pfa_tables" / "original"
        old, new = (
            ons_force_tables(original / f"{f}.xlsx")["P1"].tally()
            for f in ("policeforceareatablesyearendingdecember2018", "pfatablesdec19")
        )
        table = pm.rate_change(old + new, between=("2018", "2019"), by="force")
        assert table.at(force="Greater Manchester").reason == "not available: no figure given"
        assert pm.rate_change(old + new, between=("2018", "2019")).reason == "not available: no figure given"

    def test_every_table_of_every_workbook(self, shared_data):
        """All are read but four of other layouts, which are refused, with their sheet and what was found."""
        refused = []
        for file, ending in PERIODS.items():
            tables = ons_force_tables(shared_data / "pfa_tables" / "original" / f"{file}.xlsx")
            for name in list(tables):
                try:
                    read = tables[name]
                except InvalidInputError as error:
                    refused.append((ending, name, f"sheet 'Table {name}" in str(error)))
                else:
                    assert len(read)
        assert refused == [
            ("2018-03", "P6", True),
            ("2019-03", "P6", True),
            ("2019-03", "P7", True),
            ("2019-03", "P8", True),
        ]

    def test_residents(self, shared_data):
        """Table P9 of March 2018 has them by year, which an exposure takes."""
        tables = ons_force_tables(
            shared_data / "pfa_tables" / "original" / "policeforceareatablesyearendingmarch2018v2.xlsx"
        )
        rows = pd.DataFrame(tables["P9"].to_dict()).query("kind == 'territorial'")
        plain = pd.read_csv(shared_data / "population" / "pfa_population_2002_2016.csv")
        plain = plain[plain["area_code"].str.match("E23|W15", na=False)]
        expected = (
            plain.set_index(["area_code", plain["mid_year"].astype(str)])["population"]
            .astype(float)
            .to_dict()
        )
        assert rows.set_index(["area_code", "item"])["value"].to_dict() == expected


def table(cells=None):
    """Write a Table P1 of two forces of one region."""
    rows = [
        ["Table P1: Police recorded crime, number of offences, year ending March 20191,2"],
        [],
        ["England and Wales"],
        ["", "", "Total recorded crime (excluding fraud3)", "", "Victim-based crime", "", "", "Other crimes"],
        [
            "Area Code",
            "Area Name",
            "",
            "",
            "Theft offences",
            "Shoplifting4",
            "Bicycle theft",
            "Drug offences",
        ],
        ["", "", "Numbers"],
        ["E12000001", "North East5", 60, "", 50, 30, 20, 10],
        ["E23000013", "Cleveland", 22, "", 18, 10, 8, 4],
        ["E23000008", "Durham6", 38, "", 32, 20, 12, 6],
        ["", "British Transport Police", 3, "", 3, 1, 2, 0],
        ["Source: Home Office"],
        ["1. About the table."],
    ]
    rows = [[*row, *[""] * (8 - len(row))] for row in rows]
    for (row, column), value in (cells or {}).items():
        rows[row - 1]["ABCDEFGH".index(column)] = value
    return rows


def refused(tmp_path, cells, write=xlsx):
    with pytest.raises(InvalidInputError) as error:
        ons_force_tables(write(tmp_path / "pfa", {"Table P1": table(cells)}))["P1"]
    return str(error.value)


class TestSmall:
    @pytest.mark.parametrize("write", [xlsx, ods])
    def test_read(self, tmp_path, write):
        found = ons_force_tables(
            write(tmp_path / "pfa", {"Notes": [["Release date: 18 July 2019"]], "Table P1 ": table()})
        )
        p1 = found["P1"]
        assert (p1.period, p1.notes, p1.source.released) == (
            "2018/19",
            ("Source: Home Office", "1. About the table."),
            "18 July 2019",
        )
        assert p1.tally().sum_to("force", "offence").where(force="Durham").to_dict()["count"] == [12, 6, 20]
        assert p1.tally(of="group").labels("offence") == ("Drug offences", "Theft offences")
        assert set(p1.columns["group"]) == {"", "Victim-based crime", "Other crimes"}
        assert repr(p1).startswith("<ForceTable P1: 20 cells; Table P1: Police")
        assert repr(found) == "<ForceTables of pfa: P1>"
        assert len(found) == 1

    @pytest.mark.parametrize("mark", ["[c]", "..", "*", "[x]"])
    def test_marks(self, tmp_path, mark):
        """What is suppressed is no 0: a figure that needs it says so. Totals that hold it cannot be checked."""
        cells = {
            (8, "F"): mark,
            (7, "F"): "..",
            (7, "E"): "..",
            (7, "C"): "..",
            (8, "E"): "..",
            (8, "C"): "..",
        }
        crimes = ons_force_tables(xlsx(tmp_path / "pfa", {"Table P1": table(cells)}))["P1"].tally()
        counts = pm.rate(
            crimes,
            pm.Exposure({"Cleveland": 1000, "Durham": 1000}, by="force", name="residents", date="2019"),
            by="force",
        )
        assert counts.at(force="Cleveland").reason.startswith("not available: ")
        assert counts.at(force="Durham").reason is None

    def test_no_table_of_numbers(self, tmp_path):
        tables = ons_force_tables(
            xlsx(tmp_path / "pfa", {"Table P3": table({(6, "C"): "Rate per 1,000 population"})})
        )
        with pytest.raises(InvalidInputError, match="must be one of numbers of offences"):
            tables["P3"].tally()
        with pytest.raises(UnknownNameError, match="table must be one of 'P3'"):
            tables["P1"]
        with pytest.raises(InvalidInputError, match="of must be"):
            tables["P3"].tally(of="class")


class TestRefused:
    @pytest.mark.parametrize(
        ("cell", "value", "place", "parts"),
        [
            ((7, "C"), 61, "C7 (North East, Total", "areas; it is 61, and they add up to 60"),
            ((8, "F"), 11, "F7 (North East, Shoplifting)", "areas; it is 30, and they add up to 31"),
            ((10, "D"), None, None, None),
            ((10, "C"), 4, "C10 (British Transport Police, Total", "offences; it is 4, and they add up to 3"),
        ],
    )
    def test_a_total_that_is_not_the_sum(self, tmp_path, cell, value, place, parts):
        """Both numbers are named. A cell that parts the columns is none."""
        if place is None:
            assert (
                ons_force_tables(xlsx(tmp_path / "pfa", {"Table P1": table({cell: value})}))["P1"]
                .tally()
                .total
                == 63
            )
            return
        message = refused(tmp_path, {cell: value})
        assert f"cell {place}" in message
        assert parts in message

    def test_columns_that_changed_places(self, tmp_path):
        """A heading that stands over other numbers is found by the sums."""
        assert "add up to" in refused(tmp_path, {(5, "E"): "Shoplifting4", (5, "F"): "Theft offences"})

    @pytest.mark.parametrize("write", [xlsx, ods])
    @pytest.mark.parametrize("value", ["", "about 20", Error("#DIV/0!"), "*↑"])
    def test_no_number(self, tmp_path, write, value):
        assert "pfa, sheet 'Table P1', cell G9: a number or one of '-'" in refused(
            tmp_path, {(9, "G"): value}, write
        )

    @pytest.mark.parametrize(
        ("cell", "value"), [((8, "B"), "Kent"), ((8, "A"), "E23000014"), ((10, "B"), "Action Men")]
    )
    def test_another_force_than_its_code_says(self, tmp_path, cell, value):
        assert f"cell B{cell[0]}: a police force with its code was expected" in refused(
            tmp_path, {cell: value}
        )

    def test_blank_rows_within(self, tmp_path):
        """What stands below them may be of another table: it is not passed over, and not read."""
        rows = table({(6, "C"): "Rate per 1,000 population"})
        rows[8:8] = [[""] * 8] * 10_000
        with pytest.raises(
            InvalidInputError,
            match=r"sheet 'Table P3', row 10009: .* 'E23000008' stands below its end in row 8",
        ):
            ons_force_tables(xlsx(tmp_path / "pfa", {"Table P3": rows}))["P3"]

    def test_no_such_workbook(self, tmp_path):
        with pytest.raises(InvalidInputError, match="sheets named 'Table P1' and so on was expected"):
            ons_force_tables(xlsx(tmp_path / "pfa", {"Sheet1": table()}))
        (tmp_path / "pfa.csv").write_text("a,b\n")
        with pytest.raises(InvalidInputError, match="a workbook with sheets named"):
            ons_force_tables(tmp_path / "pfa.csv")
        with pytest.raises(InvalidInputError, match="begins with 'Area Code'"):
            ons_force_tables(xlsx(tmp_path / "pfa", {"Table P1": [["Title"], ["Area", "Number"]]}))["P1"]
