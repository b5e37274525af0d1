"""The open data of the Home Office: against plain pandas on the same files, and small tables of its faults."""

import warnings
from ast import literal_eval

import pandas as pd
import pytest
import python_calamine  # noqa: F401  # skipped without it
from workbooks import ods, xlsx

import policemetrics as pm
from policemetrics.definitions import force_names
from policemetrics.errors import InvalidInputError, UnknownNameError
from policemetrics.official import recorded_crime

HEAD = [
    "Financial Year",
    "Financial Quarter",
    "Force Name",
    "Offence Code",
    "Offence Description",
    "Number of Offences",
]
YEARS = {"2017_18": "2017/18", "2019_20": "2019/20"}


def read(tmp_path, *rows, head=HEAD, **options):
    path = tmp_path / "prc.csv"
    pd.DataFrame(rows, columns=head).to_csv(path, index=False)
    return recorded_crime(path, **options)


@pytest.fixture(scope="module")
def paths(shared_data):
    return {year: shared_data / "recorded_crime" / f"prc_pfa_{name}.csv.gz" for name, year in YEARS.items()}


@pytest.fixture(scope="module")
def plain(paths):
    return {
        y: pd.read_csv(p, dtype={"offence_code": str, "financial_quarter": str}) for y, p in paths.items()
    }


class TestPublished:
    """Both years as they were published."""

    @pytest.mark.parametrize("year", YEARS.values())
    def test_every_cell(self, paths, plain, year):
        """Every force, quarter and code has the sum that pandas finds, and there are no others."""
        found = recorded_crime(paths[year]).sum_to("force", "period", "offence").to_dict()
        names = {v: f.name for f in force_names().values() for v in f.variants}
        by = plain[year].groupby(["force_name", "financial_quarter", "offence_code"]).offences.sum()
        first = int(year[:4])
        months = {"1": f"{first}-Q2", "2": f"{first}-Q3", "3": f"{first}-Q4", "4": f"{first + 1}-Q1"}
        expected = {(names.get(f, f), months[q], code): n for (f, q, code), n in by.items()}
        assert dict(zip(zip(*list(found.values())[:3], strict=True), found["count"], strict=True)) == expected

    def test_the_change(self, paths, plain):
        """The first job of a new user: two files, one line, and the figure of pandas."""
        crimes = recorded_crime(paths["2017/18"]) + recorded_crime(paths["2019/20"])
        years = crimes.to_periods("financial_year").where(kind="territorial")
        figure = pm.rate_change(years, between=("2017/18", "2019/20"))
        bodies = [
            "Action Fraud",
            "CIFAS",
            "UK Finance",
            "Financial Fraud Action UK",
            "British Transport Police",
        ]
        sums = [frame[~frame.force_name.isin(bodies)].offences.sum() for frame in plain.values()]
        assert [figure.old, figure.new] == sums == [4_821_452, 5_236_391]
        assert len(years.labels("force")) == 43
        assert "prc_pfa_2017_18.csv.gz, prc_pfa_2019_20.csv.gz." in str(figure)

    def test_corrections_below_zero_stay(self, paths):
        cells = recorded_crime(paths["2019/20"]).where(force="Wiltshire", offence="67").to_dict()
        assert sum(cells["count"]) == -1

    def test_groups_as_the_file_has_them(self, paths, plain):
        found = recorded_crime(paths["2019/20"], of="group", every="financial_year").sum_to("group").to_dict()
        sums = plain["2019/20"].groupby("offence_group").offences.sum()
        assert dict(zip(found["group"], found["count"], strict=True)) == sums.to_dict()

    @pytest.mark.parametrize("write", [xlsx, ods])
    def test_as_a_workbook(self, paths, plain, tmp_path, write):
        """The same rows as a workbook with a sheet a year."""
        sheets = {
            year.replace("/", "-"): [HEAD, *frame.head(2000)[
                ["financial_year", "financial_quarter", "force_name", "offence_code", "offence_description", "offences"]
            ].to_numpy().tolist()]
            for year, frame in plain.items()
        }  # fmt: skip
        found = recorded_crime(write(tmp_path / "prc", {"Contents": [["Table", "Title"]], **sheets}))
        assert found.total == sum(frame.head(2000).offences.sum() for frame in plain.values())
        assert found.sources[0].sheets == ("2017-18", "2019-20")


class TestWhatIsRead:
    def test_names_and_bodies(self, tmp_path):
        """U+00A0, "&" and a name turned about are the same force; bodies that are none are marked."""
        rows = [["2019/20", 1, f, "34A", "Robbery", 1] for f in (
            "Avon & Somerset", "London, City\u00a0of", "Metropolitan Police Service", "British Transport Police", "CIFAS",
        )]  # fmt: skip
        found = read(tmp_path, *rows).sum_to("force", "kind").to_dict()
        assert dict(zip(found["force"], found["kind"], strict=True)) == {
            "Avon and Somerset": "territorial", "City of London": "territorial", "Metropolitan Police": "territorial",
            "British Transport Police": "other force", "CIFAS": "no force",
        }  # fmt: skip

    @pytest.mark.parametrize(
        "head", ["Number of Offences", "Force Number of Offences", "offences", "NUMBER_OF_OFFENCES"]
    )
    def test_spellings_of_the_count(self, tmp_path, head):
        assert (
            read(tmp_path, ["2019/20", "Q1", "Kent", "34A", "Robbery", "1,204"], head=[*HEAD[:5], head]).total
            == 1204
        )

    @pytest.mark.parametrize("year", ["2019/20", "2019-20", "2019/2020"])
    def test_spellings_of_the_year(self, tmp_path, year):
        assert read(tmp_path, [year, 4, "Kent", "34A", "Robbery", 1]).labels("period") == ("2020-Q1",)

    def test_who_sent_what(self, tmp_path):
        """A quarter without a row of a force is not 0 there: its year is not compared."""
        rows = [
            [y, q, f, "34A", "Robbery", 10]
            for y in ("2018/19", "2019/20")
            for q in (1, 2, 3, 4)
            for f in ("Kent", "Essex")
        ]
        rows = [r for r in rows if r[:3] != ["2019/20", 3, "Kent"]]
        table = pm.rate_change(
            read(tmp_path, *rows, every="financial_year"), between=("2018/19", "2019/20"), by="force"
        )
        assert table.at(force="Essex").percent_change == 0
        assert "Kent" in table.at(force="Kent").reason
        assert pm.rate_change(
            read(tmp_path, *rows, every="financial_year"), between=("2018/19", "2019/20")
        ).reason

    def test_an_offence_without_a_row_is_none(self, tmp_path):
        rows = [["2019/20", 1, "Kent", "34A", "Robbery", 3], ["2019/20", 2, "Kent", "66", "Affray", 4]]
        change = pm.rate_change(read(tmp_path, *rows).where(offence="34A"), between=("2019-Q2", "2019-Q3"))
        assert (change.old, change.new) == (3, 0)

    def test_codes_stay_text(self, tmp_path):
        rows = [
            ["2019/20", 1, "Kent", "4.1", "Manslaughter", 2],
            ["2019/20", 1, "Kent", "4.10", "Corporate manslaughter", 1],
        ]
        assert read(tmp_path, *rows).labels("offence") == ("4.1", "4.10")

    def test_several_columns_of_offences(self, tmp_path):
        assert read(tmp_path, ["2019/20", 1, "Kent", "34A", "Robbery", 1], of=["offence", "description"]).dims == (
            "force", "kind", "period", "offence", "description",
        )  # fmt: skip


class TestRefused:
    def refused(self, tmp_path, *rows, **options):
        with pytest.raises(InvalidInputError) as error:
            read(tmp_path, *rows, **options)
        return str(error.value)

    def test_a_code_that_became_a_number(self, tmp_path):
        """A spreadsheet that took 4.10 for a number has two offences under 4.1."""
        rows = [
            HEAD,
            ["2019/20", 1, "Kent", 4.1, "Manslaughter", 2],
            ["2019/20", 1, "Kent", 4.10, "Corporate manslaughter", 1],
        ]
        with pytest.raises(
            InvalidInputError, match=r"cell D2 \('Offence Code'\): must be text: 'Corporate manslaughter'"
        ):
            recorded_crime(xlsx(tmp_path / "prc.xlsx", {"2019-20": rows}))

    @pytest.mark.parametrize("name", ["England and Wales", "Total", "Report Fraud", "Kentt"])
    def test_a_force_that_is_not_known(self, tmp_path, name):
        """A total among the forces would be counted twice. The message's call reads the file."""
        row = ["2019/20", 1, name, "34A", "Robbery", 7]
        message = self.refused(tmp_path, row)
        assert "cell C2 ('Force Name')" in message
        proposed = literal_eval(message.split("names=")[1].split(";")[0])
        found = read(tmp_path, row, names=proposed)
        assert (found.labels("force"), found.total) == (tuple(proposed.values()), 7)

    def test_a_name_of_the_caller(self, tmp_path):
        found = read(
            tmp_path, ["2019/20", 1, "Report Fraud", "AF", "Fraud", 7], names={"Report Fraud": "Report Fraud"}
        )
        assert found.labels("kind") == ("named by the caller",)

    def test_a_report_in_two_sheets(self, tmp_path):
        rows = [HEAD, ["2019/20", 1, "Kent", "34A", "Robbery", 2]]
        with pytest.raises(
            InvalidInputError, match=r"sheet 'b': .* Kent 2019-Q2 stands in prc.xlsx, sheet 'a', too"
        ):
            recorded_crime(xlsx(tmp_path / "prc.xlsx", {"a": rows, "b": rows}))

    @pytest.mark.parametrize(
        ("year", "quarter"), [("2019", 1), ("2019/21", 1), ("2019/20", 5), ("2019/20", "0"), ("2019/20", "x")]
    )
    def test_no_quarter(self, tmp_path, year, quarter):
        message = self.refused(tmp_path, [year, quarter, "Kent", "34A", "Robbery", 1])
        assert "cell A2 ('Financial Year'): must be a financial year" in message

    def test_of(self, tmp_path):
        row = ["2019/20", 1, "Kent", "34A", "Robbery", 1]
        assert "no column of 'group'" in self.refused(tmp_path, row, of="group")
        with pytest.raises(UnknownNameError, match="of must be one of"):
            read(tmp_path, row, of="class")
        with pytest.raises(InvalidInputError, match="every"):
            read(tmp_path, row, every="month")


def test_nothing_is_warned_of(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read(
            tmp_path,
            ["2019/20", 1, "Kent", "34A", "Robbery", 1],
            ["2019/20", 1, "Essex", "34A", "Robbery", 3],
        )
