"""The files of data.police.uk: against plain pandas on real ones, and small ones in every form of download."""

import gzip
import warnings
import zipfile

import pandas as pd
import pytest
import python_calamine  # noqa: F401  # skipped without it

import policemetrics as pm
from policemetrics.errors import InvalidInputError
from policemetrics.official import police_uk

HEAD = "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,Crime type,Last outcome category,Context"
ASB = "Anti-social behaviour"
OPEN = "Under investigation"


def street(rows, month="2024-01", force="Kent Police"):
    """Write a file of street-level crimes: an id, a type and an outcome a row."""
    lines = [f"{i},{month},{force},{force},,,No Location,,,{kind},{outcome}," for i, kind, outcome in rows]
    return "\n".join([HEAD, *lines]) + "\n"


def folder(tmp_path, files):
    for name, text in files.items():
        path = tmp_path / "archive" / name[:7] / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "archive"


def zipped(tmp_path, files):
    path = tmp_path / "archive.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(f"{name[:7]}/{name}", text)
    return path


def cells(tally, *dims):
    found = tally.sum_to(*dims).to_dict()
    return dict(zip(zip(*(found[d] for d in dims), strict=True), found["count"], strict=True))


class TestPublished:
    @pytest.fixture
    def london(self, shared_data):
        return shared_data / "street_level" / "city_of_london_street_2023_05_to_2025_05.csv.gz"

    def test_every_month_and_type(self, london):
        """The fourth job of a new user: crimes by month and type, each Crime ID once, as pandas counts them."""
        plain = pd.read_csv(london, dtype=str)
        crimes = plain[plain["Crime type"] != ASB].drop_duplicates("Crime ID")
        expected = crimes.groupby(["Month", "Crime type"]).size().to_dict()
        found = police_uk(london)
        assert cells(found, "period", "type") == expected
        assert found.total == len(crimes) == 18_923
        assert found.labels("force") == ("City of London",)
        left = found.excluded.to_dict()
        by = {
            reason: sum(n for r, n in zip(left["reason"], left["count"], strict=True) if r == reason)
            for reason in left["reason"]
        }
        assert by == {"further row of one Crime ID": 416, f"no crime: {ASB}": 611}
        assert found.total + 416 + 611 == len(plain)

    def test_outcomes(self, london):
        """Of 388 crimes with several rows 301 have several outcomes; all others have the one that pandas finds."""
        plain = pd.read_csv(london, dtype=str)
        crimes = plain[plain["Crime type"] != ASB]
        of_each = crimes.groupby("Crime ID")["Last outcome category"].agg(["nunique", "first"])
        expected = (
            of_each["first"].where(of_each["nunique"] == 1, "several outcomes").value_counts().to_dict()
        )
        found = police_uk(london)
        assert {k: n for (k,), n in cells(found, "outcome").items()} == expected
        assert expected["several outcomes"] == 301
        each = crimes.drop_duplicates(["Crime ID", "Last outcome category"])[
            "Last outcome category"
        ].value_counts()
        assert {
            k: n for (k,), n in cells(police_uk(london, unique="labels"), "outcome").items()
        } == each.to_dict()
        assert police_uk(london, unique=False).total == len(crimes)

    def test_incidents_of_anti_social_behaviour(self, london):
        plain = pd.read_csv(london, dtype=str)
        found = police_uk(london, kind="anti-social behaviour")
        assert cells(found, "period") == {
            (m,): n for m, n in plain[plain["Crime type"] == ASB].groupby("Month").size().items()
        }
        assert found.unit == "incidents"

    def test_the_change(self, london):
        crimes = police_uk(london).rolling(12)
        figure = pm.rate_change(crimes, between=("2023-05 to 2024-04", "2024-05 to 2025-04"))
        plain = pd.read_csv(london, dtype=str).query(f"`Crime type` != '{ASB}'").drop_duplicates("Crime ID")
        old = plain.Month.between("2023-05", "2024-04").sum()
        assert (figure.old, figure.new) == (old, plain.Month.between("2024-05", "2025-04").sum())

    def test_a_folder_of_files_with_other_names(self, london, shared_data):
        """Both files at once; one has no outcomes, so that its crimes have none, and count in every total."""
        plain = [pd.read_csv(path, dtype=str) for path in sorted(london.parent.glob("*.csv.gz"))]
        crimes = pd.concat([frame[frame["Crime type"] != ASB] for frame in plain])
        known = crimes[crimes["Crime ID"].notna()].drop_duplicates("Crime ID")
        found = police_uk(london.parent)
        expected = pd.concat([known, crimes[crimes["Crime ID"].isna()]]).groupby("Reported by").size()
        assert cells(found, "force") == {
            ("City of London",): expected["City of London Police"], ("West Midlands",): expected["West Midlands Police"],
        }  # fmt: skip

    def test_the_old_layout(self, shared_data):
        path = shared_data / "street_level" / "west_midlands_street_2011_02.csv.gz"
        plain = pd.read_csv(path, dtype=str)
        found = police_uk(path)
        expected = plain[plain["Crime type"] != ASB].groupby("Crime type").size().to_dict()
        assert {k: n for (k,), n in cells(found, "type").items()} == expected
        assert found.dims == ("force", "period", "type")
        assert found.labels("force") == ("West Midlands",)


FILES = {
    "2024-01-kent-street.csv": street([("a", "Robbery", OPEN), ("a", "Robbery", OPEN), ("", ASB, "")]),
    "2024-02-kent-street.csv": street([("b", "Robbery", OPEN)], "2024-02"),
    "2024-01-essex-street.csv": street([("c", "Burglary", OPEN)], force="Essex Police"),
    "2024-02-essex-street.csv": HEAD + "\n",
    "2024-01-kent-outcomes.csv": (
        "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,Outcome type\n"
        + "a,2024-01,Kent Police,Kent Police,,,,,,Suspect charged\n" * 2
        + "a,2024-01,Kent Police,Kent Police,,,,,,Local resolution\n"
    ),
    "2024-01-kent-stop-and-search.csv": (
        "Type,Date,Part of a policing operation,Object of search,Outcome\n"
        "Person search,2024-01-31T23:30:00+00:00,False,Controlled drugs,Arrest\n"
        "Person search,2024-01-02T10:00:00+00:00,False,,\n"
    ),
}


@pytest.mark.parametrize("packed", [folder, zipped])
class TestArchives:
    """A folder, and the archive as it was downloaded."""

    def test_crimes(self, tmp_path, packed):
        found = police_uk(packed(tmp_path, FILES))
        assert cells(found, "force", "period") == {
            ("Essex", "2024-01"): 1, ("Essex", "2024-02"): 0, ("Kent", "2024-01"): 1, ("Kent", "2024-02"): 1,
        }  # fmt: skip
        assert found.total == 3

    def test_a_file_without_rows_is_a_report_of_none(self, tmp_path, packed):
        table = pm.rate_change(police_uk(packed(tmp_path, FILES)), between=("2024-01", "2024-02"), by="force")
        assert (table.at(force="Essex").old, table.at(force="Essex").new) == (1, 0)

    def test_a_file_of_anti_social_behaviour_alone_is_no_report_of_crimes(self, tmp_path, packed):
        """Of a force that sent no crimes there is no fall to nothing."""
        files = {**FILES, "2024-02-essex-street.csv": street([("", ASB, "")], "2024-02", "Essex Police")}
        table = pm.rate_change(police_uk(packed(tmp_path, files)), between=("2024-01", "2024-02"), by="force")
        assert (
            table.at(force="Essex").reason == f"not available: all crimes were excluded (no crime: {ASB} 1)"
        )

    def test_a_file_that_is_missing_is_not_none(self, tmp_path, packed):
        files = {name: text for name, text in FILES.items() if name != "2024-02-essex-street.csv"}
        table = pm.rate_change(police_uk(packed(tmp_path, files)), between=("2024-01", "2024-02"), by="force")
        assert table.at(force="Essex").reason == "not available: no rows for Essex, 2024-02"
        assert (
            "Essex"
            in pm.rate_change(police_uk(packed(tmp_path, files)), between=("2024-01", "2024-02")).reason
        )

    def test_outcomes(self, tmp_path, packed):
        """A crime may have two outcomes; a row that is there twice is one."""
        found = police_uk(packed(tmp_path, FILES), kind="outcomes")
        assert cells(found, "outcome") == {("Local resolution",): 1, ("Suspect charged",): 1}
        assert found.excluded.to_dict()["count"] == [1]

    def test_searches(self, tmp_path, packed):
        """The force and the month are those of the file's name; a search may lack its object or outcome."""
        found = police_uk(packed(tmp_path, FILES), kind="searches")
        assert cells(found, "force", "period") == {("Kent", "2024-01"): 2}
        assert found.where(object="Controlled drugs").labels("outcome") == ("Arrest",)

    def test_sources(self, tmp_path, packed):
        path = packed(tmp_path, FILES)
        (source,) = police_uk(path).sources
        assert source.file == ("archive.zip" if packed is zipped else "archive (6 files)")
        assert source == police_uk(path, kind="searches").sources[0]
        changed = packed(
            tmp_path,
            {**FILES, "2024-01-essex-street.csv": street([("d", "Burglary", OPEN)], force="Essex Police")},
        )
        assert police_uk(changed).sources[0].sha256 != source.sha256

    def test_progress(self, tmp_path, packed):
        seen = []
        police_uk(packed(tmp_path, FILES), progress=lambda *said: seen.append(said[:2]))
        assert seen == [(0, 4), (1, 4), (2, 4), (3, 4), (4, 4)]


class TestOneCrime:
    def test_types_that_differ(self, tmp_path):
        """What differs in more than its outcome is refused; the message's call counts each."""
        path = tmp_path / "2024-01-kent-street.csv"
        path.write_text(street([("a", "Robbery", OPEN), ("a", "Burglary", OPEN), ("b", "Drugs", OPEN)]))
        with pytest.raises(
            InvalidInputError, match=r"1 rows differ .* in type, one crime standing as Kent, 2024-01, Robbery"
        ) as error:
            police_uk(path)
        assert 'unique="labels"' in str(error.value)
        assert cells(police_uk(path, unique="labels"), "type") == {
            ("Burglary",): 1,
            ("Drugs",): 1,
            ("Robbery",): 1,
        }

    def test_two_months(self, tmp_path):
        files = {
            "2024-01-kent-street.csv": street([("a", "Robbery", OPEN)]),
            "2024-02-kent-street.csv": street([("a", "Robbery", OPEN)], "2024-02"),
        }
        with pytest.raises(InvalidInputError, match="in period"):
            police_uk(folder(tmp_path, files))

    @pytest.mark.parametrize("ids", ["ab", "ff" * 32, "FF" * 32])
    def test_ids_of_all_kinds(self, tmp_path, ids):
        """Ids that are no checksums, and a mixture of both."""
        path = tmp_path / "2024-01-kent-street.csv"
        path.write_text(
            street([(ids, "Robbery", OPEN)] * 3 + [("01" * 32, "Robbery", OPEN), ("zz", "Robbery", OPEN)])
        )
        assert police_uk(path).total == 3

    def test_thirteen_copies(self, tmp_path):
        path = tmp_path / "2024-01-kent-street.csv"
        path.write_text(street([("a", "Robbery", OPEN)] * 13 + [("", "Robbery", OPEN)] * 2))
        found = police_uk(path)
        assert (found.total, found.excluded.total) == (3, 12)

    def test_unique(self, tmp_path):
        path = tmp_path / "2024-01-kent-street.csv"
        path.write_text(street([("a", "Robbery", OPEN)]))
        with pytest.raises(InvalidInputError, match="unique must be True, False or"):
            police_uk(path, unique="Crime ID")
        with pytest.raises(InvalidInputError, match="kind"):
            police_uk(path, kind="street")


class TestNames:
    def test_types_that_were_renamed(self, tmp_path):
        """Those of before May 2013 and of after have one name where both are there; else the name of the file."""
        old = street([("a", "Violent crime", OPEN), ("b", "Public disorder and weapons", OPEN)], "2012-01")
        new = street(
            [
                ("c", "Violence and sexual offences", OPEN),
                ("d", "Public order", OPEN),
                ("e", "Possession of weapons", OPEN),
            ]
        )
        both = police_uk(folder(tmp_path, {"2012-01-kent-street.csv": old, "2024-01-kent-street.csv": new}))
        assert cells(both, "period", "type") == {
            ("2012-01", "Public disorder and weapons"): 1, ("2012-01", "Violence and sexual offences"): 1,
            ("2024-01", "Public disorder and weapons"): 2, ("2024-01", "Violence and sexual offences"): 1,
        }  # fmt: skip
        (tmp_path / "2024-01-kent-street.csv").write_text(new)
        assert len(police_uk(tmp_path / "2024-01-kent-street.csv").labels("type")) == 3

    @pytest.mark.parametrize(
        ("slug", "written", "force"),
        [
            ("avon-and-somerset", "Avon and Somerset Constabulary", "Avon and Somerset"),
            ("btp", "British Transport Police", "British Transport Police"),
            ("dyfed-powys", "Dyfed-Powys Police", "Dyfed-Powys"),
            ("metropolitan", "Metropolitan Police Service", "Metropolitan Police"),
            ("northern-ireland", "Police Service of Northern Ireland", "Police Service of Northern Ireland"),
        ],
    )
    def test_forces(self, tmp_path, slug, written, force):
        """The name in the file's name, and the one in its rows, are one force."""
        files = {
            f"2024-01-{slug}-street.csv": street([("a", "Robbery", OPEN)], force=written),
            f"2024-02-{slug}-street.csv": HEAD + "\n",
        }
        change = pm.rate_change(
            police_uk(folder(tmp_path, files)), between=("2024-01", "2024-02"), by="force"
        )
        assert (change.at(force=force).old, change.at(force=force).new) == (1, 0)


class TestRefused:
    def refused(self, path, **options):
        with pytest.raises(InvalidInputError) as error:
            police_uk(path, **options)
        return str(error.value)

    def test_another_month_than_the_name_says(self, tmp_path):
        path = tmp_path / "2024-02-kent-street.csv"
        path.write_text(street([("a", "Robbery", OPEN)]))
        message = self.refused(path)
        assert (
            "cell B2 ('Month'): must be the month in the name of the file, '2024-02'; got '2024-01'"
            in message
        )

    def test_no_file_of_the_kind(self, tmp_path):
        path = folder(tmp_path, {"2024-01-kent-street.csv": FILES["2024-01-kent-street.csv"]})
        assert (
            "'2024-03-kent-outcomes.csv' were expected; found '2024-01/2024-01-kent-street.csv'"
            in self.refused(path, kind="outcomes")
        )
        (tmp_path / "empty").mkdir()
        assert "at least one table" in self.refused(tmp_path / "empty")

    def test_a_file_of_another_name_is_not_passed_over(self, tmp_path):
        path = folder(tmp_path, FILES)
        (path / "kent february.csv").write_text(street([("b", "Robbery", OPEN)], "2024-02"))
        assert "found 'kent february.csv'" in self.refused(path)

    def test_one_month_twice(self, tmp_path):
        text = FILES["2024-01-kent-street.csv"]
        path = folder(tmp_path, {"2024-01-kent-street.csv": text})
        (path / "copy").mkdir()
        (path / "copy" / "2024-01-kent-street.csv.gz").write_bytes(gzip.compress(text.encode()))
        assert "a force must have one file for a month" in self.refused(path)

    def test_a_column_renamed(self, tmp_path):
        path = tmp_path / "2024-01-kent-street.csv"
        path.write_text(street([("a", "Robbery", OPEN)]).replace("Crime type", "Kind of crime"))
        assert "must have a column 'Crime type'" in self.refused(path)

    def test_a_force_that_is_not_known(self, tmp_path):
        path = tmp_path / "street.csv"
        path.write_text(street([("a", "Robbery", OPEN)], force="Kent Constabulary"))
        assert "names={'Kent Constabulary': 'Kent'}" in self.refused(path)
        assert police_uk(path, names={"Kent Constabulary": "Kent"}).labels("force") == ("Kent",)

    @pytest.mark.parametrize(("old", "new"), [("Robbery", ""), ("2024-01", "January"), ("Kent Police", "")])
    def test_a_label_that_is_missing(self, tmp_path, old, new):
        path = tmp_path / "street.csv"
        path.write_text(street([("a", "Robbery", OPEN)]).replace(old, new))
        assert "street.csv, cell " in self.refused(path)


def test_nothing_is_warned_of(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        police_uk(zipped(tmp_path, FILES))
