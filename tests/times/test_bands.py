"""Bands of waits: published figures, laws, and every way the input can be wrong."""

from __future__ import annotations

import datetime as dt
import math
import pickle
from types import SimpleNamespace

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from policemetrics import answer_times
from policemetrics.errors import (
    ChoiceNeededError,
    InvalidInputError,
    InvalidTypeError,
    PoliceMetricsError,
    UnknownNameError,
)
from policemetrics.published import Bands, BandSummary, answer_bands
from policemetrics.results import Results
from policemetrics.tallies import Tally
from policemetrics.times.bands import Percentages
from policemetrics.typing import Percentile

POLICE_UK = Bands({"under 10": (0, 10), "10 to under 60": (10, 60), "60 or more": (60, None)})
LABELS = list(POLICE_UK.labels)
ANSWERED = {"target": 10, "out_of": "answered"}
ALEXANDRIA = Bands(
    {"_10": (0, 10), "_15": (10, 15), "_20": (15, 20), "_40": (20, 40), "_60": (40, 60), "_120": (60, 120), "_121": (120, None)},
    inclusive=True,
    abandoned="_AB",
)  # fmt: skip

waits = st.lists(st.integers(0, 2000).map(lambda v: v / 10), min_size=1, max_size=40)
edges = st.lists(st.integers(1, 150), min_size=1, max_size=5, unique=True).map(sorted)
methods = st.sampled_from(Percentile.__args__)


def counted(under_10, under_60, rest):
    return Tally.from_columns({"band": LABELS}, [under_10, under_60, rest])


def cut(seconds, inner, *, inclusive=False):
    """Put times into bands, by hand: the label is the number of edges below, or at, a time."""
    bounds = [0, *inner, None]
    bands = Bands({i: (bounds[i], bounds[i + 1]) for i in range(len(inner) + 1)}, inclusive=inclusive)
    labels = [sum(s > e or (s == e and not inclusive) for e in inner) for s in seconds]
    return bands, Tally.from_columns({"band": labels}, [1] * len(labels))


@pytest.fixture(scope="module")
def phone(shared_data):
    """Alexandria's hours, one row for each line and band; the total is left out."""
    file = shared_data / "answer_times" / "alexandria_phone_hourly_2025_weeks44_52.csv"
    hours = pd.read_csv(file)
    kept = [f"{line}{band}" for line in ("911", "ADM") for band in (*ALEXANDRIA.labels, "_AB")]
    rows = hours.melt(["Week", "DateTime"], kept, "column", "calls")
    # In week 50 the tenth of December is printed as the third, so that an hour needs its week, too.
    rows["hour"] = rows["Week"].astype(str) + " " + rows["DateTime"]
    return rows.assign(line=rows["column"].str[:3], band=rows["column"].str[3:])


class TestAlexandria:
    """Nine weeks of hourly bands of a real emergency line."""

    def test_pooled(self, phone):
        """Within 10 s 8,820 of 9,895, 89.14%, and not the mean of the hours, which their publisher's 0 makes 88.97%."""
        found = answer_bands(phone[phone.line == "911"], ALEXANDRIA, **ANSWERED, count="calls")
        assert (found.within, found.out_of) == (8820, 9895)
        assert round(100 * found.share_within, 2) == 89.14
        hours = answer_bands(phone[phone.line == "911"], ALEXANDRIA, **ANSWERED, by="hour", count="calls")
        assert len(hours) == 1512
        assert round(100 * float(np.nan_to_num(hours["share_within"]).mean()), 2) == 88.97
        assert round(100 * float(np.nanmean(hours["share_within"])), 2) == 90.71
        assert np.nansum(hours["within"]) == 8820

    @pytest.mark.parametrize(("line", "empty"), [("911", 29), ("ADM", 2)])
    def test_an_hour_without_calls_is_undefined(self, phone, line, empty):
        """Published as 0%, or #DIV/0!: there is nothing that a share would be of."""
        hours = answer_bands(phone[phone.line == line], ALEXANDRIA, **ANSWERED, by="hour", count="calls")
        none = np.isnan(hours["share_within"])
        assert none.sum() == empty
        assert set(hours["reason"][none]) == {"not available: no call was answered"}
        assert set(hours["n"][none]) == {0}

    def test_abandoned_in_one_denominator_and_not_in_the_other(self, phone):
        """Of 12,148 calls offered 2,253 were abandoned: the service level out of them is 72.60%."""
        found = answer_bands(
            phone[phone.line == "911"], ALEXANDRIA, target=10, out_of="offered", count="calls"
        )
        assert (found.abandoned, found.offered, found.out_of) == (2253, 12148, 12148)
        assert found.within == 8820
        assert round(100 * found.share_within, 2) == 72.60
        assert found.n + found.abandoned == found.offered

    def test_every_published_share(self, phone, shared_data):
        """The share within 10, 15, 20 and 40 s of each hour that is published, to its four places."""
        file = shared_data / "answer_times" / "alexandria_phone_hourly_2025_weeks44_52.csv"
        published = pd.read_csv(file)
        keys = (published["Week"].astype(str) + " " + published["DateTime"]).to_numpy()
        for target in (10, 15, 20, 40):
            hours = answer_bands(
                phone[phone.line == "911"],
                ALEXANDRIA,
                target=target,
                out_of="answered",
                by="hour",
                count="calls",
            )
            ours = dict(zip(hours["hour"].tolist(), hours["share_within"].tolist(), strict=True))
            for key, printed in zip(keys, published[f"911_PCT_{target}"], strict=True):
                assert math.isnan(ours[key]) or ours[key] == pytest.approx(printed, abs=0.000051)

    def test_bounds_where_the_target_is_no_edge(self, phone):
        found = answer_bands(
            phone[phone.line == "911"], ALEXANDRIA, target=30, out_of="answered", count="calls"
        )
        assert math.isnan(found.share_within)
        assert found.reason == "not exact: 30 s lies inside the band '_40', whose calls may be in time or not"
        assert (round(100 * found.share_least, 2), round(100 * found.share_most, 2)) == (97.38, 99.11)


class TestCounts:
    def test_by_hand(self):
        """70, 20 and 10 calls: the median in the first band, the 90th percentile at the end of the second."""
        found = answer_bands(counted(70, 20, 10), POLICE_UK, **ANSWERED)
        assert (found.within, found.out_of, found.share_within) == (70, 100, 0.7)
        assert (found.share_least, found.share_most) == (0.7, 0.7)
        assert (found.median_least, found.median_most) == (0, 10)
        # 0.9 of the way from the 90th call, in the second band, to the 91st, in the third: at least 15 s.
        assert (found.p90_least, found.p90_most) == (pytest.approx(15), math.inf)
        assert (found.mean_least, found.mean_most) == (8, math.inf)
        assert isinstance(found, BandSummary)
        assert pickle.loads(pickle.dumps(found)) == found
        assert str(found) == (
            "70.00% of 100 calls answered within 10 s (95% interval 60.42% to 78.11%), counted as under the target; "
            "median at most 10 s; 90th percentile 15 s or more; mean 8 s or more; how many calls were abandoned is not "
            "known."
        )

    def test_exactly_ten_seconds(self):
        """A call answered after 10.0 s is not under 10; where bands hold their upper edge it is at most 10."""
        assert answer_bands(counted(1, 1, 0), POLICE_UK, **ANSWERED).inclusive is False
        at_most = Bands({"up to 10": (0, 10), "over 10": (10, None)}, inclusive=True)
        found = answer_bands(
            Tally.from_columns({"band": ["up to 10", "over 10"]}, [1, 1]), at_most, **ANSWERED
        )
        assert found.inclusive is True
        assert found.interval.method == "wilson"
        assert "counted as at or under the target" in str(found)

    def test_a_band_without_calls_hides_nothing(self):
        """Inside a band that has no calls the share is exact, too."""
        found = answer_bands(counted(70, 0, 30), POLICE_UK, target=30, out_of="answered")
        assert (found.share_within, found.reason) == (0.7, None)
        beyond = Bands({"up to 60": (5, 60), "more": (60, 600)})
        data = Tally.from_columns({"band": ["up to 60", "more"]}, [3, 1])
        assert answer_bands(data, beyond, target=900, out_of="answered").share_within == 1
        assert answer_bands(data, beyond, target=5, out_of="answered").share_within == 0

    def test_bounded_mean(self):
        """With an upper edge to every band the mean has two bounds."""
        closed = Bands({"a": (0, 10), "b": (10, 60)})
        found = answer_bands(Tally.from_columns({"band": ["a", "b"]}, [3, 1]), closed, **ANSWERED)
        assert (found.mean_least, found.mean_most) == (2.5, 22.5)
        assert "mean 2.5 s to 22.5 s" in str(found)

    def test_by_group(self):
        """Groups have their own targets; counts add up, percentages are never averaged."""
        rows = {
            "force": ["a", "a", "b", "b"],
            "band": ["under 10", "60 or more"] * 2,
            "calls": [90, 10, 1, 9],
        }
        options = {"by": "force", "count": "calls", "out_of": "answered"}
        table = answer_bands(pd.DataFrame(rows), POLICE_UK, target={"a": 10, "b": 60}, **options)
        assert table["share_within"].tolist() == [0.9, 0.1]
        assert table["target"].tolist() == [10, 60]
        assert isinstance(table, Results)
        for frame in (pl.DataFrame(rows), pa.table(rows)):
            assert answer_bands(frame, POLICE_UK, target={"a": 10, "b": 60}, **options) == table
        assert answer_bands(pl.DataFrame(rows), POLICE_UK, count="calls", **ANSWERED).share_within == 91 / 110
        assert table.to_polars(audit=True)["bands"][0].startswith("Bands('under 10': 0 s to under 10 s")

    def test_abandoned(self):
        """Calls abandoned come as a number, by group, as a tally, or under a label of their own."""
        rows = {"force": ["a", "b"], "band": ["under 10", "60 or more"]}
        data = Tally.from_columns(rows, [90, 10])
        expected = answer_bands(
            data, POLICE_UK, target=10, out_of="offered", abandoned={"a": 10, "b": 0}, by="force"
        )
        assert expected["share_within"].tolist() == [0.9, 0]
        gone = Tally.from_columns({"force": ["a", "b"]}, [10, 0])
        assert (
            answer_bands(data, POLICE_UK, target=10, out_of="offered", abandoned=gone, by="force") == expected
        )
        named = Bands({label: (low, high) for label, low, high in POLICE_UK.edges}, abandoned=["lost"])
        with_label = data + Tally.from_columns({"force": ["a"], "band": ["lost"]}, [10])
        found = answer_bands(with_label, named, target=10, out_of="offered", by="force")
        assert found.to_dict() == expected.to_dict()
        assert (
            answer_bands(data, POLICE_UK, target=10, out_of="offered", abandoned=100).share_within == 90 / 200
        )

    def test_abandoned_with_waits(self):
        """What is known of the waits of calls abandoned divides them, as for calls one by one."""
        gone = Tally.from_columns({"seconds": [1, 30]}, [5, 10])
        found = answer_bands(
            counted(70, 20, 10), POLICE_UK, target=10, out_of="offered_less_short", short=5, abandoned=gone
        )
        assert (found.offered, found.out_of, found.abandoned) == (110, 110, 10)
        assert found.exclusions.reasons == {"abandoned within 5 s": 5}

    def test_not_available(self):
        """No rows, none answered, rows without a band, and corrections beyond what was recorded."""
        none = Tally.from_columns({"band": []}, [])
        assert answer_bands(none, POLICE_UK, **ANSWERED).reason == "not available: no rows"
        found = answer_bands(counted(0, 0, 0), POLICE_UK, target=10, out_of="offered", abandoned=4)
        assert (found.share_within, found.share_abandoned) == (0, 1)
        assert str(found).startswith("Calls: not available: no call was answered; 0.00% of 4 calls offered")
        lost = Tally.from_columns({"band": ["under 10", None]}, [3, 2])
        assert answer_bands(lost, POLICE_UK, **ANSWERED).exclusions.reasons == {"missing band": 2}
        found = answer_bands(counted(5, -1, 2), POLICE_UK, **ANSWERED)
        assert "a count of −1 in the band '10 to under 60', below zero" in found.reason
        assert math.isnan(found.share_within)
        missing = answer_bands(
            counted(5, 1, 2),
            POLICE_UK,
            target=10,
            out_of="offered",
            abandoned=Tally.from_columns({"day": []}, []),
        )
        assert missing.reason == "not available: of the calls abandoned, no rows"
        assert "service level not available" in str(missing)

    def test_a_group_without_a_target(self):
        data = Tally.from_columns({"force": ["a", "b"], "band": ["under 10"] * 2}, [4, 5])
        table = answer_bands(data, POLICE_UK, target={"a": 10, "b": None}, out_of="answered", by="force")
        assert math.isnan(table[1].share_least)
        assert table[1].reason is None
        assert str(table[1]).startswith("b: median at most 10 s")

    def test_only_a_line_with_calls_needs_a_target(self):
        """One call answered and two abandoned need one; a line without calls does not."""
        counted = Tally.from_columns({"line": ["quiet", "busy"], "band": ["under 10"] * 2}, [0, 1])
        options = {"by": "line", "out_of": "offered", "abandoned": {"quiet": 0, "busy": 2}}
        found = answer_bands(counted, POLICE_UK, target={"busy": 10}, **options)
        assert found.at(line="busy").offered == 3
        with pytest.raises(UnknownNameError, match="it lacks 'busy'"):
            answer_bands(counted, POLICE_UK, target={"quiet": 10}, **options)
        with pytest.raises(UnknownNameError, match="it lacks 'busy'"):
            answer_bands(counted, POLICE_UK, target={"quiet": 10}, by="line", out_of="answered")

    def test_what_is_said_of_a_target_inside_a_band(self):
        """Bounds of the share are all that is said; the reason of the table is not said again."""
        data = Tally.from_columns({"line": ["a"] * 2, "band": LABELS[:2]}, [5, 3])
        (found,) = answer_bands(data, POLICE_UK, target={"a": 30}, out_of="answered", by="line")
        assert found.reason.startswith("not exact: 30 s lies inside the band")
        assert str(found) == (
            "a: 62.50% to 100.00% of 8 calls answered within 30 s, counted as under the target; median at most 10 s; "
            "90th percentile 10 s to 1 min; mean 3.8 s to 28.8 s; how many calls were abandoned is not known."
        )

    def test_what_is_said_without_a_target(self):
        data = Tally.from_columns({"line": ["a"] * 2, "band": LABELS[:2]}, [5, 3])
        (found,) = answer_bands(
            data, POLICE_UK, target={"a": None}, out_of="offered", abandoned={"a": 2}, by="line"
        )
        assert str(found) == (
            "a: median at most 10 s; 90th percentile 10 s to 1 min; mean 3.8 s to 28.8 s; 20.00% of 10 calls offered "
            "were abandoned."
        )

    def test_what_is_said_of_a_line_not_available(self):
        data = Tally.from_columns({"band": LABELS[:2]}, [5, -3])
        found = answer_bands(data, POLICE_UK, target=10, out_of="offered", abandoned=1)
        assert str(found) == (
            "Calls: not available: a count of −3 in the band '10 to under 60', below zero: corrections outweigh what "
            "was recorded."
        )


class TestPercentages:
    @pytest.mark.parametrize("option", ["short", "abandoned", "count"])
    def test_percentages_have_no_counts(self, option):
        shares = {"under 10": 63, "10 to under 60": 30, "60 or more": 7}
        with pytest.raises(InvalidInputError, match=f"{option}="):
            answer_bands(shares, POLICE_UK, target=10, **{option: 5})

    """Published shares, each rounded; what they can have been."""

    def test_west_midlands(self):
        """First release of the 999 data: 63, 25 and 11%, which come to 99. Under 10 s: 63 to 63.5%."""
        found = answer_bands(dict(zip(LABELS, [63, 25, 11], strict=True)), POLICE_UK, target=10, rounded_to=1)
        assert found.share_within == 0.63
        # What the others can have been at most, 25.5 and 11.5, leaves 63 at least.
        assert (found.share_least, found.share_most) == pytest.approx((0.63, 0.635))
        assert (found.median_least, found.median_most) == (0, 10)
        assert (found.p90_least, found.p90_most) == (60, math.inf)
        # With as little as can be in the upper bands: 63.5, 25.5 and 11%.
        assert found.mean_least == pytest.approx(0.255 * 10 + 0.11 * 60)
        assert math.isinf(found.mean_most)
        assert math.isnan(found.n)
        assert found.rounded_to == 1
        assert str(found) == (
            "63.00% of calls answered within 10 s (63.00% to 63.50% as far as the rounding tells), counted as under the "
            "target; median at most 10 s; 90th percentile 1 min or more; mean 9.2 s or more."
        )

    def test_bedfordshire(self):
        """71.4, 21.1 and 7.5%, as printed in the press: to a tenth they say as much as they can."""
        found = answer_bands(
            dict(zip(LABELS, [71.4, 21.1, 7.5], strict=True)), POLICE_UK, target=60, rounded_to=0.1
        )
        assert found.share_within == pytest.approx(0.925)
        assert (found.share_least, found.share_most) == pytest.approx((0.9245, 0.9255))

    def test_inside_a_band(self):
        found = answer_bands(dict(zip(LABELS, [63, 25, 12], strict=True)), POLICE_UK, target=30, rounded_to=1)
        assert math.isnan(found.share_within)
        assert (found.share_least, found.share_most) == pytest.approx((0.625, 0.885))
        assert found.reason.startswith("not exact: 30 s lies inside the band '10 to under 60'")
        assert str(found).startswith(
            "62.50% to 88.50% of calls answered within 30 s, counted as under the target; "
        )

    @given(st.lists(st.integers(0, 400), min_size=2, max_size=5), st.sampled_from([0.1, 1, 5]), st.data())
    def test_the_truth_lies_within(self, counts, step, data):
        """Whatever counts were rounded and printed, their own share, median and mean lie within the bounds."""
        assume(sum(counts) > 0)
        shares = 100 * np.array(counts) / sum(counts)
        printed = {i: float(round(s / step) * step) for i, s in enumerate(shares)}
        bounds = [*(10 * i for i in range(len(counts))), None]
        bands = Bands({i: (bounds[i], bounds[i + 1]) for i in printed})
        target = data.draw(st.sampled_from(bounds[1:-1]))
        found = answer_bands(printed, bands, target=target, rounded_to=step)
        exact = answer_bands(
            Tally.from_columns({"band": list(printed)}, counts),
            bands,
            target=target,
            out_of="answered",
            percentile_method="inverted_cdf",
        )
        assert found.share_least - 1e-9 <= exact.share_within <= found.share_most + 1e-9
        assert found.mean_least <= exact.mean_least + 1e-9
        for name in ("median", "p90"):
            assert getattr(found, f"{name}_least") <= getattr(exact, f"{name}_least") + 1e-9
            assert getattr(found, f"{name}_most") >= getattr(exact, f"{name}_most") - 1e-9


class TestLaws:
    @given(waits, edges, methods, st.booleans())
    def test_bounds_hold_the_truth(self, seconds, inner, method, inclusive):
        """Mean, median and 90th percentile of the calls lie within the bounds that their bands give."""
        bands, data = cut(seconds, inner, inclusive=inclusive)
        options = {"target": 10, "out_of": "answered", "percentile_method": method}
        truth = answer_times(seconds, inclusive=inclusive, **options)
        found = answer_bands(data, bands, **options)
        for name in ("mean", "median", "p90"):
            assert getattr(found, f"{name}_least") <= getattr(truth, name) + 1e-9
            assert getattr(truth, name) <= getattr(found, f"{name}_most") + 1e-9
        assert found.share_least <= truth.share_within <= found.share_most

    @given(waits, edges, st.booleans(), st.data())
    def test_at_an_edge_bands_are_rows(self, seconds, inner, inclusive, data):
        """Where the target is an edge the share, and its interval, are those of the calls."""
        bands, tally = cut(seconds, inner, inclusive=inclusive)
        target = data.draw(st.sampled_from(inner))
        options = {"target": target, "out_of": "offered", "abandoned": 3}
        truth = answer_times(seconds, inclusive=inclusive, **options)
        found = answer_bands(tally, bands, **options)
        for name in (
            "within",
            "out_of",
            "share_within",
            "share_within_low",
            "share_within_high",
            "offered",
            "share_abandoned",
        ):
            assert getattr(found, name) == getattr(truth, name), name

    @given(waits, waits, edges)
    def test_merging(self, first, second, inner):
        """Bands add up: pooled they lie between the two parts."""
        bands, one = cut(first, inner)
        _, other = cut(second, inner)
        options = {"target": inner[0], "out_of": "answered"}
        shares = [answer_bands(t, bands, **options).share_within for t in (one, other)]
        pooled = answer_bands(one + other, bands, **options).share_within
        assert pooled == answer_bands(cut(first + second, inner)[1], bands, **options).share_within
        assert min(shares) - 1e-12 <= pooled <= max(shares) + 1e-12

    @given(waits, edges, st.integers(1, 200), st.integers(0, 100))
    def test_monotone(self, seconds, inner, target, more):
        bands, data = cut(seconds, inner)
        low, high = (answer_bands(data, bands, target=t, out_of="answered") for t in (target, target + more))
        assert low.share_least <= high.share_least
        assert low.share_most <= high.share_most


class TestBands:
    def test_says_what_it_is(self):
        assert repr(POLICE_UK) == (
            "Bands('under 10': 0 s to under 10 s, '10 to under 60': 10 s to under 1 min, '60 or more': 1 min or more)"
        )
        assert repr(ALEXANDRIA) == (
            "Bands('_10': 0 s to 10 s, '_15': over 10 s to 15 s, '_20': over 15 s to 20 s, '_40': over 20 s to 40 s, "
            "'_60': over 40 s to 1 min, '_120': over 1 min to 2 min, '_121': over 2 min, '_AB': abandoned)"
        )
        assert repr(Bands({1: (0, None)}, inclusive=True)) == "Bands(1: 0 s or more)"

    def test_in_any_order(self):
        """Bands are what they are, in whatever order they are named; they compare, hash and pickle."""
        other = Bands({"60 or more": (60, math.inf), "under 10": [0, 10], "10 to under 60": (10, 60)})
        assert other == POLICE_UK
        assert hash(other) == hash(POLICE_UK)
        assert pickle.loads(pickle.dumps(other)) == POLICE_UK
        assert other.labels == ("under 10", "10 to under 60", "60 or more")
        assert other.lows.tolist() == [0, 10, 60]
        assert other.highs.tolist() == [10, 60, math.inf]


PERCENT = {"under 10": 63, "10 to under 60": 25, "60 or more": 12}
DATA = counted(3, 2, 1)


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: Bands([("a", 0, 10)]), InvalidTypeError, "edges must be a mapping"),
        (lambda: Bands({}), InvalidTypeError, "edges must be a mapping"),
        (lambda: Bands({"a": 10}), InvalidTypeError, r"edges\['a'\] must be a pair"),
        (lambda: Bands({"a": "0-10"}), InvalidTypeError, r"edges\['a'\] must be a pair"),
        (lambda: Bands({"a": (0, 10, 20)}), InvalidTypeError, "must be a pair"),
        (lambda: Bands({"a": (-1, 10)}), InvalidInputError, r"edges\['a'\], low must be >= 0"),
        (lambda: Bands({"a": (10, 10)}), InvalidInputError, r"edges\['a'\], high must be > 10"),
        (lambda: Bands({"a": ("0", 10)}), InvalidTypeError, "low must be a number"),
        (lambda: Bands({"a": (0, 9), "b": (10, 59)}), InvalidInputError, "'a' ends at 9 s and 'b' begins at 10 s.*are"),
        (lambda: Bands({"a": (0, 20), "b": (10, 60)}), InvalidInputError, "edges must meet"),
        (lambda: Bands({"a": (0, None), "b": (10, None)}), InvalidInputError, "edges must meet"),
        (lambda: Bands({1.5: (0, 10)}), InvalidTypeError, "edges must hold labels"),
        (lambda: Bands({"a": (0, 10)}, inclusive="yes"), InvalidTypeError, "inclusive must be True or False"),
        (lambda: Bands({"a": (0, 10)}, abandoned="a"), InvalidInputError, "abandoned must name other labels"),
        (lambda: Bands({"a": (0, 10)}, abandoned=[None]), InvalidTypeError, "abandoned must hold labels"),
        (lambda: answer_bands(DATA, {"a": (0, 10)}, **ANSWERED), InvalidTypeError, "bands must be a Bands"),
        (lambda: answer_bands(DATA, POLICE_UK, target=10), ChoiceNeededError, r"(?s)out_of= is required.*answer_bands\(data, bands, target=10, out_of='answered'\)"),
        (lambda: answer_bands(DATA, POLICE_UK, out_of="answered"), InvalidTypeError, "target must be given"),
        (lambda: answer_bands(DATA, POLICE_UK, target=10, out_of="offered"), InvalidInputError, r"abandoned must be given.*Bands\(abandoned=\)"),
        (lambda: answer_bands(DATA, POLICE_UK, target=0, out_of="answered"), InvalidInputError, "target must be > 0"),
        (lambda: answer_bands(DATA, POLICE_UK, **ANSWERED, by="band"), InvalidInputError, "by must not name 'band'"),
        (lambda: answer_bands(DATA, POLICE_UK, **ANSWERED, band="x"), UnknownNameError, "no dimension 'x'"),
        (lambda: answer_bands(DATA, POLICE_UK, **ANSWERED, band=5), InvalidTypeError, "band must be text"),
        (lambda: answer_bands(DATA, POLICE_UK, **ANSWERED, rounded_to=1), InvalidInputError, "rounded_to goes with percentages"),
        (lambda: answer_bands(DATA, POLICE_UK, **ANSWERED, percentile_method="x"), UnknownNameError, "percentile_method"),
        (lambda: answer_bands(DATA, POLICE_UK, **ANSWERED, confidence_level=95), InvalidInputError, "Did you mean 0.95"),
        (lambda: answer_bands([3, 2, 1], POLICE_UK, **ANSWERED), InvalidTypeError, "data must be a Tally"),
        (lambda: answer_bands(Tally.from_columns({"band": ["under 10", "Total"]}, [1, 1]), POLICE_UK, **ANSWERED), UnknownNameError, "got 'Total': a total is to be dropped"),
        (lambda: answer_bands(DATA, Bands({v: e for v, *e in POLICE_UK.edges}, abandoned="x"), **ANSWERED, abandoned=3), InvalidInputError, "they would count twice"),
        (lambda: answer_bands(PERCENT, POLICE_UK, target=10), InvalidInputError, "rounded_to must be given with percentages"),
        (lambda: answer_bands(PERCENT, POLICE_UK, target=10, rounded_to=0), InvalidInputError, "rounded_to must be > 0"),
        (lambda: answer_bands(PERCENT, POLICE_UK, target=10, rounded_to=1, out_of="answered"), InvalidInputError, "out_of="),
        (lambda: answer_bands(PERCENT, POLICE_UK, target=10, rounded_to=1, by="force"), InvalidInputError, "by="),
        (lambda: answer_bands(PERCENT, POLICE_UK, target={"a": 10}, rounded_to=1), InvalidInputError, "needs by="),
        (lambda: answer_bands(PERCENT | {"never": 0}, POLICE_UK, target=10, rounded_to=1), UnknownNameError, "percentages: band.*'never'"),
        (lambda: answer_bands({"under 10": 63, "60 or more": 37}, POLICE_UK, target=10, rounded_to=1), UnknownNameError, "lack '10 to under 60'"),
        (lambda: answer_bands(PERCENT | {"under 10": "63%"}, POLICE_UK, target=10, rounded_to=1), InvalidTypeError, r"percentages\['under 10'\] must be a number"),
        (lambda: answer_bands(PERCENT | {"under 10": -1}, POLICE_UK, target=10, rounded_to=1), InvalidInputError, "must be >= 0"),
        (lambda: Bands({"a": (0, np.timedelta64("NaT", "s"))}), InvalidInputError, r"edges\['a'\] must be a length of time.*not missing"),
        (lambda: answer_bands(PERCENT | {"under 10": 163}, POLICE_UK, target=10, rounded_to=1), InvalidInputError, "at most 100"),
        (lambda: answer_bands(PERCENT | {"under 10": 63.4}, POLICE_UK, target=10, rounded_to=1), InvalidInputError, "multiple of rounded_to, 1.*got 63.4"),
        (lambda: answer_bands(PERCENT | {"60 or more": 2}, POLICE_UK, target=10, rounded_to=1), InvalidInputError, "add up to 90. Is a band missing"),
        (lambda: answer_bands(PERCENT | {"60 or more": 22}, POLICE_UK, target=10, rounded_to=1), InvalidInputError, "add up to 110"),
    ],
)  # fmt: skip
def test_bad_input(call, error, says):
    """Every fault is an error of the family that names the argument and the value."""
    with pytest.raises(error, match=says) as caught:
        call()
    assert isinstance(caught.value, PoliceMetricsError)


def test_edges_as_timedelta():
    """A minute is 60 seconds."""
    minute = dt.timedelta(minutes=1)
    assert Bands({"a": (0, minute), "b": (np.timedelta64(1, "m"), None)}) == Bands(
        {"a": (0, 60), "b": (60, None)}
    )


class TestPercentagesByHand:
    """Bands to 10, 60 and 100 seconds, or without an end, with percentages as printed."""

    @staticmethod
    def read(printed, step, last=100.0):
        bands = SimpleNamespace(
            labels=list("abc")[: len(printed)], lows=np.array([0.0, 10, 60]), highs=np.array([10.0, 60, last])
        )
        return Percentages.of(dict(zip(bands.labels, printed, strict=True)), bands, step), bands

    def test_bounds(self):
        """50, 40 and 10, to tens: 45-55, 35-45 and 5-15, so that 85% to 95% are in the first two."""
        found, bands = self.read([50, 40, 10], 10)
        at = found.bounds(bands, 10, {"median": 50, "p55": 55, "p85": 85})
        assert (at["share_least"], at["share_within"], at["share_most"]) == (0.45, 0.5, 0.55)
        assert (at["median_least"], at["median_most"]) == (0, 60)
        assert at["p55_least"] == 0
        assert at["p85_most"] == 100
        # Least with 55, 40 and 5; most with 45, 40 and 15.
        assert (at["mean_least"], at["mean_most"]) == pytest.approx((7, 43.5))
        inside = found.bounds(bands, 5, {})
        assert (inside["share_least"], inside["share_most"]) == (0, 0.55)
        assert "share_within" not in inside

    def test_an_end_that_nobody_waits_for(self):
        """50 and 51, to ones, leave nothing over 100 for the band without an end: at most 49.5 and 50.5."""
        found, bands = self.read([50, 51, 0], 1, last=np.inf)
        assert found.bounds(bands, 10, {})["mean_most"] == pytest.approx(0.495 * 10 + 0.505 * 60)

    def test_half_a_per_cent_counts(self):
        found, bands = self.read([99, 1, 0], 1, last=np.inf)
        assert found.bounds(bands, 10, {})["mean_least"] == pytest.approx(0.05)

    def test_just_a_hundred(self):
        """49 and 50 can be 49.5 and 50.5."""
        assert self.read([49, 50], 1)[0].high.sum() == 100
        for printed, message in (
            ([51, 51], "add up to 100"),
            ([49, 49], "add up to 100"),
            ([100.5, 0], "at most 100"),
        ):
            with pytest.raises(InvalidInputError, match=message):
                self.read(printed, 1)
