"""Random programs on random worlds: every figure, or that there is none, is what a naive model says.

`POLICEMETRICS_SUPPLY=20000 pytest tests/test_supply.py` runs that many programs; the gate runs a few hundred.
"""

from __future__ import annotations

import itertools
import os
import random

import pytest
import supply_model as model
from supply_model import Ask, NotThere

from policemetrics import (
    Exposure,
    Period,
    Tally,
    change_drivers,
    harm_change,
    harm_index,
    harm_score,
    harm_weights,
    positive_outcome_rate,
    rate,
    rate_change,
)
from policemetrics.errors import AreasWithoutRowsWarning, PoliceMetricsError

PROGRAMS = int(os.environ.get("POLICEMETRICS_SUPPLY", "300"))
FORCES, OFFENCES = ["A", "B", "C"], ["x", "y"]
REGION = {"A": "R", "B": "R", "C": "S"}
PEOPLE, AREAS = {"A": 10, "B": 30, "C": 70}, {"R": 40, "S": 70}
COVERAGE = {"force": ["force", "period"], "period": "period", "": None}


def spelt(label):
    """Write a period of the model as the library does; anything else stays."""
    found = model.months(label)
    if found is None:
        return label
    first, last = (Period.month(2024 + m // 12, m % 12 + 1) for m in (found[0], found[-1]))
    return Period(first.start, last.end).label


def rows_of(r):
    """Each report was sent or not (five of six); a sent one has rows for some offences, 0 and corrections included."""
    rows = []
    for force in FORCES[: r.choice([1, 2, 3, 3])]:
        for month in range(r.choice([4, 6])):
            if r.random() < 0.85:
                told = [o for o in OFFENCES if r.random() < 0.6] or ["x"]
                rows += [(force, month, o, r.choice([0, 1, 2, 5, 9, -1])) for o in told]
    return rows or [("A", 0, "x", 1)]


def tally_of(rows, stated):
    force, month, offence, number = zip(*rows, strict=True)
    columns = {"force": force, "period": [spelt(m) for m in month], "offence": offence}
    return Tally.from_columns(columns, number, coverage=COVERAGE[stated])


def step(r, world):
    """One random operation, with its name: on the world, and on the tally."""
    forces, periods = (sorted({line[i] for line in world.lines}, key=str) for i in (2, 3))
    name = r.choice(
        [
            "where_force",
            "where_period",
            "where_offence",
            "drop_force",
            "drop_report",
            "relabel",
            "sum_to",
            "to_periods",
            "not_supplied",
            "rolling",
            "names",
        ]
    )
    single = all(model.months(p) is not None and len(model.months(p)) == 1 for p in periods)
    if name in {"to_periods", "rolling", "names"} and (world.rolled or not single):
        name = "relabel"
    if name == "not_supplied" and world.rolled:
        name = "relabel"  # a mark is set before windows are made
    if name == "rolling" and (len(periods) < 3 or not world.stated):
        name = "relabel"
    if name == "drop_report" and world.stated != "force":
        name = "drop_force"  # of one sender's report a part cannot be dropped, and is not compared
    f, p = (sorted(r.sample(v, r.randint(1, len(v))), key=str) for v in (forces, periods))
    o = r.sample(OFFENCES, r.randint(1, 2))
    names = {q: "early" if q in periods[: len(periods) // 2] else "late" for q in periods}
    at = [spelt(q) for q in p]
    does = {
        "where_force": (lambda w: model.where(w, force=f), lambda t: t.where(force=f)),
        "where_period": (lambda w: model.where(w, period=p), lambda t: t.where(period=at)),
        "where_offence": (
            lambda w: model.where(w, offence=o),
            lambda t: t.where(offence=[v for v in o if v in t.labels("offence")]),
        ),
        "drop_force": (lambda w: model.drop(w, force=f[:1]), lambda t: t.drop(force=f[:1])),
        "drop_report": (
            lambda w: model.drop(w, force=f[:1], period=p[:1]),
            lambda t: t.drop(force=f[:1], period=at[:1]),
        ),
        "relabel": (
            lambda w: model.relabel(w, force=REGION),
            lambda t: t.relabel("force", {k: v for k, v in REGION.items() if k in t._ever_known("force")}),
        ),
        "sum_to": (lambda w: w, lambda t: t),
        "to_periods": (lambda w: model.to_periods(w, 3), lambda t: t.to_periods("quarter")),
        "names": (
            lambda w: model.relabel(w, period=names),
            lambda t: t.relabel(
                "period", {spelt(k): v for k, v in names.items() if spelt(k) in t._ever_known("period")}
            ),
        ),
        "not_supplied": (
            lambda w: model.not_supplied(w, "lost", force=f[:1], period=p[:1]),
            lambda t: t.not_supplied("lost", force=f[0], period=at[0]),
        ),
        "rolling": (lambda w: model.rolling(w, 3), lambda t: t.rolling(3)),
    }
    return name, *does[name]


def asked(call, *args, **options):
    try:
        return call(*args, **options)
    except (Ask, PoliceMetricsError) as error:
        return f"asks: {error}"


def residents(given):
    return Exposure(given, by="force", name="residents", date="d") if isinstance(given, dict) else given


def rows_by(table, by):
    figures = [table] if not by else list(table)
    return {tuple(f.group.get(d) for d in by): f for f in figures}


def as_regions(world):
    """Return whether each force has rows of one offence only, so that offences might be regions."""
    of = {f: {o for g, _, o in world.rows if g == f} for f, *_ in world.rows}
    return all(len(v) == 1 for v in of.values())


def compare_rates(world, tally, exposure, by, told):
    want = asked(model.rate, world, exposure, by)
    have = asked(rate, tally, residents(exposure), by=by or None, per=1)
    if want == "asks: windows overlap and do not add up" and not isinstance(have, str):
        return  # of one of them alone there are counts
    if isinstance(want, str) or isinstance(have, str):
        assert isinstance(want, str) == isinstance(have, str), (told, "rate", exposure, by, want, have)
        return
    found = rows_by(have, by)
    for key, value in want.items():
        figure = found.get(tuple(map(spelt, key)))
        shown = None if figure is None or figure.reason else figure.rate
        if isinstance(value, NotThere) or value < 0:
            assert shown is None, (told, "rate", exposure, by, key, value, shown)
        elif figure is None:  # nothing was ever counted there
            assert value == 0, (told, "rate", exposure, by, key, value)
        else:
            assert shown == pytest.approx(float(value)), (
                told,
                "rate",
                exposure,
                by,
                key,
                value,
                shown,
                figure and figure.reason,
            )


def compare_changes(world, tally, between, exposure, by, match, told):
    told = (*told, "change", between, exposure, by, match)
    want = asked(model.change, world, *between, by, exposure, match=match)
    options = {"between": tuple(map(spelt, between)), "like_for_like": "match" if match else "require"}
    have = asked(rate_change, tally, by=by or None, exposure=residents(exposure), **options)
    if isinstance(want, str) or isinstance(have, str):
        assert isinstance(want, str) == isinstance(have, str), (told, want, have)
        return
    found = rows_by(have, by)
    for key, value in want.items():
        figure = found.get(tuple(map(spelt, key)))
        stands = figure is not None and figure.change == figure.change
        if isinstance(value, NotThere):
            assert not stands, (told, key, value, figure)
        elif figure is None:  # nothing was ever counted there
            assert [n for n, _ in value] == [0, 0], (told, key, value)
        elif min(n for n, _ in value) >= 0:
            assert stands, (told, key, value, figure and figure.reason)
            assert [figure.old, figure.new] == [n for n, _ in value], (told, key, value, figure)
            if exposure is not None:
                sizes = [figure.old / figure.old_exposure, figure.new / figure.new_exposure]
                assert sizes == pytest.approx([float(q) for _, q in value]), (told, key, value, sizes)


def compare_parts(world, tally, between, of, by, match, told):
    told = (*told, "parts", between, of, by, match)
    whole, want = (asked(model.change, world, *between, by, None, match=match, of=v) for v in (None, of))
    options = {"between": tuple(map(spelt, between)), "like_for_like": "match" if match else "require"}
    have = asked(change_drivers, tally, of=of, by=by, **options)
    if isinstance(want, str) or isinstance(have, str):
        assert isinstance(want, str) == isinstance(have, str), (told, want, have)
        return
    found = rows_by(have, (*by, of))
    for key, value in want.items():
        above = whole[key[: len(by)]]
        figure = found.get(tuple(map(spelt, key)))
        if isinstance(value, NotThere):
            assert figure is None or figure.change != figure.change, (told, key, value, figure)
        elif min(n for n, _ in above) >= 0:
            shown = (0, 0) if figure is None else (figure.old, figure.new)
            assert shown == tuple(n for n, _ in value), (told, key, value, figure)


def program(seed):
    r = random.Random(seed)
    rows, stated = rows_of(r), r.choice(["force", "force", "period", ""])
    world, tally = model.world(rows, stated), tally_of(rows, stated)
    told = (seed, stated)
    for _ in range(r.randint(0, 4)):
        name, on_world, on_tally = step(r, world)
        after = asked(on_tally, tally)
        if isinstance(after, str) or not len(after):  # a mark where there is no cell, say
            continue
        world, tally, told = on_world(world), after, (*told, name)
    periods = sorted({line[3] for line in world.lines}, key=str)
    pairs = [p for p in itertools.combinations(periods, 2) if all(model.months(q) for q in p)]
    pairs = [p for p in pairs if model.months(p[0])[-1] < model.months(p[1])[0]][:3]
    pairs += [] if world.rolled else [("0-2", "3-5")]
    for exposure in (100, PEOPLE, AREAS):
        for by in ((), ("force",), ("period",), ("offence",), ("force", "period")):
            if (exposure != 100 or not by) and not ("offence" in by and as_regions(world)):
                compare_rates(world, tally, exposure, by, told)
    if not all(map(model.months, periods)):
        return  # between mere names nothing is compared
    for between, match in itertools.product(pairs, (False, True)):
        for exposure, by in itertools.product((None, PEOPLE, AREAS), ((), ("force",), ("offence",))):
            if not (exposure and "offence" in by and as_regions(world)):
                compare_changes(world, tally, between, exposure, by, match, told)
        for of, by in (("offence", ()), ("force", ()), ("offence", ("force",)), ("force", ("offence",))):
            compare_parts(world, tally, between, of, by, match, told)


@pytest.mark.filterwarnings("ignore::policemetrics.errors.AreasWithoutRowsWarning")
@pytest.mark.parametrize("block", range(10))
def test_programs(block):
    """Whatever is done to a tally, its figures are those of who sent what."""
    for seed in range(block, PROGRAMS, 10):
        program(seed)


# ---- by hand ----------------------------------------------------------------------------

YEARS = ("2022/23", "2023/24")
WEIGHTS = harm_weights("ons-css", version="2020")
SENT = ["force", "period"]
QUARTERS = ["2022-Q2", "2022-Q3", "2022-Q4", "2023-Q1", "2023-Q2", "2023-Q3", "2023-Q4", "2024-Q1"]


def made(rows, *dims, **options):
    """Make a tally of rows: the labels in the order of the dimensions, then the count."""
    *columns, counts = zip(*rows, strict=True)
    return Tally.from_columns(dict(zip(dims, columns, strict=True)), counts, **options)


def of_forces(**residents_of):
    return Exposure(residents_of, by="force", name="residents", date="mid-2022")


class TestWindows:
    """Essex sent February and March only: a window that it did not send all of is Kent's."""

    CRIMES = made(
        [("Kent", f"2024-0{m}", 100) for m in range(1, 5)] + [("Essex", f"2024-0{m}", 50) for m in (2, 3)],
        *SENT,
        coverage=SENT,
    )

    def test_before_and_after_the_forces_are_added_up(self):
        """200, 300, 200 both ways, and what is left out stands in the ledger."""
        one, other = self.CRIMES.rolling(2).sum_to("period"), self.CRIMES.sum_to("period").rolling(2)
        assert one == other
        assert one.to_dict()["count"] == [200, 300, 200]
        assert one.excluded.to_dict()["count"] == [50, 50]

    def test_residents_are_those_of_who_is_in(self):
        found = rate(self.CRIMES.sum_to("period").rolling(2), of_forces(Kent=1000, Essex=1000), by="period")
        assert found["rate"].tolist() == [200, 150, 200]

    def test_rows_of_what_was_not_chosen_prove_their_months(self):
        """January came in, with other offences only: the quarter is whole before and after the choice."""
        crimes = Tally.from_columns(
            {"offence": list("xyy"), "period": ["2024-01", "2024-02", "2024-03"]}, [5, 1, 1]
        )
        before = crimes.to_periods("quarter").where(offence="y")
        after = crimes.where(offence="y").to_periods("quarter")
        assert rate(before, 100).events == rate(after, 100).events == 2

    def test_quarters_make_up_years(self):
        quarters = made([("Kent", q, 10) for q in QUARTERS], *SENT, coverage=SENT)
        assert quarters.rolling(12).to_dict()["count"] == [40] * 5
        with pytest.raises(PoliceMetricsError, match="of which 4 months are made"):
            quarters.rolling(4)

    def test_a_window_is_not_rolled_again(self):
        with pytest.raises(PoliceMetricsError, match="overlap"):
            self.CRIMES.rolling(2).rolling(2)


SOUTH_EAST = {"Kent": "South East", "Surrey": "South East"}


class TestMerged:
    """What is merged, summed or renamed does not change who sent what."""

    TWO = made(
        [("Kent", YEARS[0], 900), ("Kent", YEARS[1], 1000), ("Surrey", YEARS[0], 700)], *SENT, coverage=SENT
    )
    SEVEN = made([("Kent", q, 100) for q in QUARTERS[:7]], *SENT, coverage=SENT)

    def test_a_region_remembers_its_forces(self):
        region = self.TWO.relabel("force", SOUTH_EAST)
        for crimes in (self.TWO, region, region.sum_to("period")):
            assert (
                rate_change(crimes, between=YEARS).reason
                == "not like for like: supplied for one only: Surrey"
            )
        matched = rate_change(region, between=YEARS, like_for_like="match")
        assert (matched.old, matched.new, matched.exclusions.reasons) == (
            900,
            1000,
            {"not like for like": 700},
        )

    @pytest.mark.filterwarnings("ignore::policemetrics.errors.LabelSpellingWarning")
    def test_two_names_of_one_force_are_one(self):
        """Never of the same year: that is a name that changed, not two forces."""
        crimes = made([("A & B", YEARS[0], 5), ("A and B", YEARS[1], 7)], *SENT, coverage=SENT)
        one = rate_change(crimes.relabel("force", {"A & B": "A and B"}), between=YEARS)
        assert (one.old, one.new, one.reason) == (5, 7, None)

    def test_renamed_and_back(self):
        there = self.TWO.relabel("force", {"Kent": "K"})
        assert there.relabel("force", {"K": "Kent"}) == self.TWO
        assert rate_change(there, between=YEARS).reason == rate_change(self.TWO, between=YEARS).reason

    @pytest.mark.parametrize(
        "longer",
        [
            lambda t: t,
            lambda t: t.to_periods("financial_year"),
            lambda t: t.relabel("period", {q: YEARS[i > 3] for i, q in enumerate(QUARTERS[:7])}),
        ],
    )
    def test_three_quarters_are_no_year(self, longer):
        reason = rate_change(longer(self.SEVEN), between=YEARS).reason
        assert reason == "not available: no rows for 2024-Q1"

    def test_a_part_of_a_year_is_left_out_of_it(self):
        """Kent has four quarters and three: the second year has nobody who sent it all."""
        found = rate(self.SEVEN.to_periods("financial_year"), of_forces(Kent=1000), by="period")
        assert found.at(period="2022/23").rate == 400
        assert (
            found.at(period="2023/24").reason
            == "not available: all counts were excluded (not all of 2023/24 supplied 300)"
        )

    @pytest.mark.parametrize(
        ("given", "refused"),
        [
            ({"Kent": 1000, "Surrey": 500}, None),
            ({"South East": 1500}, None),
            (
                {"Kent": 1000, "Surrey": 500, "South East": 9000},
                "mean one thing as they were sent and another",
            ),
        ],
    )
    def test_residents_before_or_after_the_merge(self, given, refused):
        region = self.TWO.where(period=YEARS[0]).relabel("force", SOUTH_EAST)
        if refused:
            with pytest.raises(PoliceMetricsError, match=refused):
                rate(region, of_forces(**given))
        else:
            assert rate(region, of_forces(**given), by="force")["exposure"].tolist() == [1500]

    def test_residents_of_those_who_did_not_send(self):
        region = self.TWO.relabel("force", SOUTH_EAST)
        found = rate(region, of_forces(**{"South East": 1500}), by="period")
        assert (
            found.at(period=YEARS[1]).reason
            == "not available: the residents are those of Surrey too, who did not send"
        )

    def test_to_periods(self):
        months = made([("2023-04", 1), ("2023-12", 2), ("2024-03", 4)], "period")
        assert months.to_periods("quarter").labels("period") == ("2023-Q2", "2023-Q4", "2024-Q1")
        assert months.to_periods("calendar_year").to_dict() == {"period": ["2023", "2024"], "count": [3, 4]}
        assert months.to_periods("month") == months
        with pytest.raises(PoliceMetricsError, match="lie within one quarter; got '2023'"):
            made([("2023", 1)], "period").to_periods("quarter")


class TestDivisors:
    """A divisor is of those who were counted."""

    def test_a_log_by_offence(self):
        """One murder in Kent is one among the residents of both forces."""
        log = made([("Kent", "murder", 1), ("Kent", "theft", 2), ("Essex", "theft", 2)], "force", "offence")
        found = rate(log, of_forces(Kent=10**6, Essex=10**6), by="offence", per=10**6)
        assert found["rate"].tolist() == [0.5, 2]

    def test_one_population_has_one_size(self):
        """Arson of beats A and B per 4,000 in both months, whatever beats had one."""
        rows = [
            ("A", "arson", "2024-01", 100),
            ("B", "robbery", "2024-01", 50),
            ("A", "arson", "2024-02", 110),
        ]
        rows += [
            ("A", "robbery", "2024-02", 1),
            ("B", "robbery", "2024-02", 60),
            ("B", "arson", "2024-02", 1),
        ]
        log = made(rows, "beat", "offence", "period", coverage="period")
        people = Exposure({"A": 1000, "B": 3000}, by="beat", name="residents", date="mid-2023")
        found = rate_change(log, between=("2024-01", "2024-02"), by="offence", exposure=people)
        assert set(found["old_exposure"]) == set(found["new_exposure"]) == {4000.0}

    def test_a_tally_of_other_reports(self):
        """Kent's 2023/24 is not divided by Essex's."""
        rows = [("Kent", YEARS[0], 100), ("Kent", YEARS[1], 100), ("Essex", YEARS[0], 100)]
        officers = [("Kent", YEARS[0], 1000), ("Essex", YEARS[0], 1000), ("Essex", YEARS[1], 5000)]
        counts, sizes = (made(v, *SENT, coverage=SENT) for v in (rows, officers))
        assert "Essex 2023/24, Kent 2023/24" in rate(counts, sizes).reason

    def test_ragged_periods(self):
        """Two forces one year and one the next are no rate; each alone is, and says of which years."""
        crimes = made(
            [("Kent", YEARS[0], 100), ("Essex", YEARS[0], 100), ("Essex", YEARS[1], 100)],
            *SENT,
            coverage=SENT,
        )
        people = of_forces(Kent=1000, Essex=1000)
        assert (
            rate(crimes, people).reason
            == "not available: not the same suppliers in every period: no Kent 2023/24"
        )
        assert [f.when for f in rate(crimes, people, by="force")] == ["April 2022 to March 2024", "2022/23"]

    def test_residents_that_are_given(self):
        crimes = made(
            [("Kent", YEARS[0], 10), ("Kent", YEARS[1], 20), ("Essex", YEARS[0], 30)],
            *SENT,
            coverage="period",
        )
        asked = {"between": YEARS, "exposure": of_forces(Kent=1000, Essex=1000)}
        one, other = (
            rate_change(crimes.where(force="Essex"), **asked),
            rate_change(crimes, by="force", **asked),
        )
        assert one.new_exposure == other.at(force="Essex").new_exposure == 1000

    def test_offences_are_no_regions(self):
        """That each force has one offence only in one year makes them no regions."""
        rows = [
            ("A", YEARS[0], "x", 6),
            ("B", YEARS[0], "y", 6),
            ("A", YEARS[1], "x", 7),
            ("B", YEARS[1], "y", 8),
            ("A", YEARS[1], "y", 3),
        ]
        crimes = made(rows, *SENT, "offence", coverage=SENT)
        found = rate_change(crimes, between=YEARS, by="offence", exposure=of_forces(A=10, B=30))
        assert found["new_exposure"].tolist() == [40, 40]

    def test_areas_without_rows(self):
        """Nothing was stated, and one of three forces has rows: the figure says of how many it is, and warns."""
        log = made([("Kent", "x", 5)], "force", "offence")
        people = of_forces(Kent=1000, Essex=1000, Surrey=500)
        with pytest.warns(AreasWithoutRowsWarning, match="of 1 of the 3 areas that residents are given for"):
            assert rate(log, people).caveats[0].code == "areas-without-rows"
        assert rate(log.where(force="Kent"), people).caveat == ""  # as the caller chose
        assert rate(made([("Kent", "x", 5)], "force", "offence", coverage="force"), people).caveat == ""

    @pytest.mark.parametrize(
        "metric",
        [
            rate,
            lambda t, e: rate_change(t, between=YEARS, exposure=e),
            lambda t, e: harm_score(t, WEIGHTS, exposure=e),
            lambda t, e: harm_change(t, WEIGHTS, between=YEARS, exposure=e),
            lambda t, e: harm_index(t, WEIGHTS, base=YEARS[0], exposure=e)[1],
            lambda t, e: positive_outcome_rate(
                t.where(period=YEARS[0]), crimes=e, positive="charged", basis="closed", out_of="crimes"
            ),
        ],
    )
    def test_every_metric_says_of_how_many_areas_it_is(self, metric):
        """The rule is that of the divisor, whatever is divided."""
        columns = {"force": ["Kent"] * 2, "period": YEARS, "offence": ["46"] * 2, "outcome": ["1"] * 2}
        with pytest.warns(AreasWithoutRowsWarning, match="of 1 of the 2 areas that residents are given for"):
            found = metric(Tally.from_columns(columns, [10, 20]), of_forces(Kent=1000, Essex=2000))
        assert [note.code for note in found.caveats if note.code == "areas-without-rows"] == [
            "areas-without-rows"
        ]

    def test_one_number_while_a_known_force_did_not_send(self):
        """The number may be of those who sent, or of all: the figure stands, and names who did not."""
        crimes = made(
            [("Kent", YEARS[0], 10), ("Kent", YEARS[1], 20), ("Essex", YEARS[0], 30)], *SENT, coverage=SENT
        )
        found = rate(crimes.where(period=YEARS[1]), 1000)
        assert found.rate == 20
        assert found.caveat == "the counts are not of Essex, who did not send; is the divisor?"
        assert rate(crimes.where(period=YEARS[0]), 1000).caveat == ""


class TestMarks:
    def test_a_mark_is_over_all_that_it_names(self):
        """Kent sent nothing: an offence without a cell is not 0."""
        rows = [
            ("Kent", "drugs", YEARS[0], 50),
            ("Kent", "theft", YEARS[0], 70),
            ("Kent", "theft", YEARS[1], 0),
        ]
        rows += [("Essex", o, y, n) for o, n in (("drugs", 100), ("theft", 200)) for y in YEARS]
        crimes = made(rows, "force", "offence", "period", coverage="period")
        marked = crimes.not_supplied("Kent sent nothing", force="Kent", period=YEARS[1])
        found = rate_change(marked, between=YEARS, by="offence")
        assert set(found["reason"]) == {"not available: Kent sent nothing"}
        assert rate_change(marked, between=YEARS, by="force").at(force="Essex").change == 0
        assert rate_change(marked.where(force="Essex"), between=YEARS).change == 0


class TestCaveats:
    def test_a_quarter_that_one_lacks(self):
        """Kent has four quarters and three, and nothing was stated."""
        rows = [("Kent", q, 100) for q in QUARTERS[:7]] + [("Essex", q, 100) for q in QUARTERS]
        found = rate_change(made(rows, *SENT), between=YEARS)
        assert found.caveat.endswith("only one of the periods has cells of Kent 2023-Q1")
