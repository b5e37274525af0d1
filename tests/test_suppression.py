"""Small counts at publication: what is hidden, and that nothing shown gives it away."""

import math
from itertools import product

import attrs
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import optimize

import policemetrics as pm
from policemetrics import _suppression
from policemetrics.errors import InvalidInputError, InvalidTypeError, Note, OutOfRangeError, UnknownNameError


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
        with pytest.raises(
            InvalidInputError, match=r"this is one of PublishedChange, which holds no counts\. Suppress"
        ):
            pm.Results.of([pm.published.change(10.0, 20.0)]).suppress()

    def test_names_and_numbers(self):
        found = pm.rate([3, 1], [10, 10], labels=["A", "B"])
        with pytest.raises(UnknownNameError, match="totals"):
            found.suppress(totals="region")
        with pytest.raises(OutOfRangeError, match="below must be >= 2"):
            found.suppress(1)


def shares(rows):
    """Make a table of shares by force: how many, and out of how many."""
    counted, whole = zip(*rows, strict=True)
    return pm.share(counted, whole, labels=[f"f{i}" for i in range(len(rows))])


def bounds(told, sums, cell):
    """Return the least and the most that a count can be, by linear programming of what is told; None is not told.

    Independent of the package: the counts are variables, what is told and the sums are equations.
    """
    known = [i for i, n in enumerate(told) if n is not None]
    equal = np.zeros((len(known) + len(sums), len(told)))
    equal[np.arange(len(known)), known] = 1
    right = [told[i] for i in known]
    for row, (cells, total) in enumerate(sums, len(known)):
        equal[row, list(cells)] = 1
        right.append(total)
    found = []
    for sign in (1, -1):
        aim = np.zeros(len(told))
        aim[cell] = sign
        best = optimize.linprog(aim, A_eq=equal, b_eq=right, bounds=[(0, None)] * len(told))
        found.append(math.inf if best.status == 3 else sign * best.fun)
    return math.ceil(found[0] - 1e-6), found[1] if math.isinf(found[1]) else math.floor(found[1] + 1e-6)


def numbers(column):
    """Return a column as it is exported; what is hidden is not told."""
    return [None if n is None else int(n) for n in column]


class TestNoHiddenCountIsBounded:
    """By a program of our own, from the export and the totals that are published alone."""

    @settings(max_examples=40, deadline=None)
    @given(
        st.lists(st.lists(st.integers(0, 30), min_size=3, max_size=3), min_size=2, max_size=3),
        st.sets(st.sampled_from(["force", "offence", "all"])),
        st.integers(2, 6),
    )
    def test_counts_by_two_dimensions(self, rows, totals, below):
        labels = {f"f{i}": dict(zip("abc", row, strict=True)) for i, row in enumerate(rows)}
        try:
            found = table(labels).suppress(below, totals=tuple(totals))
        except InvalidInputError:
            return
        told, flat = numbers(found.to_dict()["events"]), [n for row in rows for n in row]
        masks = [range(3 * i, 3 * i + 3) for i in range(len(rows)) if "force" in totals]
        masks += [range(j, len(flat), 3) for j in range(3) if "offence" in totals]
        masks += [range(len(flat))] if "all" in totals else []
        sums = [(m, sum(flat[c] for c in m)) for m in masks]
        for cell in (i for i, n in enumerate(told) if n is None):
            least, most = bounds(told, sums, cell)
            assert least <= flat[cell] <= most
            assert most - least + 1 >= below

    @settings(max_examples=40, deadline=None)
    @given(
        st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=2, max_size=5),
        st.booleans(),
        st.integers(2, 6),
    )
    def test_shares(self, parts, in_all, below):
        """Both parts of a whole are counts: the total of each is published."""
        assume(all(sum(pair) for pair in parts))
        try:
            found = shares([(a, a + b) for a, b in parts]).suppress(below, totals="all" if in_all else ())
        except InvalidInputError:
            return
        columns = found.to_dict()
        counted, whole = numbers(columns["count"]), numbers(columns["out_of"])
        assert [n is None for n in counted] == [n is None for n in whole]
        rest = [None if n is None else w - n for n, w in zip(counted, whole, strict=True)]
        for told, own in ((counted, [a for a, _ in parts]), (rest, [b for _, b in parts])):
            sums = [(range(len(own)), sum(own))] if in_all else []
            assert all(n is None or n >= below for n in told)
            for cell in (i for i, n in enumerate(told) if n is None):
                least, most = bounds(told, sums, cell)
                assert most - least + 1 >= below

    @settings(max_examples=30, deadline=None)
    @given(
        st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=2, max_size=4), st.integers(2, 6)
    )
    def test_parts_of_a_change(self, parts, below):
        """Each row tells of the whole, whatever totals are published."""
        labels = [f"o{i}" for i in range(len(parts))]
        olds, news = zip(*parts, strict=True)
        assume(sum(olds))
        columns = {"offence": labels * 2, "period": ["2022"] * len(labels) + ["2023"] * len(labels)}
        counted = pm.Tally.from_columns(columns, [*olds, *news])
        try:
            found = pm.change_drivers(counted, between=("2022", "2023"), of="offence").suppress(
                below, totals=()
            )
        except InvalidInputError:
            return
        for name, own in (("old", olds), ("new", news)):
            told = numbers(found.to_dict()[name])
            for cell in (i for i, n in enumerate(told) if n is None):
                least, most = bounds(told, [(range(len(own)), sum(own))], cell)
                assert most - least + 1 >= below


class TestOtherFigures:
    def test_a_share_hides_its_whole(self):
        found = shares([(3, 50), (40, 90), (98, 100), (30, 60)]).suppress(totals=())
        assert found.to_dict()["count"] == [None, 40, None, 30]
        assert found.to_dict()["out_of"] == [None, 90, None, 60]
        assert str(found[2]).startswith("f2: n/a of n/a: [c]")

    def test_outcome_rates(self):
        columns = {"force": ["K"] * 3 + ["E"] * 3 + ["S"] * 3, "outcome": ["1", "18", "0"] * 3}
        log = pm.Tally.from_columns(columns, [3, 60, 20, 40, 50, 30, 20, 20, 20])
        rates = pm.positive_outcome_rate(
            log, positive="charged", basis="recorded", out_of="crimes", by="force"
        )
        found = rates.suppress(totals=())
        assert [math.isnan(n) for n in found["positive"]] == [False, True, False]
        row = found.at(force="K")
        assert math.isnan(row.share_not_yet_assigned)
        assert (row.maturity, found.at(force="E").maturity) == ("", "immature")
        rounded = rates.suppress(totals=(), round_to=50)
        assert rounded.at(force="E").rate == 50 / 100
        assert rounded.at(force="E").maturity == "immature"

    def test_changes_of_outcome_rates(self):
        columns = {"force": ["K"] * 4 + ["E"] * 4, "period": ["2022", "2022", "2023", "2023"] * 2}
        log = pm.Tally.from_columns(columns | {"outcome": ["1", "18"] * 4}, [3, 60, 20, 40, 50, 30, 20, 20])
        found = pm.outcome_rate_change(
            log, positive="charged", basis="closed", out_of="outcomes", by="force", between=("2022", "2023")
        ).suppress(totals=())
        assert found.to_dict(audit=True)["old_positive"] == [50, None]
        assert found.to_dict()["new"] == [0.5, 20 / 60]
        assert found.to_dict()["percent_change"][1] is None

    def test_more_positive_outcomes_than_crimes(self):
        """Of two flows the one is no part of the other."""
        log = pm.Tally.from_columns({"force": ["K", "E"], "outcome": ["1", "1"]}, [30, 40])
        crimes = pm.Tally.from_columns({"force": ["K", "E"]}, [20, 3])
        rates = pm.positive_outcome_rate(
            log, positive="charged", basis="closed", out_of="crimes", crimes=crimes, by="force"
        )
        assert numbers(rates.suppress(totals=()).to_dict()["positive"]) == [None, 30]

    def test_times(self):
        columns = {"grade": ["1", "1", "2", "2", "3"], "seconds": [540, 900, 2400, 300, 20]}
        log = pm.Tally.from_columns(columns, [30, 10, 2, 20, 3])
        found = pm.summarise_times(log, by="grade", target=600).suppress(totals=())
        assert found.to_dict()["n"] == [40, None, None]
        # Two were late, which 20 of 22 tells; how many were 0 nobody has looked at.
        assert found.to_dict()["median"] == [540, None, None]
        assert found.to_dict()["zeros"] == [None, None, None]
        assert found["target"].tolist() == [600] * 3
        with pytest.raises(InvalidInputError, match=r"those of a TimeSummary do not\. Leave round_to= out"):
            pm.summarise_times(log, by="grade").suppress(totals=(), round_to=5)

    def test_times_of_two_periods(self):
        columns = {
            "period": ["2022"] * 3 + ["2023"] * 3,
            "grade": ["1", "2", "2"] * 2,
            "seconds": [60, 70, 80] * 2,
        }
        log = pm.Tally.from_columns(columns, [20, 3, 1, 30, 20, 30])
        found = pm.time_change(log, between=("2022", "2023"), by="grade").suppress(totals=())
        assert found.to_dict()["old_n"] == [20, None]
        assert found.to_dict()["new_n"] == [30, 50]
        assert found.to_dict()["mean_change"][1] is None

    def test_harm(self):
        log = pm.Tally.from_columns(
            {"force": ["K", "K", "E", "S"], "offence": ["30C", "46"] * 2}, [3, 90, 2, 70]
        )
        scores = pm.harm_score(log, pm.harm_weights("ons-css", version="2020"), by="force")
        found = scores.suppress()
        assert found.to_dict()["crimes"] == [None, 93, None]
        assert found.to_dict()["score"][0] is None
        assert found.to_dict(audit=True)["dominant_offence"][0] == ""

    @pytest.mark.parametrize(
        ("figures", "why"),
        [
            (
                lambda: pm.control_chart([1, 2, 3, 4] * 6, chart="xmr"),
                "ControlPoint, whose centre and limits tell",
            ),
            (
                lambda: pm.detectable_change([5, 6], labels=["a", "b"]),
                "DetectableChange, which is for planning",
            ),
        ],
        ids=["control", "detectable"],
    )
    def test_what_cannot_be_protected_says_why(self, figures, why):
        with pytest.raises(InvalidInputError, match=why):
            figures().suppress()

    def test_below_zero(self):
        """Of the parts of a change one may be below zero."""
        log = pm.Tally.from_columns(
            {"offence": ["a", "b"] * 2, "period": ["2022"] * 2 + ["2023"] * 2}, [-2, 9, 5, 6]
        )
        parts = pm.change_drivers(log, between=("2022", "2023"), of="offence")
        with pytest.raises(InvalidInputError, match="old must be >= 0; got -2"):
            parts.suppress()

    def test_what_was_said_of_a_hidden_row_alone(self):
        """A note with a number goes; one without, or of a row that is shown too, stays."""
        small, large = pm.rate([3, 40], [100, 100], labels=["A", "B"])
        notes = [
            Note("x", "short", "3 of them late"),
            Note("y", "short", "new clocks"),
            Note("z", "short", "since 2019"),
        ]
        found = pm.Results.of(
            [attrs.evolve(small, caveats=tuple(notes)), attrs.evolve(large, caveats=(notes[2],))]
        )
        hidden_row, shown = found.suppress(totals=())
        assert [n.code for n in hidden_row.caveats] == ["y", "z", "suppressed"]
        assert [n.code for n in shown.caveats] == ["z", "suppressed"]


class TestRounding:
    def test_changes_are_worked_out_again(self):
        """By hand: 12 and 48 are 10 and 50, which is 40 more, and five times as many."""
        change = pm.rate_change([12, 40, 61], [48, 3, 74], labels=["A", "B", "C"], margin=5)
        found = change.suppress(totals=(), round_to=5)
        assert found.to_dict()["old"] == [10, 40, 60]
        assert found.to_dict()["new"] == [50, None, 75]
        assert found.to_dict()["change"] == [40, None, 15]
        assert found.to_dict()["percent_change"] == [400, None, 25]
        for name in ("percent_change_low", "percent_change_high", "p_value"):
            assert np.isnan(found[name]).all()
        assert set(found["material"]) == {""}
        assert (
            f"{found[0]:short}"
            == "A: recorded crime rose by 40 (+400.0%, 95% interval left out), from 10 to 50."
        )
        assert "counts are rounded to multiples of 5" in repr(found)
        assert "12" not in found.to_markdown() + found._repr_html_() + str(found.to_dict(audit=True))

    def test_rates_of_two_periods(self):
        change = pm.rate_change([12, 61], [48, 74], labels=["A", "B"], exposure=([1000, 2000], [2000, 1000]))
        found = change.suppress(round_to=10, totals=())
        assert found["percent_change"].tolist() == pytest.approx(
            [100 * (50 / 2000 / (10 / 1000) - 1), 100 * (70 / 60 * 2 - 1)]
        )

    def test_shares(self):
        found = shares([(14, 46), (25, 60)]).suppress(totals=(), round_to=10)
        assert found.to_dict()["share"] == [10 / 50, 30 / 60]

    def test_rates(self):
        found = pm.rate([14, 25], [100, 100], labels=["A", "B"]).suppress(totals=(), round_to=10)
        assert found.to_dict()["rate"] == [100, 300]
        assert found.to_dict()["exposure"] == [100, 100]
        assert found.columns == pm.rate([1], [1], labels=["A"]).columns
        assert found["excluded"].tolist() == [0, 0]

    def test_rounded_to_nothing(self):
        found = pm.rate_change([8, 30], [40, 30], labels=["A", "B"]).suppress(totals=(), round_to=20)
        assert found[0].reason == "not applicable: rounded to multiples of 20"
        assert (found[0].old, found[0].change) == (0, 40)

    def test_bad_steps(self):
        found = pm.rate([3, 40], [100, 100], labels=["A", "B"])
        with pytest.raises(OutOfRangeError, match="round_to must be >= 2; got 1"):
            found.suppress(round_to=1)
        with pytest.raises(InvalidTypeError, match="round_to"):
            found.suppress(round_to="5")
