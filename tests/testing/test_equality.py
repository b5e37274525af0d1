"""`assert_equal`: which cell, row or column differs, with both values."""

from __future__ import annotations

import attrs
import pytest
from hypothesis import given

import policemetrics as pm
from policemetrics import Results, Tally
from policemetrics.errors import (
    Note,
    PoliceMetricsError,
)
from policemetrics.testing import assert_equal, strategies

PEOPLE = dict.fromkeys(["Essex", "Kent", "Surrey"], 1_000)


def crimes(counts=(3, 7), **options):
    return Tally.from_columns({"force": ["Essex", "Kent"], "year": [2023, 2023]}, counts, **options)


def said(found, expected, **options):
    with pytest.raises(AssertionError) as caught:
        assert_equal(found, expected, **options)
    first, *rest = str(caught.value).split("\n  ")
    return first, rest


class TestAssertEqual:
    @given(strategies.tallies("force", "year"), strategies.tallies("force", "year"))
    def test_agrees_with_equality(self, one, other):
        if one == other:
            assert_equal(one, other)
        else:
            assert said(one, other)[1]

    @pytest.mark.parametrize(
        ("found", "expected", "lines"),
        [
            (crimes(), crimes((3, 8)), ["count at force 'Kent', year 2023: 7 and 8"]),
            (crimes(), crimes().where(force="Kent"), ["count at force 'Essex', year 2023: 3 and absent"]),
            (crimes().where(force="Kent"), crimes(), ["count at force 'Essex', year 2023: absent and 3"]),
            (crimes(), crimes().sum_to("force"), ["count: by 'force', 'year' and by 'force'"]),
            (crimes().sum_to(), crimes((1, 1)).sum_to(), ["count: 10 and 2"]),
            (crimes(overlapping="year"), crimes(), ["overlapping: 'year' and none"]),
            (crimes(coverage="year"), crimes(), ["coverage: 1 cells, 1 in all and none"]),
            (
                crimes().drop(force="Kent"),
                crimes((3, 8)).drop(force="Kent"),
                ["excluded at force 'Kent', year 2023, reason 'dropped: force': 7 and 8"],
            ),
        ],
    )
    def test_tallies(self, found, expected, lines):
        assert said(found, expected) == ("Tally differs, found and expected:", lines)

    def test_dimensions_in_another_order(self):
        assert_equal(crimes(), crimes().sum_to("year", "force"))

    def test_many_differences(self):
        """The first twelve, and how many more."""
        one, other = (Tally.from_columns({"year": range(20)}, [n] * 20) for n in (1, 2))
        _, rest = said(one, other)
        assert len(rest) == 13
        assert rest[-1] == "and 8 more"

    def test_tables(self):
        one, other = (pm.rate(t, PEOPLE, by="force") for t in (crimes(), crimes((3, 8))))
        first, rest = said(one, other)
        assert first == "Results of Rate differs, found and expected:"
        assert rest[:2] == ["events at force 'Kent': 7.0 and 8.0", "rate at force 'Kent': 7.0 and 8.0"]
        levels = [pm.rate(crimes(), PEOPLE, by="force", subject=s) for s in ("Crime", "Crimes")]
        assert said(*levels)[1][0] == "subject at force 'Essex': 'Crime' and 'Crimes'"
        assert_equal(one, pm.rate(crimes(), PEOPLE, by="force"))

    def test_rows_of_tables(self):
        table = pm.rate(crimes(), PEOPLE, by="force")
        assert said(table, table.sort("events", descending=True))[1] == [
            "rows: the same in another order; sort() both"
        ]
        assert said(table[:1], table)[1] == ["rows: 1 and 2", "row force 'Kent': not found"]
        renamed = pm.rate(crimes().relabel("force", {"Kent": "Surrey"}), PEOPLE, by="force")
        assert said(table, renamed)[1] == ["row force 'Kent': not expected", "row force 'Surrey': not found"]
        assert said(table, pm.rate(crimes(), {2023: 1_000}, by="year"))[1][0].startswith(
            "columns: 'force', 'events'"
        )
        single = [Results.of([pm.share(n, 4)]) for n in (1, 2)]
        assert said(*single)[1][0] == "count: 1.0 and 2.0"

    def test_figures(self):
        first, rest = said(pm.share(1, 4), pm.share(1, 5))
        assert first == "Share differs, found and expected:"
        assert rest[:2] == ["out_of: 4.0 and 5.0", "share: 0.25 and 0.2"]
        table = pm.rate(crimes(), PEOPLE, by="force")
        assert said(table[0], table[1])[1][0] == "group: {'force': 'Essex'} and {'force': 'Kent'}"
        nothing = pm.share(0, 0)
        assert_equal(nothing, pm.share(0, 0))
        assert any(line.startswith("share: nan and 0.0") for line in said(nothing, pm.share(0, 1))[1])

    def test_caveats(self):
        """By kind as well as by wording, of figures and of tables."""
        older, newer = (pm.rate_change(5, 6, caveat=c) for c in ("", "a new system"))
        assert said(older, newer)[1] == ["caveats: () and 'a new system' (stated)"]
        tables = [pm.rate_change([5], [6], labels=["a"], caveat=c) for c in ("", "a new system")]
        assert said(*tables)[1] == ["caveats at label 'a': () and 'a new system' (stated)"]
        alike = [
            attrs.evolve(newer, caveats=(Note(code, "", "a new system"),)) for code in ("stated", "weights")
        ]
        for pair in (alike, [Results.of([figure]) for figure in alike]):
            assert said(*pair)[1] == ["caveats: 'a new system' (stated) and 'a new system' (weights)"]

    def test_tolerance(self):
        one, other = pm.rate(1, 3), pm.rate(1, 3.0000001)
        assert said(one, other)[1]
        assert_equal(one, other, rtol=1e-6)
        one, other = (pm.rate([1], [n], labels=["a"]) for n in (3, 3.0000001))
        assert said(one, other)[1]
        assert_equal(one, other, rtol=1e-6)

    def test_different_kinds(self):
        table = pm.rate(crimes(), PEOPLE, by="force")
        assert said(crimes(), table)[0] == "Tally was found, Results of Rate was expected."
        assert said(pm.share(1, 2), pm.rate(1, 2))[0] == "Share was found, Rate was expected."

    @pytest.mark.parametrize(
        ("call", "said"),
        [
            (lambda: assert_equal(5, crimes()), "found must be a Tally, Results or Figure; got 5"),
            (lambda: assert_equal(crimes(), None), "expected must be a Tally, Results or Figure; got None"),
            (lambda: assert_equal(crimes(), crimes(), rtol=-1), "rtol must be >= 0"),
        ],
    )
    def test_bad_input(self, call, said):
        with pytest.raises(PoliceMetricsError, match=said):
            call()
