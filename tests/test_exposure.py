"""`Exposure`: what a rate is per, joined by label at the finest level and added over areas only."""

import copy
import pickle
import re
from decimal import Decimal
from fractions import Fraction

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import FORCES

from policemetrics.change import rate_change
from policemetrics.errors import (
    AreasWithoutRowsWarning,
    InvalidInputError,
    InvalidTypeError,
    PoliceMetricsError,
    UnknownNameError,
)
from policemetrics.exposure import Exposure
from policemetrics.frames.counting import tally
from policemetrics.periods import Period
from policemetrics.rates import rate
from policemetrics.tallies import Tally

# Few of these tests are about who sent what; those that are state it.
pytestmark = pytest.mark.filterwarnings("ignore::policemetrics.errors.AreasWithoutRowsWarning")


def residents(values, by="force", **options):
    return Exposure(values, by=by, **({"name": "residents", "date": "mid-2019"} | options))


def crimes(counts, by="force", **options):
    """A tally by label, or by tuple of labels."""
    dims = (by,) if isinstance(by, str) else by
    keys = [k if isinstance(k, tuple) else (k,) for k in counts]
    return Tally.from_columns(
        {d: [k[i] for k in keys] for i, d in enumerate(dims)}, counts.values(), **options
    )


PEOPLE = residents({"Kent": 2000, "Essex": 1000, "Surrey": 500})


class TestMaking:
    def test_repr(self):
        assert repr(PEOPLE) == "Exposure of 3 by force: residents, mid-2019"
        assert (PEOPLE.by, PEOPLE.name, PEOPLE.date, len(PEOPLE)) == (("force",), "residents", "mid-2019", 3)

    def test_several_dimensions(self):
        found = residents({("Kent", "2023/24"): 1, ("Kent", "2024/25"): 2}, by=["force", "period"])
        assert repr(found) == "Exposure of 2 by force, period: residents, mid-2019"

    @pytest.mark.parametrize(
        "value", [2000, 2000.0, np.int32(2000), np.float32(2000), Decimal(2000), Fraction(2000)]
    )
    def test_numbers_of_any_kind(self, value):
        assert residents({"Kent": value}) == residents({"Kent": 2000})

    def test_fractions_of_people(self):
        """Estimates and full-time equivalents need not be whole."""
        assert rate(crimes({"Kent": 3}), residents({"Kent": 2.5}), per=1).rate == pytest.approx(1.2)

    @pytest.mark.parametrize(
        ("values", "options", "message"),
        [
            ({}, {}, "needs at least one dimension in by= and one value"),
            ({"Kent": 1}, {"by": ()}, "needs at least one dimension"),
            ([("Kent", 1)], {}, "values must be a mapping of label to number; got list"),
            (5, {}, "got int"),
            (pd.Series({"Kent": 1}), {}, "got Series"),
            ({"Kent": 0}, {}, r"values\['Kent'\] must be > 0; got 0"),
            ({"Kent": -1}, {}, r"values\['Kent'\] must be > 0; got -1"),
            ({"Kent": float("nan")}, {}, r"values\['Kent'\] must be a finite number; got nan"),
            ({"Kent": float("inf")}, {}, "finite number; got inf"),
            ({"Kent": 10**400}, {}, "finite number"),
            ({"Kent": "1,860,000"}, {}, r"values\['Kent'\] must be a number; got '1,860,000'"),
            ({"Kent": None}, {}, "must be a number; got None"),
            ({"Kent": True}, {}, "must be a number; got True"),
            ({"Kent": [1]}, {}, "must be a number"),
            ({("Kent", 1): 5}, {}, r"one label for each of 'force'; got the key \('Kent', 1\)"),
            (
                {"Kent": 5},
                {"by": ["force", "year"]},
                r"one label for each of 'force', 'year'; got the key \('Kent',\)",
            ),
            ({("Kent", 1): 5, "Kent": 5}, {"by": ["force", "year"]}, "got the key"),
            ({"Kent": 1, ("Kent",): 2}, {}, "one key for each 'force'; some keys name the same"),
            ({None: 1}, {}, "a key in 'force' is missing"),
            ({float("nan"): 1, "Kent": 2}, {}, "a key in 'force' is missing"),
            ({4.1: 1}, {}, r"4\.1 and 4\.10"),
            ({"Kent": 1, 2: 1}, {}, "text or whole numbers, not both"),
            ({True: 1}, {}, "got True"),
            ({"Kent": 1}, {"by": 3}, "by must be a name"),
            ({"Kent": 1}, {"by": "reason"}, "'reason'"),
            ({"Kent": 1}, {"name": ""}, "name must not be empty"),
            ({"Kent": 1}, {"name": None}, "name must be text"),
            ({"Kent": 1}, {"date": " "}, "date must not be empty"),
            ({"Kent": 1}, {"date": 2019}, "date must be text"),
        ],
        ids=str,
    )
    def test_bad_input(self, values, options, message):
        with pytest.raises(PoliceMetricsError, match=message):
            residents(values, **options)

    def test_equality(self):
        one = residents({("Kent", 1): 5, ("Essex", 1): 6}, by=["force", "year"])
        turned = residents({(1, "Essex"): 6, (1, "Kent"): 5}, by=["year", "force"])
        assert one == turned
        assert (one == 3) is False
        assert one != residents({("Kent", 1): 5, ("Essex", 1): 7}, by=["force", "year"])
        assert residents({"Kent": 5}) != residents({"Kent": 5}, date="mid-2020")
        assert residents({"Kent": 5}) != residents({"Kent": 5}, name="households")
        assert residents({"Kent": 5}) != residents({"Essex": 5})
        assert residents({"Kent": 5}) != {"Kent": 5}
        with pytest.raises(TypeError, match="unhashable"):
            hash(one)

    def test_frozen_and_picklable(self):
        with pytest.raises(AttributeError):
            PEOPLE.name = "households"
        for again in (pickle.loads(pickle.dumps(PEOPLE)), copy.deepcopy(PEOPLE)):
            assert again == PEOPLE
            assert repr(again) == repr(PEOPLE)

    def test_the_mapping_may_change_afterwards(self):
        values = {"Kent": 5}
        found = residents(values)
        values["Kent"] = 6
        assert found == residents({"Kent": 5})


ENGINES = {
    "pandas": lambda t: t.to_pandas(),
    "polars": pl.from_arrow,
    "lazy": lambda t: pl.from_arrow(t).lazy(),
    "pyarrow": lambda t: t,
}


class TestFromFrame:
    @pytest.mark.parametrize("make", ENGINES.values(), ids=ENGINES)
    def test_of_every_engine(self, make):
        table = pa.table({"area": ["Kent", "Essex"], "fy": [2023, 2023], "people": [2000, 1000]})
        found = Exposure.from_frame(
            make(table), by={"force": "area", "year": "fy"}, value="people", name="residents", date="mid-2019"
        )
        assert found == residents({("Kent", 2023): 2000, ("Essex", 2023): 1000}, by=["force", "year"])
        one = Exposure.from_frame(make(table), by="area", value="people", name="residents", date="mid-2019")
        assert one == residents({"Kent": 2000, "Essex": 1000}, by="area")

    def test_of_duckdb(self):
        with duckdb.connect() as connection:
            data = connection.sql(
                "select 'Kent' as force, sum(n) as people from (values (1999), (1)) t(n) group by all"
            )
            found = Exposure.from_frame(data, by="force", value="people", name="residents", date="mid-2019")
        assert found == residents({"Kent": 2000})

    def test_of_categories(self):
        data = pd.DataFrame({"force": pd.Categorical(["Kent", "Essex"]), "n": [2.0, 1.0]})
        assert Exposure.from_frame(
            data, by="force", value="n", name="residents", date="mid-2019"
        ) == residents({"Kent": 2, "Essex": 1})

    def test_a_key_that_occurs_twice(self):
        """Sizes would have to be added, which only the caller can allow."""
        data = pl.DataFrame(
            {"force": ["Kent", "Essex", "Kent"], "age": ["0-17", "0-17", "18+"], "n": [1, 2, 3]}
        )
        with pytest.raises(InvalidInputError, match="one row for each 'force'; more than one for 'Kent'"):
            Exposure.from_frame(data, by="force", value="n", name="residents", date="mid-2019")
        assert (
            len(Exposure.from_frame(data, by=["force", "age"], value="n", name="residents", date="mid-2019"))
            == 3
        )
        data = pl.concat([data, data])
        with pytest.raises(
            InvalidInputError, match="more than one for 'Essex, 0-17', 'Kent, 0-17', 'Kent, 18"
        ):
            Exposure.from_frame(data, by=["force", "age"], value="n", name="residents", date="mid-2019")

    @pytest.mark.parametrize(
        ("columns", "options", "message"),
        [
            ({"force": ["Kent", None], "n": [1, 2]}, {}, "a label for each 'force'; 1 rows lack one"),
            ({"force": ["Kent"], "n": [0]}, {}, "value: column 'n', of Kent, must be > 0; got 0"),
            ({"force": ["Kent"], "n": [None]}, {}, "must be a number; got None"),
            ({"force": ["Kent"], "n": ["many"]}, {}, "must be a number; got 'many'"),
            ({"force": [4.1], "n": [1]}, {}, r"4\.1 and 4\.10"),
            ({"force": pl.Series([], dtype=pl.String), "n": pl.Series([], dtype=pl.Int64)}, {}, "one value"),
            (
                {"force": ["Kent"], "n": [1]},
                {"value": "people"},
                "value: column must be one of 'force', 'n'; got 'people'",
            ),
            ({"force": ["Kent"], "n": [1]}, {"by": "area"}, "column must be one of 'force', 'n'; got 'area'"),
            ({"force": ["Kent"], "n": [1]}, {"by": ()}, "needs at least one dimension"),
            ({"force": ["Kent"], "n": [1]}, {"by": {"n": "force"}}, "must not name the dimension 'n'"),
            ({"force": ["Kent"], "n": [1]}, {"date": ""}, "date must not be empty"),
        ],
        ids=str,
    )
    def test_bad_input(self, columns, options, message):
        with pytest.raises(PoliceMetricsError, match=message):
            Exposure.from_frame(
                pl.DataFrame(columns),
                **({"by": "force", "value": "n", "name": "residents", "date": "mid-2019"} | options),
            )

    def test_what_is_no_frame(self):
        with pytest.raises(InvalidTypeError, match="data frame"):
            Exposure.from_frame({"Kent": 1}, by="force", value="n", name="residents", date="mid-2019")


class TestJoin:
    def test_by_label(self):
        """6 crimes among 2,000 are 3 per thousand; 5 among 1,000 are 5."""
        found = rate(crimes({"Kent": 6, "Essex": 5}), PEOPLE, by="force")
        assert (found["rate"].tolist(), found["exposure"].tolist()) == ([5, 3], [1000, 2000])
        assert found.at(force="Kent").exposure_date == "mid-2019"

    def test_adds_over_areas(self):
        """11 crimes among 3,000; Surrey, of which the tally knows nothing, adds nobody."""
        found = rate(crimes({"Kent": 6, "Essex": 5}), PEOPLE)
        assert (found.events, found.exposure) == (11, 3000)
        assert found.rate == pytest.approx(11 / 3)

    def test_pooled_is_no_mean_of_rates(self):
        found = rate(crimes({"Kent": 6, "Essex": 5}), PEOPLE)
        assert found.rate != pytest.approx((3 + 5) / 2)

    def test_a_supplier_without_crimes_has_residents(self):
        counts = {("Kent", "a"): 6, ("Kent", "b"): 1, ("Essex", "b"): 5}
        tally = crimes(counts, ["force", "offence"], coverage="force")
        assert rate(tally.where(offence="a"), PEOPLE).exposure == 3000
        assert rate(tally, PEOPLE, by="offence")["exposure"].tolist() == [3000, 3000]
        # Where nothing was stated, an area with any row is one of every group: a quiet one has residents, too.
        unstated = rate(crimes(counts, ["force", "offence"]), PEOPLE, by="offence")
        assert unstated["exposure"].tolist() == [3000, 3000]

    def test_finer_than_the_groups(self):
        """Groups are made of areas: each takes its own."""
        tally = crimes(
            {("South", "Kent"): 6, ("East", "Essex"): 5, ("South", "Surrey"): 1}, ["region", "force"]
        )
        found = rate(tally, PEOPLE, by="region")
        assert (found.at(region="South").exposure, found.at(region="East").exposure) == (2500, 1000)
        # That regions divide the forces is an assumption from the rows: it is said, until coverage states it.
        said = "each force has rows of one region only, so region is taken to divide the residents, too"
        assert str(found.at(region="East")).endswith(
            f"Caveat: {said}; coverage= that names force and region states it."
        )
        stated = crimes(
            {("South", "Kent"): 6, ("East", "Essex"): 5}, ["region", "force"], coverage=["region", "force"]
        )
        assert "Caveat" not in str(rate(stated, PEOPLE, by="region").at(region="East"))
        assert "Caveat" not in str(rate(tally, PEOPLE, by=["region", "force"])[0])

    def test_an_offence_of_one_force_each_is_an_assumption_too(self):
        """Murder in Kent alone, theft in Essex alone: an offence may divide the forces, or they may have had none."""
        keys = {("murder", "Kent"): 1, ("theft", "Essex"): 2}
        people = residents({"Kent": 100, "Essex": 100})
        found = rate(crimes(keys, ["offence", "force"]), people, by="offence")
        assert found.at(offence="murder").exposure == 100
        assert "so offence is taken to divide the residents, too" in str(found[0])
        stated = rate(crimes(keys, ["offence", "force"], coverage="force").where(offence="murder"), people)
        assert stated.exposure == 200
        # One force with both offences disproves it: then every force is one of every offence.
        more = rate(crimes({**keys, ("theft", "Kent"): 1}, ["offence", "force"]), people, by="offence")
        assert (more.at(offence="murder").exposure, "Caveat" in str(more[0])) == (200, False)

    def test_any_number_above_0(self):
        """Half a thousand divides as one does; one group is one group, with by= or without."""
        tally = crimes({"Kent": 6})
        assert [row.rate for row in rate(tally, 1, by="force")] == [6000]
        assert rate(tally, 0.5).rate == 12_000

    def test_one_group_that_coverage_does_not_name(self):
        """Of one region only, all that supplied are it."""
        keys = {("South", "Kent"): 6, ("South", "Surrey"): 1}
        tally = crimes(keys, ["region", "force"], coverage=["force"])
        assert rate(tally, PEOPLE, by="region").at(region="South").exposure == 2500

    def test_groups_that_coverage_does_not_name(self):
        """Coverage by force alone does not say whose residents a region has: silence would divide by everybody's."""
        keys = {("South", "Kent"): 6, ("East", "Essex"): 5, ("South", "Surrey"): 1}
        with pytest.raises(
            InvalidInputError, match=r"each force has one region only.*name 'region' in coverage="
        ):
            rate(crimes(keys, ["region", "force"], coverage="force"), PEOPLE, by="region")
        found = rate(crimes(keys, ["region", "force"], coverage=["region", "force"]), PEOPLE, by="region")
        assert found.at(region="South").exposure == 2500

    def test_coverage_of_months_alone(self):
        """As date= makes it: regions lie apart, offences do not, and a force without one still has its residents."""
        keys = {("Kent", "South", "a", 1): 6, ("Kent", "South", "b", 1): 1, ("Essex", "East", "a", 1): 5}
        tally = crimes(keys, ["force", "region", "offence", "month"], coverage="month")
        assert rate(tally, PEOPLE, by="region")["exposure"].tolist() == [1000, 2000]
        assert rate(tally, PEOPLE, by="offence")["exposure"].tolist() == [3000, 3000]
        assert rate(tally, PEOPLE, by=["region", "offence"]).at(region="South", offence="a").exposure == 2000
        assert rate(tally, PEOPLE).exposure == 3000
        # In March Essex had none, and no fewer residents.
        tally += crimes(
            {("Kent", "South", "a", 3): 2}, ["force", "region", "offence", "month"], coverage="month"
        )
        assert rate(tally, PEOPLE, by="month")["exposure"].tolist() == [3000, 3000]

    def test_years_are_no_regions(self):
        """That each force has rows of one year only does not make the years divide the forces."""
        tally = crimes({("Kent", "2022"): 6, ("Essex", "2023"): 5}, ["force", "period"], coverage="force")
        assert rate(tally, PEOPLE, by="period")["exposure"].tolist() == [3000, 3000]

    def test_areas_summed_away_live_on_in_coverage(self):
        tally = crimes({("Kent", "a"): 6, ("Essex", "a"): 5}, ["force", "offence"], coverage="force")
        assert rate(tally.sum_to("offence"), PEOPLE, by="offence")["exposure"].tolist() == [3000]
        assert rate(tally.sum_to(), PEOPLE).exposure == 3000

    def test_areas_summed_away_without_coverage(self):
        tally = crimes({("Kent", "a"): 6}, ["force", "offence"]).sum_to("offence")
        with pytest.raises(
            UnknownNameError,
            match=r"residents are given by 'force', which the counts do not keep; they have 'offence'. Keep 'force' in the tally",
        ):
            rate(tally, PEOPLE)

    def test_numbers_as_labels(self):
        found = rate(crimes({7: 6, 8: 5}, "code"), residents({8: 1000, 7: 2000}, by="code"), by="code")
        assert found["rate"].tolist() == [3, 5]

    @given(
        st.dictionaries(
            st.sampled_from(FORCES), st.tuples(st.integers(0, 99), st.integers(1, 10**6)), min_size=1
        )
    )
    def test_the_total_is_of_all_areas(self, found):
        tally = crimes({f: n for f, (n, _) in found.items()})
        total = rate(tally, residents({f: size for f, (_, size) in found.items()} | {"Nowhere": 7}))
        assert (total.events, total.exposure) == (
            sum(n for n, _ in found.values()),
            sum(s for _, s in found.values()),
        )


class TestWhoSends:
    """`coverage=residents`: the areas of an exposure are who sends, and a quiet one had none."""

    QUIET = residents({f"L{i:03d}": 1500 for i in range(100)}, by="lsoa")
    ROWS = pd.DataFrame({"lsoa": ["L003", "L040", "L077"], "period": ["2022", "2022", "2023"]})

    @pytest.mark.filterwarnings("default::policemetrics.errors.AreasWithoutRowsWarning")
    def test_the_warning_gives_the_cure(self):
        frame, exposure = self.ROWS[["lsoa"]], self.QUIET
        with pytest.warns(AreasWithoutRowsWarning, match="of 3 of the 100 areas") as warned:
            assert rate(frame, exposure, per=100_000).rate == pytest.approx(3 / 4500 * 1e5)
        cure = re.search(r"; (tally\(.*\)) says that they had none", str(warned[0].message)).group(1)
        cured = eval(cure, {"tally": tally, "frame": frame, "exposure": exposure})  # noqa: S307  # our own words
        found = rate(cured, exposure, per=100_000)
        assert (found.events, found.exposure, found.rate) == (3, 150_000, pytest.approx(2.0))
        assert "Caveat" not in str(found)

    @pytest.mark.filterwarnings("error::policemetrics.errors.AreasWithoutRowsWarning")
    def test_every_area_in_every_period_that_occurs(self):
        made = tally(self.ROWS, by=["lsoa", "period"], coverage=self.QUIET)
        assert (len(made.coverage), made.coverage.labels("period")) == (200, ("2022", "2023"))
        found = rate_change(made, between=("2022", "2023"), exposure=self.QUIET)
        assert (found.old, found.new, found.reason) == (2, 1, None)
        assert rate(made, self.QUIET, by="lsoa").at(lsoa="L000").events == 0

    def test_dates(self):
        log = pd.DataFrame({"lsoa": ["L003", "L040"], "day": pd.to_datetime(["2022-01-03", "2022-02-05"])})
        found = rate(tally(log, by="lsoa", date="day", coverage=self.QUIET), self.QUIET, by="period")
        assert found["exposure"].tolist() == [150_000, 150_000]

    def test_by_period_however_spelt(self):
        """Of a period of which no row came in nothing is said; those that are there are joined as they mean."""
        sizes = {("Kent", "2022"): 100, ("Essex", "2022"): 50, ("Kent", "2024"): 1, ("Essex", "2024"): 2}
        sizes |= {("Kent", "year ending December 2023"): 110, ("Essex", "year ending December 2023"): 60}
        people = residents(sizes, by=["force", "period"])
        made = Tally.from_columns(
            {"force": ["Kent", "Kent"], "period": ["2022", "2023"]}, [3, 4], coverage=people
        )
        assert made.coverage.to_dict()["period"] == ["2022", "2023"] * 2
        assert rate(made, people, by="period")["exposure"].tolist() == [150, 170]

    def test_a_row_of_an_area_that_is_not_among_them_is_one_more_sender(self):
        made = crimes({"Kent": 3, "Sussex": 1}, coverage=PEOPLE)
        assert made.coverage.labels("force") == ("Essex", "Kent", "Surrey", "Sussex")
        assert rate(made, PEOPLE).reason == "not available: no residents for Sussex"

    @pytest.mark.parametrize(
        ("columns", "words"),
        [
            (
                {"force": ["Wales"]},
                "coverage names 3 labels of 'force', and no row has one of them: 'Essex' there, 'Wales'",
            ),
            ({"force": [7]}, "no row has one of them: 'Essex' there, 7 in the rows. Spell them alike."),
            ({"offence": ["a"]}, "coverage is given by 'force': keep 'force' in the tally, too."),
        ],
    )
    def test_what_does_not_fit_is_refused(self, columns, words):
        with pytest.raises(PoliceMetricsError, match=re.escape(words)):
            Tally.from_columns(columns, [1], coverage=PEOPLE)


class TestMissingLabel:
    """A force whose residents nobody estimates: the figure says so; it is never left out in silence."""

    TALLY = crimes({"Kent": 6, "London, City of": 9, "Essex": 5})

    def test_the_force_itself(self):
        found = rate(self.TALLY, PEOPLE, by="force")
        city = found.at(force="London, City of")
        assert city.reason == "not available: no residents for London, City of"
        assert city.events == 9
        assert np.isnan([city.rate, city.rate_low, city.exposure]).all()
        assert found.at(force="Kent").rate == 3
        assert found.to_dict()["rate"] == [5.0, 3.0, None]

    def test_every_sum_that_needs_it(self):
        assert rate(self.TALLY, PEOPLE).reason == "not available: no residents for London, City of"

    def test_without_it(self):
        found = rate(self.TALLY.drop(force="London, City of"), PEOPLE)
        assert (found.events, found.exposure, found.reason) == (11, 3000, None)
        assert found.exclusions.reasons == {"dropped: force": 9}

    def test_the_first_of_several_is_named(self):
        tally = self.TALLY + crimes({"British Transport Police": 1})
        assert rate(tally, PEOPLE).reason == "not available: no residents for British Transport Police"

    def test_only_the_group_concerned(self):
        tally = crimes({("South", "Kent"): 6, ("London", "London, City of"): 9}, ["region", "force"])
        found = rate(tally, PEOPLE, by="region")
        assert found.at(region="London").reason == "not available: no residents for London, City of"
        assert found.at(region="South").reason is None


OF_YEARS = {("Kent", "2022/23"): 6, ("Essex", "2022/23"): 4, ("Kent", "2023/24"): 9, ("Essex", "2023/24"): 3}
SIZES = {
    ("Kent", "2022/23"): 2000,
    ("Essex", "2022/23"): 1000,
    ("Kent", "2023/24"): 2500,
    ("Essex", "2023/24"): 1500,
}


class TestPeriods:
    """Each period has its own estimate; estimates are never added over time."""

    TALLY = crimes(OF_YEARS, ["force", "period"])
    PEOPLE = residents(SIZES, by=["force", "period"], date="mid-year two years before")

    def test_change(self):
        """Kent: 6 in 2,000 to 9 in 2,500, so from 3 to 3.6 per thousand: +20%."""
        found = rate_change(self.TALLY, between=("2022/23", "2023/24"), by="force", exposure=self.PEOPLE)
        kent = found.at(force="Kent")
        assert (kent.old_exposure, kent.new_exposure) == (2000, 2500)
        assert kent.percent_change == pytest.approx(20)
        assert found.at(force="Essex").percent_change == pytest.approx(-50)

    def test_change_of_the_total(self):
        """10 in 3,000 to 12 in 4,000: −10%."""
        found = rate_change(self.TALLY, between=("2022/23", "2023/24"), exposure=self.PEOPLE)
        assert (found.old_exposure, found.new_exposure) == (3000, 4000)
        assert found.percent_change == pytest.approx(-10)

    def test_however_the_period_is_spelt(self):
        sizes = {
            (f, {"2022/23": "Apr 2022 to Mar 2023", "2023/24": "year ending March 2024"}[p]): n
            for (f, p), n in SIZES.items()
        }
        found = rate_change(
            self.TALLY, between=("2022/23", "2023/24"), exposure=residents(sizes, by=["force", "period"])
        )
        assert found.percent_change == pytest.approx(-10)

    def test_two_spellings_of_one_period(self):
        """Their positions must not be added up, nor their sizes."""
        sizes = SIZES | {("Kent", "2022-23"): 1999}
        with pytest.raises(
            InvalidInputError, match="one figure for 2022/23; 'period' spells it '2022-23', '2022/23'"
        ):
            rate_change(
                self.TALLY, between=("2022/23", "2023/24"), exposure=residents(sizes, by=["force", "period"])
            )

    def test_a_period_without_an_estimate(self):
        sizes = {k: n for k, n in SIZES.items() if k != ("Kent", "2023/24")}
        found = rate_change(
            self.TALLY,
            between=("2022/23", "2023/24"),
            by="force",
            exposure=residents(sizes, by=["force", "period"]),
        )
        assert found.at(force="Kent").reason == "not available: no residents for Kent, 2023/24"
        assert found.at(force="Essex").percent_change == pytest.approx(-50)

    def test_by_period_alone(self):
        people = residents({"2022/23": 3000, "2023/24": 4000}, by="period")
        assert rate_change(
            self.TALLY, between=("2022/23", "2023/24"), exposure=people
        ).percent_change == pytest.approx(-10)
        old = residents({"2022/23": 3000}, by="period")
        found = rate_change(self.TALLY, between=("2022/23", "2023/24"), exposure=old)
        assert found.reason == "not available: no residents for 2023/24"

    def test_by_what_is_no_period(self):
        """A label that no calendar reads is that of no year."""
        people = residents({"before the census": 3000, "2023/24": 4000}, by="period")
        found = rate(self.TALLY, people, by="period")
        assert found.at(period="2022/23").reason == "not available: no residents for 2022/23"
        assert found.at(period="2023/24").exposure == 4000

    def test_by_period_in_a_rate(self):
        found = rate(self.TALLY, self.PEOPLE, by=["period", "force"])
        assert found.at(force="Kent", period="2023/24").rate == pytest.approx(3.6)
        assert rate(self.TALLY, self.PEOPLE, by="period")["exposure"].tolist() == [3000, 4000]

    def test_never_over_time(self):
        """Two years of residents are not twice as many residents."""
        for by in ("force", None):
            with pytest.raises(
                InvalidInputError, match="add up over areas, never over time; keep 'period' in by="
            ):
                rate(self.TALLY, self.PEOPLE, by=by)
        found = rate(self.TALLY.where(period="2023/24"), self.PEOPLE)
        assert (found.events, found.exposure) == (12, 4000)

    def test_in_period(self):
        found = self.PEOPLE._in_period("period", Period.financial_year(2023))
        assert found == residents({"Kent": 2500, "Essex": 1500}, date="mid-year two years before")


class TestOtherDivisors:
    TALLY = crimes({("Kent", "a"): 6, ("Essex", "a"): 5, ("Kent", "b"): 4}, ["force", "offence"])

    def test_a_number_serves_one_group(self):
        """Two forces do not have the same residents: what to give instead is said."""
        with pytest.raises(InvalidInputError, match="for each group, as a mapping, an Exposure or a Tally"):
            rate(self.TALLY, 2000, by="force")
        assert rate(self.TALLY.where(force="Kent"), 2000, by="force")["exposure"].tolist() == [2000]

    def test_a_mapping(self):
        found = rate(self.TALLY, {"Kent": 2000, "Essex": 1000}, by="force")
        assert found.at(force="Kent").rate == 5
        assert str(found.at(force="Kent")).endswith("10 for 2,000."), "nobody said what the numbers count"
        keys = {("Kent", "a"): 2000, ("Kent", "b"): 1000, ("Essex", "a"): 500}
        assert rate(self.TALLY, keys, by=["force", "offence"]).at(force="Kent", offence="b").rate == 4

    def test_a_mapping_without_a_label(self):
        assert (
            rate(self.TALLY, {"Kent": 1}, by="force").at(force="Essex").reason
            == "not available: no divisor for Essex"
        )

    def test_a_mapping_without_groups(self):
        with pytest.raises(InvalidInputError, match="a mapping is keyed by the labels of by="):
            rate(self.TALLY, {"Kent": 2000})

    def test_a_tally(self):
        officers = crimes({"Kent": 20, "Essex": 0}, "force")
        found = rate(self.TALLY, officers, by="force")
        assert found.at(force="Kent").exposure == 20
        assert found.at(force="Essex").reason == "not available: no divisor for Essex"
        assert rate(self.TALLY, officers, per=1).rate == 15 / 20

    def test_a_tally_without_the_groups(self):
        with pytest.raises(UnknownNameError, match="a tally that keeps 'offence'"):
            rate(self.TALLY, crimes({"Kent": 20}), by="offence")

    @pytest.mark.parametrize("divisor", [0, -1, float("nan"), float("inf"), None, "2000", True, [2000]])
    def test_bad(self, divisor):
        with pytest.raises(PoliceMetricsError, match="must be"):
            rate(self.TALLY, divisor, by="force")

    def test_no_groups_at_all(self):
        empty = self.TALLY.where(force=[])
        assert len(rate(empty, PEOPLE, by="force")) == 0
        assert rate(empty, PEOPLE).reason == "not available: no rows"


class TestTime:
    """Residents are never added over time, whatever the dimension is called."""

    def test_years_by_another_name(self):
        residents = Exposure(
            {("A", "2022"): 1000, ("A", "2023"): 1000},
            by=["force", "year"],
            name="residents",
            date="mid-year",
        )
        crimes = Tally.from_columns({"force": ["A", "A"], "year": ["2022", "2023"]}, [100, 100])
        with pytest.raises(InvalidInputError, match="never over time; keep 'year'"):
            rate(crimes, residents, by="force")
        assert rate(crimes, residents, by=["force", "year"])["rate"].tolist() == [100, 100]

    def test_a_frame_is_counted_by_what_joins(self):
        residents = Exposure({"A": 1000, "B": 3000}, by="force", name="residents", date="mid-2022")
        rows = pd.DataFrame({"force": ["A", "A", "B"]})
        assert rate(rows, residents).rate == 0.75
        assert not residents._sizes.flags.writeable


class TestSameSuppliers:
    """Counts and what they are divided by are of the same suppliers, over all that they share together."""

    COLUMNS = ("force", "period")

    def tally(self, *rows, stated=True):
        labels = zip(*(row[:2] for row in rows), strict=True)
        counts = [row[2] for row in rows]
        coverage = self.COLUMNS if stated else None
        return Tally.from_columns(dict(zip(self.COLUMNS, labels, strict=True)), counts, coverage=coverage)

    @pytest.mark.parametrize("stated", [(True, False), (False, True), (False, False)])
    def test_a_tally_of_others_that_nobody_stated(self, stated):
        """What one of the two states is held against the rows of the other; where neither does, the figure says so."""
        of_one_only = "Kent 2023", "Essex 2023"
        crimes = self.tally(
            *[("Kent", "2022", 100), ("Kent", "2023", 100), ("Essex", "2022", 100)], stated=stated[0]
        )
        calls = self.tally(
            *[("Kent", "2022", 100), ("Essex", "2022", 100), ("Essex", "2023", 400)], stated=stated[1]
        )
        found = rate(crimes, calls)
        if any(stated):
            assert found.reason.startswith("not like for like: supplied for one only: ")
            assert all(label in found.reason for label in of_one_only)
        else:
            assert found.rate == 500
            assert found.caveats[0].code == "coverage-not-stated"
            assert all(label in found.caveat for label in of_one_only)
        assert rate(crimes, crimes).caveat == ""

    def test_a_tally_of_more_dimensions(self):
        """The calls have a grade, too, that the crimes have not: it is added up."""
        columns = {"force": ["Kent"] * 2, "period": ["2022"] * 2, "grade": [1, 2]}
        calls = Tally.from_columns(columns, [3, 1])
        crimes = self.tally(("Kent", "2022", 2), stated=False)
        assert (rate(crimes, calls, per=1).rate, rate(crimes, calls).caveat) == (0.5, "")

    def test_a_tally_of_others(self):
        """Kent's two years over one year of Kent and one of Essex: as many rows, and no rate."""
        crimes = self.tally(("Kent", "2022", 100), ("Kent", "2023", 100), ("Essex", "2022", 100))
        calls = self.tally(("Kent", "2022", 1000), ("Essex", "2022", 1000), ("Essex", "2023", 5000))
        assert rate(crimes, calls).reason == (
            "not like for like: supplied for one only: Essex 2023, Kent 2023 (of the counts and their divisor)"
        )
        assert rate(crimes, crimes).rate == 1000

    def test_people_of_another_year(self):
        """Essex sent one year of two: its residents are not those of both, by number or by exposure."""
        crimes = self.tally(("Kent", "2022", 100), ("Kent", "2023", 100), ("Essex", "2022", 100))
        residents = Exposure({"Kent": 1000, "Essex": 1000}, by="force", name="residents", date="mid-2022")
        reason = "not available: not the same suppliers in every period: no Essex 2023"
        assert rate(crimes, residents).reason == reason
        assert rate(crimes, 2000).reason == reason
        assert rate(crimes, residents, by="force").at(force="Essex").rate == 100


@pytest.mark.parametrize(
    ("values", "says"),
    [
        (["a", "b"], "value: column 'size', of Kent, must be a number; got 'a' (str)."),
        ([5, None], "value: column 'size', of Essex, must be a finite number"),
        ([5, 0], "value: column 'size', of Essex, must be > 0; got 0"),
    ],
)
def test_a_column_that_holds_no_sizes_is_named(values, says):
    frame = pd.DataFrame({"force": ["Kent", "Essex"], "size": values})
    with pytest.raises(PoliceMetricsError, match=re.escape(says)):
        Exposure.from_frame(frame, by="force", value="size", name="residents", date="mid-2019")


def test_the_call_in_the_refusal_runs():
    """A rate over two groups with a mapping for an exposure: the message holds a call that makes one."""
    crimes = Tally.from_columns({"district": ["Eastside", "Westside"]}, [50, 60])
    options = {"groups": ("Eastside", "Westside"), "of": "district"}
    with pytest.raises(InvalidTypeError, match=r"as in Exposure\(") as refused:
        rate_change(crimes, exposure={"Eastside": 5000, "Westside": 4000}, **options)
    call = str(refused.value).partition("as in ")[2].partition("; got")[0]
    made = eval(call, {"Exposure": Exposure})  # noqa: S307  # our own words
    found = rate_change(crimes, exposure=made, **options)
    assert (found.old_rate, found.new_rate) == (10, 15)
