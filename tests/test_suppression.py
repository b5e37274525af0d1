"""Small counts at publication: what is hidden, and that nothing shown gives it away."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import policemetrics as pm
from policemetrics import _suppression
from policemetrics.errors import InvalidInputError, OutOfRangeError, UnknownNameError


def each(counted, *dims):
    """Give every group one resident."""
    cells = counted.sum_to(*dims).to_dict()
    keys = list(zip(*(cells[d] for d in dims), strict=True))
    return pm.Exposure(dict.fromkeys(keys, 1), by=dims, name="residents", date="2024")


def table(rows):
    """Make a table of counts by force and offence."""
    cells = [(f, o, n) for f, row in rows.items() for o, n in row.items()]
    force, offence, counts = zip(*cells, strict=True)
    counted = pm.Tally.from_columns({"force": force, "offence": offence}, counts)
    return pm.rate(counted, each(counted, "force", "offence"), by=["force", "offence"])


def hidden(found):
    return {(r.group["force"], r.group["offence"]) for r in found if np.isnan(r.events)}


class TestByHand:
    """Three forces by three offences.

    ====== === === ===
    .      a   b   c
    ====== === === ===
    Essex  20  30  40
    Kent   3   50  60
    Surrey 70  80  90
    ====== === === ===

    Kent's 3 is small. With both totals it would be 113 - 110, and 93 - 90: another count of Kent must go, another of a, and the
    one in their corner. Of the four rectangles that have Kent's 3 in a corner the one with the fewest crimes is that with
    Essex b: 50, 20 and 30, beside 60, 20, 40; 50, 70, 80; 60, 70, 90.
    """

    ROWS = {  # noqa: RUF012
        "Essex": {"a": 20, "b": 30, "c": 40},
        "Kent": {"a": 3, "b": 50, "c": 60},
        "Surrey": {"a": 70, "b": 80, "c": 90},
    }

    def test_all_totals(self):
        found = table(self.ROWS).suppress()
        assert hidden(found) == {("Kent", "a"), ("Kent", "b"), ("Essex", "a"), ("Essex", "b")}

    def test_totals_of_forces(self):
        """Another one of Kent is enough."""
        assert hidden(table(self.ROWS).suppress(totals="force")) == {("Kent", "a"), ("Kent", "b")}

    def test_totals_of_offences(self):
        assert hidden(table(self.ROWS).suppress(totals="offence")) == {("Kent", "a"), ("Essex", "a")}

    def test_the_total_of_all(self):
        """The other one that costs least is Essex's 20."""
        assert hidden(table(self.ROWS).suppress(totals="all")) == {("Kent", "a"), ("Essex", "a")}

    def test_no_totals(self):
        assert hidden(table(self.ROWS).suppress(totals=())) == {("Kent", "a")}

    def test_a_higher_limit(self):
        assert hidden(table(self.ROWS).suppress(3)) == set()
        assert table(self.ROWS).suppress(3) == table(self.ROWS)

    def test_a_zero_is_small(self):
        rows = {"Kent": {"a": 0, "b": 9}, "Essex": {"a": 8, "b": 7}}
        assert hidden(table(rows).suppress(totals="force")) == {("Kent", "a"), ("Kent", "b")}


def limits(counts, gone, sums):
    """Try every table that agrees with what is shown, and return the least and the most of each hidden count."""
    cells = np.flatnonzero(gone)
    fixed = [int(counts[s].sum()) for s in sums]
    most = int(counts.sum())
    found = []
    for values in product(range(most + 1), repeat=len(cells)):
        guess = counts.copy()
        guess[cells] = values
        if [int(guess[s].sum()) for s in sums] == fixed:
            found.append(values)
    return np.min(found, axis=0), np.max(found, axis=0)


class TestNothingGivesItAway:
    @settings(max_examples=60, deadline=None)
    @given(
        st.integers(1, 3).flatmap(
            lambda wide: st.lists(
                st.lists(st.integers(0, 5), min_size=wide, max_size=wide), min_size=1, max_size=3
            )
        ),
        st.sets(st.sampled_from(["row", "column", "all"])),
        st.integers(2, 3),
    )
    def test_by_trying_every_table(self, rows, totals, below):
        counts = np.array(rows)
        at = np.indices(counts.shape)
        masks = [at[0].ravel() == i for i in range(counts.shape[0]) if "row" in totals]
        masks += [at[1].ravel() == i for i in range(counts.shape[1]) if "column" in totals]
        masks += [np.ones(counts.size, dtype=bool)] if "all" in totals else []
        flat = counts.ravel()
        gone = _suppression.hidden(flat, masks, below)
        if gone is None:
            # There is nothing to move against, or too little.
            assert masks
            return
        assert gone[flat < below].all()
        if not gone.any() or (flat.sum() + 1) ** gone.sum() > 60_000:
            return
        # Without a published total a hidden count may be anything; the trial ends at the sum of all.
        least, most = limits(flat, gone, masks)
        free = [not any(m[c] for m in masks) for c in np.flatnonzero(gone)]
        assert all(f or up - low + 1 >= below for f, low, up in zip(free, least, most, strict=True))

    def test_it_is_given_up_only_where_hiding_all_would_not_do(self):
        only = np.array([2, 1])
        assert _suppression.hidden(only, [np.ones(2, dtype=bool)], 5) is None
        assert _suppression.hidden(np.array([2, 7]), [np.ones(2, dtype=bool)], 5).all()


class TestWhatFollows:
    @pytest.fixture
    def found(self):
        change = pm.rate_change([12, 40, 60], [48, 3, 70], labels=["A", "B", "C"])
        return change.suppress(totals=())

    def test_change_percentage_and_limits_go_with_it(self, found):
        row = found.at(label="B")
        assert (row.old, np.isnan(row.new)) == (40, True)
        for name in ("change", "percent_change", "percent_change_low", "percent_change_high", "p_value"):
            assert np.isnan(row[name])
        assert row.reason == "[c]: small, or would give away one that is"
        assert found.at(label="A").change == 36

    def test_every_rendering_and_export(self, found):
        pytest.importorskip("pandas")
        pytest.importorskip("polars")
        assert "B       40  [c]     [c]             [c]" in repr(found)
        assert "[c]: counts below 5 are hidden" in repr(found)
        pages = [repr(found), found.to_markdown(), found._repr_html_(), str(found[1]), repr(found[1])]
        assert not any("92.5" in page or "−37" in page for page in pages)
        assert found.to_polars(headings=True)["New"].to_list() == ["48", "[c]", "70"]
        for frame in (found.to_polars(audit=True), found.to_pandas(audit=True)):
            assert frame["new"].to_list()[0] == 48
        assert found.to_dict(audit=True)["new"] == [48.0, None, 70.0]
        assert found.to_dict(audit=True)["counted"] == [None, None, None]
        assert dict(found[1])["change"] != dict(found[1])["change"]

    def test_what_was_adjusted_for_all_is_hidden_for_all(self):
        change = pm.rate_change([12, 40], [48, 3], labels=["A", "B"], adjust="bh").suppress(totals=())
        assert np.isnan(change["p_adjusted"]).all()

    def test_rates_go_and_residents_stay(self):
        found = pm.rate([3, 40], [1000, 2000], labels=["A", "B"]).suppress(totals=())
        assert found["exposure"].tolist() == [1000, 2000]
        assert np.isnan(found["rate"]).tolist() == [True, False]

    def test_an_order_by_size_is_undone(self):
        ordered = pm.rate([3, 40, 1], [1, 1, 1], labels=["A", "B", "C"]).sort("events")
        assert ordered.suppress(totals=())["label"].tolist() == ["A", "B", "C"]

    def test_what_was_left_out_goes_too(self):
        """It says how many were counted."""
        log = pm.Tally.from_columns(
            {"force": ["Kent", "Essex", None], "offence": ["a", "a", "b"]}, [3, 40, 2]
        )
        found = pm.rate(log, {"Kent": 1, "Essex": 1}, by="force").suppress(totals=())
        assert {row.exclusions for row in found} == {None}
        assert set(found["excluded"].tolist()) == {0}


class TestRefused:
    def test_a_count_that_the_totals_would_tell(self):
        found = pm.rate([1, 1], [10, 10], labels=["A", "B"])
        with pytest.raises(
            InvalidInputError, match=r"Publish fewer of them, and name those in totals=; \(\) is none"
        ):
            found.suppress()
        assert np.isnan(found.suppress(totals=())["events"]).all()

    def test_a_total_among_its_parts(self):
        found = pm.rate([3, 40, 43], [1, 1, 1], labels=["A", "B", "All"])
        with pytest.raises(InvalidInputError, match="'All' is the sum of the others"):
            found.suppress()
        assert np.isnan(found[found["label"] != "All"].suppress(totals="all")["events"]).all()

    def test_windows_of_months(self):
        log = pm.Tally.from_columns({"period": ["2024-01", "2024-02", "2024-03"]}, [1, 20, 40])
        windows = log.rolling(2)
        found = pm.rate(windows, dict.fromkeys(windows.labels("period"), 1), by="period")
        with pytest.raises(InvalidInputError, match="overlap"):
            found.suppress()

    def test_several_comparisons(self):
        log = pm.Tally.from_columns({"period": ["2021", "2022", "2023"]}, [9, 3, 7])
        with pytest.raises(InvalidInputError, match="of several comparisons"):
            pm.rate_change(log, versus="year_before").suppress()

    def test_three_dimensions(self):
        log = pm.Tally.from_columns(
            {"a": ["x", "x"], "b": ["y", "y"], "c": ["z", "z"], "period": ["2022", "2023"]}, [9, 8]
        )
        with pytest.raises(InvalidInputError, match="by one or two dimensions"):
            pm.rate_change(log, between=("2022", "2023"), by=["a", "b", "c"]).suppress()

    def test_what_is_no_table_of_counts(self):
        with pytest.raises(InvalidInputError, match="this is one of Share"):
            pm.share([1, 2], [3, 4], labels=["A", "B"]).suppress()

    def test_names_and_numbers(self):
        found = pm.rate([3, 1], [10, 10], labels=["A", "B"])
        with pytest.raises(UnknownNameError, match="totals"):
            found.suppress(totals="region")
        with pytest.raises(OutOfRangeError, match="below must be >= 2"):
            found.suppress(1)
