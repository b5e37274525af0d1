"""What changed harm: two periods, every period beside a base, and the parts of a change."""

from __future__ import annotations

import math

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from harms import YEARS, counts, methods, own, positive_counts, two_years, weight_sets
from hypothesis import assume, given
from hypothesis import strategies as st

from policemetrics import (
    Exposure,
    HarmWeights,
    Period,
    Tally,
    datasets,
    definitions,
    harm_change,
    harm_drivers,
    harm_index,
    harm_score,
    harm_weights,
)
from policemetrics.errors import InvalidInputError, InvalidTypeError, UnknownNameError
from policemetrics.harm.change import share_out

BETWEEN = ("2017/18", "2019/20")


# ---- two periods ------------------------------------------------------------------------


class TestHarmChange:
    WEIGHTS = own({"theft": 10, "robbery": 800, "note": 0})

    @pytest.mark.usefixtures("no_breaks")
    def test_fewer_crimes_of_more_harm(self):
        """Crime −10%, harm −5%: harm per crime +5.6%, and the sentence says both."""
        change = harm_change(
            two_years({"a": 10_000}, {"a": 8_500, "b": 500}), own({"a": 1, "b": 2}), between=YEARS
        )
        assert change.percent_change == pytest.approx(-5)
        assert change.per_crime_change == pytest.approx(5.5556, abs=1e-4)
        assert str(change) == (
            "Harm (own 1) fell by 5.0% (95% interval −7.7% to −2.2%), from 10,000 days in 2022/23 to 9,500 in "
            "2023/24; on 10.0% fewer crimes, harm per crime rose by 5.6%."
        )
        assert (change.from_volume, change.from_mix) == pytest.approx((-1027.78, 527.78), abs=0.01)

    def test_das_gupta_three_factors(self):
        """Population 1,000,000, crimes per 1,000 80, severity 15.2, to 1,012,000, 84.5, 14.1 (R, DasGuptR)."""
        people = Exposure(
            dict(zip(YEARS, (1_000_000, 1_012_000), strict=True)), by="period", name="residents", date="mid"
        )
        change = harm_change(
            two_years({"a": 80_000}, {"b": 85_514}),
            own({"a": 15.2, "b": 14.1}),
            between=YEARS,
            exposure=people,
        )
        parts = change.from_population, change.from_volume, change.from_mix, change.from_weights
        assert parts == pytest.approx((14454.6, 66315.6, -91022.8, 0), rel=1e-9)
        assert (change.old, change.new, change.change) == pytest.approx((1216000, 1205747.4, -10252.6))
        assert (change.old_exposure, change.new_exposure) == (1_000_000, 1_012_000)
        assert (change.exposure_name, change.exposure_date) == ("residents", "mid")

    def test_mix_and_weights(self):
        """Counts 3000 5000 2000 to 3300 4200 2100, severities 40 8 3 to 42 8.5 3 (R): +1.334375 and +0.878125."""
        old, new = {"a": 2880, "b": 4800, "c": 1920}, {"a": 3300, "b": 4200, "c": 2100}
        change = harm_change(
            two_years(old, new),
            own({"a": 40, "b": 8, "c": 3}),
            between=YEARS,
            weights_new=own({"a": 42, "b": 8.5, "c": 3}, version="2"),
        )
        assert change.from_volume == 0
        assert change.from_mix == pytest.approx(9600 * 1.334375)
        assert change.from_weights == pytest.approx(9600 * 0.878125)
        assert (change.old, change.new) == pytest.approx((9600 * 16.6, 9600 * 18.8125))
        assert change.weights == "own 1 to own 2"

    def test_limits_solve_their_equation(self):
        """Each limit is where the difference from the ratio times the old score just reaches 0."""
        crimes = two_years({"theft": 40, "robbery": 3}, {"theft": 60, "robbery": 2})
        change = harm_change(crimes, self.WEIGHTS, between=YEARS)
        old, new = (harm_score(crimes.where(period=year), self.WEIGHTS) for year in YEARS)
        low, high = (1 + change.percent_change_low / 100, 1 + change.percent_change_high / 100)
        assert new.score - low * old.score == pytest.approx(
            math.hypot(new.score - new.score_low, low * (old.score_high - old.score))
        )
        assert high * old.score - new.score == pytest.approx(
            math.hypot(new.score_high - new.score, high * (old.score - old.score_low))
        )

    @pytest.mark.parametrize(
        ("old", "new", "reason"),
        [
            ({"theft": 0}, {"theft": 5}, "not applicable: there was no harm before"),
            ({"note": 4}, {"theft": 5}, "not applicable: there was no harm before"),
            ({"theft": 0}, {"theft": 0}, "not applicable: there was no harm in either period"),
        ],
    )
    def test_nothing_before(self, old, new, reason):
        change = harm_change(two_years(old, new), self.WEIGHTS, between=YEARS)
        assert change.reason == reason
        assert math.isnan(change.percent_change)
        assert math.isnan(change.percent_change_high)
        assert math.isnan(change.per_crime_change)
        assert change.from_volume + change.from_mix == change.change == change.new
        assert reason in str(change)

    def test_nothing_before_in_words(self):
        change = harm_change(two_years({"theft": 0}, {"theft": 5}), self.WEIGHTS, between=YEARS)
        assert str(change) == (
            "Harm (own 1) rose, from 0 days in 2022/23 to 50.00 in 2023/24; "
            "percentage not applicable: there was no harm before."
        )
        assert change.from_mix == 0

    def test_nothing_after(self):
        change = harm_change(two_years({"theft": 5, "robbery": 1}, {"theft": 0}), self.WEIGHTS, between=YEARS)
        assert (change.percent_change, change.percent_change_low) == (-100, -100)
        assert math.isnan(change.percent_change_high)
        assert (change.from_volume, change.from_mix) == (-850, 0)
        assert str(change) == (
            "Harm (own 1) fell by 100.0% (95% interval −100.0% or more), from 850.0 days in 2022/23 to 0 in 2023/24."
        )

    def test_only_weightless_crimes_after(self):
        change = harm_change(two_years({"theft": 5}, {"note": 5}), self.WEIGHTS, between=YEARS)
        assert change.percent_change_high == change.percent_change == -100
        assert change.from_mix == -50
        assert str(change).endswith("on as many crimes, harm per crime fell by 100.0%.")

    def test_few_crimes_before(self):
        """Where the old score may be 0, no ratio is too high."""
        change = harm_change(
            two_years({"robbery": 1, "theft": 1}, {"theft": 50}), self.WEIGHTS, between=YEARS
        )
        assert change.percent_change_high == math.inf
        assert "or more)" in str(change)

    def test_small_moves_in_words(self):
        same = harm_change(two_years({"theft": 5}, {"theft": 5}), self.WEIGHTS, between=YEARS)
        assert "did not change" in str(same)
        assert str(same).endswith("on as many crimes, harm per crime did not change.")
        barely = harm_change(two_years({"theft": 10_000}, {"theft": 10_001}), self.WEIGHTS, between=YEARS)
        assert "Harm (own 1) rose by less than 0.1%" in str(barely)
        assert str(barely).endswith("on 0.0% more crimes, harm per crime did not change.")

    def test_years_ending(self):
        ends = ("year ending 2023-06", "year ending 2024-06")
        crimes = Tally.from_columns({"period": ends, "offence": ["theft"] * 2}, [5, 6])
        sentence = str(harm_change(crimes, self.WEIGHTS, between=ends))
        assert "in the year ending June 2023 to 60.00 in the year ending June 2024" in sentence

    def test_not_supplied(self):
        crimes = Tally.from_columns(
            {"force": ["A", "A", "B"], "period": [*YEARS, YEARS[0]], "offence": ["theft"] * 3},
            [5, 6, 7],
            coverage=["force", "period"],
        )
        table = harm_change(crimes, self.WEIGHTS, between=YEARS, by="force")
        lacking = table.at(force="B")
        assert lacking.reason == "not available: no rows for B, 2023/24"
        assert str(lacking) == "B: harm (own 1): change not available: no rows for B, 2023/24."
        assert lacking.old == 70
        for name in ("new", "change", "percent_change", "from_population", "from_volume", "from_weights"):
            assert math.isnan(getattr(lacking, name))
        whole = harm_change(crimes, self.WEIGHTS, between=YEARS)
        assert (
            whole.reason
            == "not like for like: supplied for one only: B; like_for_like='match' leaves out what one side lacks"
        )
        assert math.isnan(whole.change)

    def test_corrections(self):
        """A score below zero is shown and explained, as every total below zero is."""
        change = harm_change(
            two_years({"theft": 5}, {"theft": 3, "robbery": -1}), self.WEIGHTS, between=YEARS
        )
        assert "a score of −770.0 on 2 crimes in 2023/24" in change.reason
        assert (change.old, change.new) == (50, -770)
        assert math.isnan(change.change)

    def test_corrections_without_weight_have_no_sign(self):
        change = harm_change(two_years({"note": 5}, {"note": -1}), self.WEIGHTS, between=YEARS)
        assert "below zero" in change.reason
        assert math.copysign(1, change.new) == 1

    def test_exposure_missing_for_one(self):
        """The change stands; what would need the exposure does not."""
        crimes = Tally.from_columns(
            {"force": ["A", "A", "B", "B"], "period": [*YEARS] * 2, "offence": ["theft"] * 4}, [5, 6, 7, 8]
        )
        people = Exposure({"A": 100}, by="force", name="residents", date="mid")
        table = harm_change(crimes, self.WEIGHTS, between=YEARS, by="force", exposure=people)
        first, second = table
        assert (first.from_population, first.from_volume) == (0, pytest.approx(10))
        assert second.change == 10
        assert second.reason == "not available: no residents for B"
        assert math.isnan(second.from_volume)
        assert math.isnan(second.from_population)

    def test_outside_either_edition(self):
        """What either edition leaves out is left out of both periods, so that they score the same crimes."""
        first = own({"theft": 10, "robbery": 800}, outside=["fraud"], caveat="one.")
        second = own({"theft": 12, "fraud": 3}, outside=["robbery"], version="2", caveat="two")
        crimes = two_years({"theft": 5, "robbery": 2, "fraud": 1}, {"theft": 5, "robbery": 9})
        change = harm_change(crimes, first, between=YEARS, weights_new=second, caveat="A new system.")
        assert (change.old, change.new, change.from_weights) == (50, 60, pytest.approx(10))
        assert change.exclusions.reasons == {
            "outside the weights: own 1": 1,
            "outside the weights: own 2": 11,
        }
        assert change.caveat == "A new system; one; two"

    def test_quarters_add_up(self):
        crimes = Tally.from_columns(
            {
                "period": [
                    *(f"2022-Q{q}" for q in (2, 3, 4)),
                    *(f"2023-Q{q}" for q in (1, 2, 3, 4)),
                    "2024-Q1",
                ],
                "offence": ["theft"] * 8,
            },
            [1, 2, 3, 4, 5, 6, 7, 8],
        )
        change = harm_change(crimes, self.WEIGHTS, between=YEARS)
        assert (change.old, change.new, change.between) == (100, 260, YEARS)

    def test_by_offence_an_absent_one_is_zero(self):
        """Where it is stated who supplied. A frame states nothing: a figure of its own needs rows of its own."""
        columns = {"period": [*YEARS, YEARS[0]], "offence": ["theft", "theft", "robbery"]}
        counted = Tally.from_columns(columns, [5, 6, 1], coverage="period")
        table = harm_change(counted, self.WEIGHTS, between=YEARS, by="offence")
        assert table["change"].tolist() == [-800, 10]
        assert table["from_mix"].tolist() == [0, 0]
        frame = pd.DataFrame(columns | {"n": [5, 6, 1]})
        robbery, theft = harm_change(frame, self.WEIGHTS, between=YEARS, by="offence", count="n")
        assert (robbery.reason, robbery.old) == ("not available: no rows for robbery, 2023/24", 800)
        assert (theft.change, theft.reason) == (10, None)

    def test_a_part_that_is_absent_is_zero(self):
        """As by offence it is not available, a caveat names it."""
        frame = pd.DataFrame(
            {"period": [*YEARS, YEARS[0]], "offence": ["theft", "theft", "robbery"], "n": [5, 6, 1]}
        )
        robbery, theft = harm_drivers(frame, self.WEIGHTS, between=YEARS, count="n")
        assert (robbery.crimes_new, robbery.change, theft.change) == (0, -800, 10)
        caveat = "no coverage was stated, and only one of the periods has cells of robbery"
        assert (robbery.caveat, theft.caveat) == (caveat, caveat)
        assert harm_change(frame, self.WEIGHTS, between=YEARS, count="n").caveat == ""


class TestUnknownOffences:
    def test_only_the_periods_compared_count(self, css):
        """A code that ended before either period stops nothing."""
        ended = Tally.from_columns({"period": ["2012/13"], "offence": ["X9"]}, [1], coverage=["period"])
        crimes = two_years({"46": 3}, {"46": 4}) + ended
        assert harm_change(crimes, css, between=YEARS).crimes_new == 4
        with pytest.raises(UnknownNameError, match="'X9'"):
            harm_score(crimes, css)

    def test_only_what_is_compared_counts(self, css):
        """A code of a supplier that match leaves out stops nothing."""
        columns = {
            "force": ["Kent", "Kent", "Essex"],
            "period": [*YEARS, YEARS[1]],
            "offence": ["46", "46", "X9"],
        }
        crimes = Tally.from_columns(columns, [3, 4, 5], coverage=["force", "period"])
        assert harm_change(crimes, css, between=YEARS, like_for_like="match").crimes_new == 4
        with pytest.raises(UnknownNameError, match="'X9'"):
            harm_change(crimes, css, between=YEARS)

    def test_the_new_edition_too(self):
        with pytest.raises(UnknownNameError, match=r"codes that own 2 has a weight for; .* 'b'"):
            harm_change(
                two_years({"a": 1}, {"b": 1}),
                own({"a": 1, "b": 2}),
                between=YEARS,
                weights_new=own({"a": 1}, version="2"),
            )


class TestWestMidlands:
    def test_change(self, css, west_midlands, residents):
        change = harm_change(west_midlands, css, between=BETWEEN, exposure=residents)
        assert (change.crimes_old, change.crimes_new) == (233_393, 260_829)
        assert str(change).startswith(
            "Harm (ons-css 2020) rose by 12.8% (95% interval +11.2% to +14.3%), from 45,298,601 days in 2017/18 to "
            "51,076,863 in 2019/20; per head (residents, mid-year two years before) it rose by 11.0% (95% interval +9.4% to "
            "+12.5%), from 15.78 per head to 17.51 per head; on 11.8% more crimes, harm per crime rose by 0.9%. Caveat: This edition is superseded"
        )
        parts = change.from_population + change.from_volume + change.from_mix + change.from_weights
        assert parts == pytest.approx(change.change, rel=1e-15)

    def test_drivers_add_up_to_the_change(self, css, west_midlands):
        change = harm_change(west_midlands, css, between=BETWEEN)
        groups = {code: o.group for code, o in definitions.offences().items()}
        known = west_midlands.labels("offence")
        grouped = Tally.from_columns(
            {
                **{d: west_midlands.to_dict()[d] for d in west_midlands.dims},
                "group": [groups[c] for c in west_midlands.to_dict()["offence"]],
            },
            west_midlands.to_dict()["count"],
            coverage=["period", "quarter"],
        )
        for drivers in (
            harm_drivers(west_midlands, css, between=BETWEEN),
            harm_drivers(grouped, css, between=BETWEEN, of="group"),
        ):
            for name in ("change", "from_volume", "from_mix"):
                assert math.fsum(drivers[name]) == pytest.approx(getattr(change, name), rel=1e-12)
            assert math.fsum(drivers["share_of_change"]) == pytest.approx(1)
            assert (drivers["crimes_old"].sum(), drivers["crimes_new"].sum()) == (233_393, 260_829)
        assert len(harm_drivers(west_midlands, css, between=BETWEEN)) == len(known)

    def test_homicide_by_either_code(self, css, west_midlands):
        """2017/18 has one code of homicide and 2019/20 four; with one weight the change is the same."""
        joined = west_midlands.relabel(
            "offence", dict.fromkeys(["1", "4.1", "4.10", "4.2"], "1/4.1/4.10/4.2")
        )
        split, whole = (harm_change(t, css, between=BETWEEN) for t in (west_midlands, joined))
        assert (whole.change, whole.from_mix) == pytest.approx((split.change, split.from_mix), rel=1e-9)
        homicide = harm_drivers(joined, css, between=BETWEEN).at(offence="1/4.1/4.10/4.2")
        assert (homicide.crimes_old, homicide.crimes_new) == (41, 51)
        apart = harm_drivers(west_midlands, css, between=BETWEEN)
        codes = ["1", "4.1", "4.10", "4.2", "1/4.1/4.10/4.2"]
        assert math.fsum(apart.at(offence=c).change for c in codes) == pytest.approx(homicide.change)

    def test_every_frame_gives_the_same(self, css):
        data = datasets.west_midlands_offences().to_dict()
        tables = []
        for frame in (pd.DataFrame(data), pl.DataFrame(data), pl.LazyFrame(data), pa.table(data)):
            settings = {"between": BETWEEN, "offence": "offence_code", "count": "offences"}
            drivers = harm_drivers(frame, css, of="offence_code", **settings)
            tables.append((harm_change(frame, css, by="quarter", **settings), drivers))
        relation = duckdb.from_arrow(pa.table(data))
        tables.append(
            (
                harm_change(relation, css, by="quarter", **settings),
                harm_drivers(relation, css, of="offence_code", **settings),
            )
        )
        assert all(table == tables[0] for table in tables[1:])


# ---- parts of a change ------------------------------------------------------------------


class TestHarmDrivers:
    WEIGHTS = own({"theft": 10, "robbery": 800, "note": 0}, outside=["fraud"])

    def test_by_hand(self):
        """100 crimes, 90 and 10, to 80, 72 and 8: all fell alike, so nothing comes from the mix."""
        crimes = two_years({"theft": 90, "robbery": 10}, {"theft": 72, "robbery": 8})
        drivers = harm_drivers(crimes, self.WEIGHTS, between=YEARS)
        assert drivers["offence"].tolist() == ["robbery", "theft"]
        assert drivers["from_volume"].tolist() == pytest.approx([-1600, -180])
        assert drivers["from_mix"].tolist() == [0, 0]
        assert drivers["share_of_change"].tolist() == pytest.approx([1600 / 1780, 180 / 1780])
        assert str(drivers[0]) == (
            "robbery: contribution to the change in harm (own 1): −1,600 days, 89.9% of the whole change; −1,600 from "
            "the number of all crimes and 0 from its share of them; 10 crimes in 2022/23, 8 in 2023/24."
        )

    def test_swapped_offences(self):
        """As many crimes, ten of them robbery and not theft: all of it is mix."""
        crimes = two_years({"theft": 20}, {"theft": 10, "robbery": 10})
        drivers = harm_drivers(crimes, self.WEIGHTS, between=YEARS)
        assert drivers["from_volume"].tolist() == [0, 0]
        assert drivers["from_mix"].tolist() == [8000, -100]

    def test_no_change_as_a_whole(self):
        crimes = two_years({"theft": 80, "robbery": 1}, {"theft": 0, "robbery": 2})
        drivers = harm_drivers(crimes, self.WEIGHTS, between=YEARS)
        assert drivers["change"].tolist() == [800, -800]
        assert np.isnan(drivers["share_of_change"]).all()
        assert "the whole did not change" in drivers[0].reason
        assert "of the whole change" not in str(drivers[0])

    def test_by_group_each_adds_up(self):
        columns = {
            "force": ["A", "A", "A", "A", "B", "B"],
            "period": [*YEARS, *YEARS, *YEARS],
            "offence": ["theft", "theft", "robbery", "robbery", "theft", "theft"],
        }
        crimes = Tally.from_columns(columns, [50, 40, 1, 3, 7, 9], coverage=["force", "period"])
        drivers = harm_drivers(crimes, self.WEIGHTS, between=YEARS, by="force")
        assert drivers.columns[:2] == ("force", "offence")
        changes = harm_change(crimes, self.WEIGHTS, between=YEARS, by="force")
        for force in "AB":
            part = drivers[drivers["force"] == force]
            for name in ("change", "from_volume", "from_mix"):
                assert part[name].sum() == pytest.approx(getattr(changes.at(force=force), name))

    def test_of_areas(self):
        """Forces of one region: the shares in the change of all."""
        columns = {"force": ["A", "A", "B", "B"], "period": [*YEARS, *YEARS], "offence": ["theft"] * 4}
        crimes = Tally.from_columns(columns, [50, 40, 50, 80], coverage=["force", "period"])
        drivers = harm_drivers(crimes, self.WEIGHTS, between=YEARS, of="force")
        assert drivers["change"].tolist() == [-100, 300]
        assert drivers["share_of_change"].tolist() == [-0.5, 1.5]

    def test_not_like_for_like(self):
        columns = {"force": ["A", "A", "B"], "period": [*YEARS, YEARS[0]], "offence": ["theft"] * 3}
        crimes = Tally.from_columns(columns, [50, 40, 9], coverage=["force", "period"])
        drivers = harm_drivers(crimes, self.WEIGHTS, between=YEARS, of="force")
        assert set(drivers["reason"]) == {
            "not like for like: supplied for one only: B; like_for_like='match' leaves out what one side lacks"
        }
        assert np.isnan(drivers["change"]).all()
        assert "contribution to the change in harm (own 1): not like for like" in str(drivers[0])

    def test_outside_shows_as_excluded(self):
        crimes = two_years({"theft": 20, "fraud": 4}, {"theft": 10, "fraud": 5})
        drivers = harm_drivers(crimes, self.WEIGHTS, between=YEARS)
        fraud = drivers.at(offence="fraud")
        assert (fraud.change, fraud.exclusions.excluded) == (0, 9)


# ---- caveats, light weights, bad input --------------------------------------------------


class TestCaveatCodes:
    """A caveat about some codes travels only with figures in which one of them counts."""

    WEIGHTS = own({"theft": 10, "robbery": 800, "fault": 0}, caveat="Known.", caveat_codes=["fault"])
    LATER = own(
        {"theft": 9, "robbery": 700, "fault": 5}, version="2", caveat="Other", caveat_codes=["robbery"]
    )

    @pytest.mark.parametrize(
        ("old", "new", "caveat"),
        [
            ({"theft": 3}, {"theft": 4, "fault": 0}, ""),
            ({"theft": 3, "fault": 1}, {"theft": 4}, "Known"),
            ({"theft": 3}, {"theft": 4, "fault": 1}, "Known"),
        ],
    )
    def test_either_period(self, old, new, caveat):
        crimes = two_years(old, new)
        change = harm_change(crimes, self.WEIGHTS, between=YEARS)
        assert change.caveat == caveat
        assert {row.caveat for row in harm_drivers(crimes, self.WEIGHTS, between=YEARS)} == {caveat}

    def test_only_the_periods_compared(self):
        other = Tally.from_columns({"period": ["2012/13"], "offence": ["fault"]}, [1], coverage=["period"])
        crimes = two_years({"theft": 3}, {"theft": 4}) + other
        assert harm_change(crimes, self.WEIGHTS, between=YEARS).caveat == ""

    @pytest.mark.parametrize(
        ("old", "new", "caveat"),
        [
            ({"theft": 3}, {"theft": 4}, "Break"),
            ({"theft": 3}, {"theft": 4, "fault": 1}, "Break; Known"),
            ({"robbery": 3}, {"theft": 4}, "Break; Other"),
            ({"robbery": 3}, {"theft": 4, "fault": 1}, "Break; Known; Other"),
        ],
    )
    def test_each_edition_for_itself(self, old, new, caveat):
        """The caller's own comes first, then that of each edition that matters, in their order."""
        change = harm_change(
            two_years(old, new), self.WEIGHTS, between=YEARS, weights_new=self.LATER, caveat="Break."
        )
        assert change.caveat == caveat

    def test_each_has_a_code(self):
        (first, second) = harm_change(
            two_years({"theft": 3}, {"fault": 1}), self.WEIGHTS, between=YEARS, caveat="Break."
        ).caveats
        assert (first.code, first.long, second.code, second.long) == ("stated", "Break.", "weights", "Known.")
        assert second.short == "a known fault of own 1"

    def test_drivers_of_parts_that_cancel_out(self):
        columns = {
            "force": list("ABABAB"),
            "period": [YEARS[0]] * 2 + [YEARS[1]] * 4,
            "offence": ["theft"] * 4 + ["fault"] * 2,
        }
        crimes = Tally.from_columns(columns, [5, 5, 5, 5, 3, -3], coverage=["force", "period"])
        assert harm_change(crimes, self.WEIGHTS, between=YEARS).caveat == ""
        assert harm_drivers(crimes, self.WEIGHTS, between=YEARS, of="force")[0].caveat == "Known"


class TestWeighing:
    """The unit and the size of a score do not matter."""

    WEIGHTS = own({"a": 10, "b": 1, "c": 0.5})

    def test_light_scores_change_like_heavy_ones(self):
        """The unit of the weights does not matter, however small a score it gives."""
        data = two_years({"a": 30}, {"a": 20})
        light, heavy = (harm_change(data, own({"a": w}), between=YEARS) for w in (0.01, 10))
        for name in ("percent_change", "percent_change_low", "percent_change_high"):
            assert getattr(light, name) == pytest.approx(getattr(heavy, name), rel=1e-9)

    def test_a_light_driver(self):
        found = harm_drivers(two_years({"c": 1}, {"c": 2}), self.WEIGHTS, between=YEARS)
        assert "+0.5" in str(found[0])

    def test_residents_of_one_year_only(self):
        """Without those of the other nothing is shared out."""
        people = Exposure({YEARS[1]: 10}, by="period", name="residents", date="mid-year")
        found = harm_change(two_years({"a": 1}, {"a": 2}), self.WEIGHTS, between=YEARS, exposure=people)
        parts = (found.from_population, found.from_volume, found.from_mix, found.from_weights)
        assert np.isnan(parts).all()

    def test_a_single_crime_has_its_harm(self):
        """From one of ten days to one of a day: 90% less a crime."""
        assert harm_change(two_years({"a": 1}, {"b": 1}), self.WEIGHTS, between=YEARS).per_crime_change == -90

    def test_from_no_harm_to_some(self):
        """Half a day from nothing is a rise, and nothing from nothing is none."""
        some = harm_change(two_years({"b": 0}, {"c": 1}), self.WEIGHTS, between=YEARS)
        none = harm_change(two_years({"b": 0}, {"c": 0}), self.WEIGHTS, between=YEARS)
        assert "(own 1) rose, from 0" in str(some)
        assert "did not change, from 0" in str(none)

    def test_what_the_corners_lost_goes_to_the_largest_part(self):
        parts = share_out(np.array([[[1.0], [3]], [[2], [4]]]), np.array([1.0]), np.array([4.5]))
        assert parts.tolist() == [[1], [2.5]]


class TestBadInput:
    CRIMES = two_years({"theft": 5}, {"theft": 6})
    WEIGHTS = own({"theft": 10})

    @pytest.mark.parametrize("function", [harm_score, harm_change, harm_drivers])
    @pytest.mark.parametrize("weights", [{"theft": 10}, "ons-css", None])
    def test_weights(self, function, weights):
        more = {} if function is harm_score else {"between": YEARS}
        with pytest.raises(InvalidTypeError, match="weights must be a HarmWeights, as from harm_weights"):
            function(self.CRIMES, weights, **more)

    @pytest.mark.parametrize(
        ("options", "error", "match"),
        [
            ({"between": YEARS[::-1]}, InvalidInputError, "earlier"),
            ({"between": (YEARS[0], YEARS[0])}, InvalidInputError, "different|equal|same"),
            ({"between": YEARS[0]}, InvalidTypeError, "pair"),
            ({"between": ("2022/23", "2023-04")}, InvalidInputError, "length"),
            ({"by": "period"}, InvalidInputError, "by must not name the period dimension 'period'"),
            ({"period": "offence"}, InvalidInputError, "period must name another dimension"),
            ({"period": None}, InvalidTypeError, "period must be text"),
            ({"period": "month"}, UnknownNameError, "no dimension 'month'"),
            ({"method": "score"}, UnknownNameError, "'dobson'"),
            ({"caveat": None}, InvalidTypeError, "caveat must be text"),
            ({"confidence_level": 1}, InvalidInputError, "strictly between"),
            ({"exposure": (1, 2)}, InvalidTypeError, "exposure must be an Exposure"),
            ({"weights_new": {"theft": 10}}, InvalidTypeError, "weights_new must be a HarmWeights"),
            (
                {"weights_new": own({"theft": 1}, unit="points")},
                InvalidInputError,
                "one unit; got 'days', 'points'",
            ),
        ],
    )
    def test_change(self, options, error, match):
        with pytest.raises(error, match=match):
            harm_change(self.CRIMES, self.WEIGHTS, **{"between": YEARS} | options)

    @pytest.mark.parametrize(
        ("options", "error", "match"),
        [
            ({"of": "period"}, InvalidInputError, "of must name another dimension"),
            ({"by": "offence"}, InvalidInputError, "of must name another dimension"),
            ({"of": "force"}, UnknownNameError, "no dimension 'force'"),
            ({"of": 3}, InvalidTypeError, "of must be text"),
        ],
    )
    def test_drivers(self, options, error, match):
        with pytest.raises(error, match=match):
            harm_drivers(self.CRIMES, self.WEIGHTS, **{"between": YEARS} | options)

    def test_a_mapping_has_no_periods(self):
        with pytest.raises(InvalidTypeError, match="data frame"):
            harm_change({"theft": 5}, self.WEIGHTS, between=YEARS)


# ---- laws -------------------------------------------------------------------------------


class TestLaws:
    @given(counts, counts, weight_sets, weight_sets, st.tuples(*[st.integers(1, 10**7)] * 2))
    def test_parts_add_up_to_the_last_bit_or_so(self, old, new, weights, weights_new, people):
        exposure = Exposure(dict(zip(YEARS, people, strict=True)), by="period", name="residents", date="mid")
        change = harm_change(
            two_years(old, new),
            own(weights),
            between=YEARS,
            exposure=exposure,
            weights_new=own(weights_new, version="2"),
        )
        parts = [change.from_population, change.from_volume, change.from_mix, change.from_weights]
        size = max(1.0, *map(abs, parts))
        assert math.fsum(parts) == pytest.approx(change.change, rel=1e-15, abs=1e-15 * size)
        assert change.change == change.new - change.old

    @given(positive_counts, positive_counts, weight_sets, methods)
    def test_there_and_back(self, old, new, weights, method):
        """Swapping the periods turns the sign of every part, and takes the reciprocal of ratio and limits."""
        there, back = (
            harm_change(two_years(a, b), own(weights), between=YEARS, method=method)
            for a, b in ((old, new), (new, old))
        )
        tolerance = 1e-9 * (there.old + there.new)
        for name in ("change", "from_population", "from_volume", "from_mix", "from_weights"):
            assert getattr(there, name) == pytest.approx(-getattr(back, name), abs=tolerance)
        assume(there.old > 0 and there.new > 0)
        ratio, low, high = (
            1 + v / 100 for v in (there.percent_change, there.percent_change_low, there.percent_change_high)
        )
        assert 0 <= low <= ratio <= high
        assert ratio * (1 + back.percent_change / 100) == pytest.approx(1)
        assert 1 + back.percent_change_low / 100 == pytest.approx(
            0 if math.isinf(high) else 1 / high, rel=1e-6, abs=1e-9
        )
        assert there.percent_change in there.interval

    @given(st.integers(1, 10**6), st.integers(0, 10**6), st.floats(0.01, 1e4))
    def test_one_offence_has_no_mix(self, old, new, weight):
        change = harm_change(two_years({"a": old}, {"a": new}), own({"a": weight}), between=YEARS)
        assert change.from_mix == 0
        assert change.from_volume == change.change

    @given(positive_counts, weight_sets, st.integers(1, 50), st.integers(1, 50))
    def test_equal_mixes_have_none(self, crimes, weights, first, second):
        old, new = ({k: v * n for k, v in crimes.items()} for n in (first, second))
        change = harm_change(two_years(old, new), own(weights), between=YEARS)
        assert change.from_mix == 0
        drivers = harm_drivers(two_years(old, new), own(weights), between=YEARS)
        assert drivers["from_mix"].tolist() == [0] * len(drivers)

    @given(counts, counts, weight_sets)
    def test_drivers_add_up(self, old, new, weights):
        crimes = two_years(old, new)
        change = harm_change(crimes, own(weights), between=YEARS)
        drivers = harm_drivers(crimes, own(weights), between=YEARS)
        for name in ("change", "from_volume", "from_mix"):
            assert drivers[name].sum() == pytest.approx(
                getattr(change, name), abs=1e-11 * (change.old + change.new)
            )
        assert drivers["crimes_new"].sum() == change.crimes_new
        assert drivers["from_volume"] + drivers["from_mix"] == pytest.approx(drivers["change"])


# ---- every period beside a base ---------------------------------------------------------


INDEXED = HarmWeights({"a": 10, "b": 100}, name="own", version="1", outside=["F"])
THREE_YEARS = ("2021/22", "2022/23", "2023/24")


def three_years(*years: dict[str, int], **more) -> Tally:
    columns = {
        "period": [year for year, counts in zip(THREE_YEARS, years, strict=False) for _ in counts],
        "offence": [code for counts in years for code in counts],
    }
    counts = [n for year in years for n in year.values()]
    return Tally.from_columns(columns, counts, **({"coverage": ["period"]} | more))


THREE = three_years({"a": 100, "b": 10}, {"a": 100, "b": 20}, {"a": 50, "b": 5})


class TestIndexByHand:
    def test_scores_over_the_base(self):
        """Scores 2,000, 3,000 and 1,000."""
        table = harm_index(THREE, INDEXED, base="2021/22")
        assert table["period"].tolist() == list(THREE_YEARS)
        assert table["index"].tolist() == [100, 150, 50]
        assert table["score"].tolist() == [2000, 3000, 1000]
        assert table["crimes"].tolist() == [110, 120, 55]
        assert table.at(period="2023/24").base_score == 2000

    def test_a_base_in_the_middle(self):
        table = harm_index(THREE, INDEXED, base=Period.parse("2022/23"))
        assert table["index"].tolist() == pytest.approx([200 / 3, 100, 100 / 3])

    def test_the_base_is_certain(self):
        base = harm_index(THREE, INDEXED, base="2022/23").at(period="2022/23")
        assert (base.index, base.index_low, base.index_high) == (100, 100, 100)
        assert str(base) == "2022/23: harm index (own 1): 100, the base period; 3,000 days."

    def test_per_head(self):
        """As many people again halve the index."""
        people = Exposure(
            dict(zip(THREE_YEARS, (1000, 2000, 1000), strict=True)),
            by="period",
            name="residents",
            date="mid-year",
        )
        table = harm_index(THREE, INDEXED, base="2021/22", exposure=people)
        assert table["index"].tolist() == [100, 75, 50]
        assert table["per_head"].tolist() == [2, 1.5, 1]
        assert len({row.base_exposure for row in table}) == 1
        assert table[1].base_exposure == table[0].exposure != table[1].exposure
        plain = harm_index(THREE, INDEXED, base="2021/22")
        assert table.at(period="2022/23").index_high == pytest.approx(
            plain.at(period="2022/23").index_high / 2
        )
        assert str(table.at(period="2022/23")).endswith(
            "where 2021/22 is 100; 3,000 days, 1.500 per head (2,000 residents, mid-year)."
        )

    def test_of_groups(self):
        columns = {
            "force": ["Kent", "Essex"] * 2,
            "period": ["2021/22"] * 2 + ["2022/23"] * 2,
            "offence": ["a"] * 4,
        }
        crimes = Tally.from_columns(columns, [10, 20, 15, 20])
        table = harm_index(crimes, INDEXED, base="2021/22", by="force")
        assert [(*r.group.values(), r.index) for r in table] == [
            ("Essex", "2021/22", 100),
            ("Essex", "2022/23", 100),
            ("Kent", "2021/22", 100),
            ("Kent", "2022/23", 150),
        ]


class TestIndexLikeForLike:
    def test_a_force_of_one_period(self):
        columns = {"force": ["Kent", "Essex", "Kent"], "period": ["2021/22", "2021/22", "2022/23"]}
        crimes = Tally.from_columns(columns | {"offence": ["a"] * 3}, [5, 6, 7], coverage=["force", "period"])
        row = harm_index(crimes, INDEXED, base="2021/22").at(period="2022/23")
        assert (
            row.reason
            == "not like for like: supplied for one only: Essex; like_for_like='match' leaves out what one side lacks"
        )
        assert math.isnan(row.index)
        by_force = harm_index(crimes, INDEXED, base="2021/22", by="force")
        assert by_force.at(force="Kent", period="2022/23").index == 140
        assert (
            by_force.at(force="Essex", period="2022/23").reason == "not available: no rows for Essex, 2022/23"
        )

    @pytest.mark.parametrize("left_out", ["2021/22", "2022/23"])
    def test_match_says_what_it_left_out_of_either_period(self, left_out):
        columns = {"force": ["Kent", "Kent", "Essex"], "period": ["2021/22", "2022/23", left_out]}
        crimes = Tally.from_columns(columns | {"offence": ["a"] * 3}, [5, 7, 6], coverage=["force", "period"])
        table = harm_index(crimes, INDEXED, base="2021/22", like_for_like="match")
        base, row = table
        assert (row.index, row.reason, row.exclusions.counted) == (140, None, 7)
        assert row.exclusions.reasons == {"not like for like (Essex)": 6}
        assert (base.index, base.exclusions.excluded) == (100, 0)

    def test_what_is_below_zero_is_shown(self):
        people = Exposure({"2021/22": 10, "2022/23": 10}, by="period", name="residents", date="mid-year")
        crimes = three_years({"a": 5}, {"a": 3, "b": -1})
        row = harm_index(crimes, INDEXED, base="2021/22", exposure=people).at(period="2022/23")
        assert row.reason.startswith("not available: a score of −70.00 on 2 crimes in 2022/23")
        assert (row.score, row.crimes, row.base_score) == (-70, 2, 50)
        assert math.isnan(row.index)
        assert math.isnan(row.per_head)

    def test_a_base_that_was_not_supplied(self):
        table = harm_index(THREE, INDEXED, base="2019/20")
        assert table["period"].tolist() == ["2019/20", *THREE_YEARS]
        assert set(table["reason"]) == {"not available: no rows for 2019/20"}
        assert all(math.isnan(row.base_score) for row in table)
        assert table["score"].tolist()[1:] == [2000, 3000, 1000]

    def test_nothing_in_the_base(self):
        row = harm_index(three_years({"a": 0}, {"a": 5}), INDEXED, base="2021/22")[1]
        assert row.reason == "not applicable: there was no harm in the base period"
        assert (
            str(row) == "2022/23: harm index (own 1): not applicable: there was no harm in the base period."
        )

    def test_no_crimes_after(self):
        row = harm_index(three_years({"a": 50}, {"a": 0}), INDEXED, base="2021/22")[1]
        assert (row.index, row.index_low, row.base_score) == (0, 0, 500)
        assert "0.0 (95% interval 0.0 or more), where 2021/22 is 100" in str(row)
        assert math.isnan(row.index_high)
        assert row.reason is None

    def test_exposure_missing_for_one(self):
        people = Exposure({"2021/22": 10, "2022/23": 10}, by="period", name="residents", date="mid-year")
        row = harm_index(THREE, INDEXED, base="2021/22", exposure=people).at(period="2023/24")
        assert row.reason == "not available: no residents for 2023/24"
        assert (row.score, math.isnan(row.index)) == (1000, True)

    def test_what_was_left_out_is_that_of_the_period(self):
        crimes = three_years({"a": 10, "F": 3}, {"a": 10, "F": 4})
        table = harm_index(crimes, INDEXED, base="2021/22")
        assert [(r.exclusions.counted, r.exclusions.excluded) for r in table] == [(10, 3), (10, 4)]


class TestIndexAgainstHarmChange:
    """An index is the percentage change, and its limits, on another scale."""

    def test_real_figures(self):
        data = datasets.west_midlands_offences().to_dict()
        css = harm_weights("ons-css", version="2020")
        people = Exposure(
            {"2017/18": 2_870_551, "2019/20": 2_916_458}, by="period", name="residents", date="mid"
        )
        settings = {"offence": "offence_code", "count": "offences"}
        change = harm_change(pd.DataFrame(data), css, between=("2017/18", "2019/20"), **settings)
        frames = [pd.DataFrame(data), pl.DataFrame(data), pl.LazyFrame(data), pa.table(data)]
        tables = [
            harm_index(frame, css, base="2017/18", exposure=people, **settings)
            for frame in (*frames, duckdb.from_arrow(pa.table(data)))
        ]
        assert all(table == tables[0] for table in tables)
        found = tables[0].at(period="2019/20")
        heads = 2_870_551 / 2_916_458
        for index, percent in (
            (found.index, change.percent_change),
            (found.index_low, change.percent_change_low),
            (found.index_high, change.percent_change_high),
        ):
            assert index == pytest.approx((100 + percent) * heads, rel=1e-12)
        assert found.index in found.interval
        assert "This edition is superseded" in found.caveat
        assert "sexual offences come out 1.1% to 3.5% low" in found.caveat

    @given(st.tuples(*[st.integers(1, 10**5)] * 4), st.sampled_from(["dobson", "dobson-byar", "normal"]))
    def test_either_year_as_the_base(self, counts, method):
        """The index to the later year is the reciprocal of that to the earlier one, and so are the limits."""
        a, b, c, d = counts
        crimes = three_years({"a": a, "b": b}, {"a": c, "b": d})
        there = harm_index(crimes, INDEXED, base=THREE_YEARS[0], method=method).at(period=THREE_YEARS[1])
        back = harm_index(crimes, INDEXED, base=THREE_YEARS[1], method=method).at(period=THREE_YEARS[0])
        assert there.index * back.index == pytest.approx(1e4)
        assert there.index_low <= there.index <= there.index_high
        if math.isfinite(there.index_high):
            assert there.index_high * back.index_low == pytest.approx(1e4, rel=1e-6)

    @given(st.integers(1, 50), st.floats(0.01, 100))
    def test_scaling_the_weights_leaves_the_index_alone(self, n, factor):
        scaled = HarmWeights({k: v * factor for k, v in INDEXED.items()}, name="own", version="1")
        crimes = three_years({"a": 7 * n, "b": n}, {"a": 5 * n, "b": 2 * n})
        one, other = (harm_index(crimes, w, base=THREE_YEARS[0]) for w in (INDEXED, scaled))
        for name in ("index", "index_low", "index_high"):
            assert one[name].tolist() == pytest.approx(other[name].tolist())


class TestIndexBadInput:
    @pytest.mark.parametrize(
        ("options", "error", "match"),
        [
            ({"base": "rubbish"}, InvalidInputError, "base"),
            ({"base": None}, InvalidTypeError, "base"),
            ({"base": "2021"}, InvalidInputError, "base and the periods of 'period'.* must"),
            ({"base": "2021-Q3"}, InvalidInputError, "base and the periods of 'period'.* must"),
            ({"by": "period"}, InvalidInputError, "by must not name the period dimension 'period'"),
            ({"period": "offence"}, InvalidInputError, "period must name another dimension"),
            ({"by": "nope"}, UnknownNameError, "nope"),
            ({"exposure": 100}, InvalidTypeError, "exposure must be an Exposure"),
            ({"method": "nope"}, UnknownNameError, "method must be one of"),
            ({"caveat": None}, InvalidTypeError, "caveat must be text"),
        ],
    )
    def test_arguments(self, options, error, match):
        with pytest.raises(error, match=match):
            harm_index(THREE, INDEXED, **({"base": "2021/22"} | options))

    def test_unknown_offences_of_any_period(self):
        crimes = three_years({"a": 1, "x": 1}, {"b": 1, "y": 1}, {"z": 0})
        with pytest.raises(UnknownNameError, match="'x', 'y', 'z'"):
            harm_index(crimes, INDEXED, base="2021/22")

    def test_weights(self):
        with pytest.raises(InvalidTypeError, match="weights must be a HarmWeights"):
            harm_index(THREE, {"a": 1}, base="2021/22")

    def test_a_mapping_has_no_periods(self):
        with pytest.raises(InvalidTypeError):
            harm_index({"a": 1}, INDEXED, base="2021/22")


def test_a_mix_that_hardly_moves_is_no_rounding():
    """One robbery, of 2, more than 10^9 thefts of 1: one crime and one unit above the mean of the others."""
    weights = HarmWeights({"theft": 1, "robbery": 2}, name="own", version="1")
    columns = {"period": ["2022", "2023", "2023"], "offence": ["theft", "theft", "robbery"]}
    found = harm_change(Tally.from_columns(columns, [10**9, 10**9, 1]), weights, between=("2022", "2023"))
    assert (found.from_volume, found.from_mix) == (pytest.approx(1), pytest.approx(1))
