"""Random programs on random worlds: every figure, or that there is none, is what a naive model says.

`POLICEMETRICS_SUPPLY=20000 pytest tests/test_supply.py` runs that many programs; the gate runs a few hundred.
"""

from __future__ import annotations

import itertools
import os
import random
from typing import ClassVar

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
    tally,
)
from policemetrics._cells import Cells
from policemetrics.errors import (
    AreasWithoutRowsWarning,
    CountOverflowError,
    IncompatibleTalliesError,
    InvalidInputError,
    InvalidTypeError,
    PoliceMetricsError,
)
from policemetrics.extend import Divisor, Side, both_groups, both_periods

PROGRAMS = int(os.environ.get("POLICEMETRICS_SUPPLY", "300"))
BLOCKS = 100  # so that no test takes long
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
@pytest.mark.parametrize("block", range(BLOCKS))
def test_programs(block):
    """Whatever is done to a tally, its figures are those of who sent what."""
    for seed in range(block, PROGRAMS, BLOCKS):
        program(seed)


# ---- by hand ----------------------------------------------------------------------------

YEARS = ("2022/23", "2023/24")
WEIGHTS = harm_weights("ons-css", version="2020")
SENT = ["force", "period"]
MONTHS = ("2024-01", "2024-02", "2024-03")
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

    def test_quarters_of_months_make_up_halves(self):
        months = made([("Kent", f"2024-{m:02}", 5) for m in range(1, 7)], *SENT, coverage=SENT)
        assert months.to_periods("quarter").rolling(6).to_dict()["count"] == [30]

    def test_a_month_that_lacks_is_not_forgotten_by_its_quarter(self):
        """Kent has five of six months, Essex all: the half is Essex's alone, rolled from months or from quarters."""
        rows = [("Kent", f"2024-{m:02}", 5) for m in range(1, 6)]
        months = made([*rows, *(("Essex", f"2024-{m:02}", 5) for m in range(1, 7))], *SENT, coverage=SENT)
        for halves in (months.rolling(6), months.to_periods("quarter").rolling(6)):
            assert halves.to_dict() == {"force": ["Essex"], "period": ["2024-01 to 2024-06"], "count": [30]}
            assert halves.excluded.total == 25

    def test_one_quarter_is_a_window(self):
        assert made([("2024-Q1", 5)], "period").rolling(3).to_dict() == {"period": ["2024-Q1"], "count": [5]}

    def test_who_sent_a_part_of_a_window_is_known_in_it(self):
        """Of Essex's two months the caller dropped one: the other is left out of the window, and Essex is not in it."""
        both = made(
            [(f, m, 5) for f in ("Kent", "Essex") for m in ("2024-01", "2024-02")], *SENT, coverage=SENT
        )
        window = both.drop(force="Essex", period="2024-02").rolling(2)
        found = rate(window, 1000)
        assert (found.rate, found.exclusions.reasons) == (
            10,
            {"dropped: force and period": 5, "not all 2 months supplied": 5},
        )
        assert found.caveat.startswith("the counts are not of Essex, who did not send")

    def test_a_window_is_not_rolled_again(self):
        with pytest.raises(PoliceMetricsError, match="overlap"):
            self.CRIMES.rolling(2).rolling(2)


SOUTH_EAST = {"Kent": "South East", "Surrey": "South East"}


@pytest.mark.filterwarnings("ignore::policemetrics.errors.LabelSpellingWarning")  # until they are joined
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
                == "not like for like: supplied for one only: Surrey; like_for_like='match' leaves out what one side lacks"
            )
        matched = rate_change(region, between=YEARS, like_for_like="match")
        assert (matched.old, matched.new, matched.exclusions.reasons) == (
            900,
            1000,
            {"not like for like (Surrey)": 700},
        )

    @pytest.mark.filterwarnings("ignore::policemetrics.errors.LabelSpellingWarning")
    def test_two_names_of_one_force_are_one(self):
        """Never of the same year: that is a name that changed, not two forces."""
        crimes = made([("A & B", YEARS[0], 5), ("A and B", YEARS[1], 7)], *SENT, coverage=SENT)
        one = rate_change(crimes.relabel("force", {"A & B": "A and B"}), between=YEARS)
        assert (one.old, one.new, one.reason) == (5, 7, None)

    def test_one_report_in_two_spellings(self):
        """Kent's April comes twice, in two ways to write it: without June the quarter is no less of two months."""
        spelt = made([("Kent", "Apr 2024", 5), ("Kent", "May 2024", 5)], *SENT, coverage=SENT)
        months = spelt.relabel("period", {"Apr 2024": "2024-04", "May 2024": "2024-05"})
        months += made([("Kent", "2024-04", 1)], *SENT, coverage=SENT)
        found = rate(months.to_periods("quarter"), 100)
        assert found.reason == "not available: all counts were excluded (not all of 2024-Q2 supplied 11)"

    def test_added_to_one_that_was_never_renamed(self):
        """Kent is called South East, Essex is as it was sent: each has its residents, and who sent one year only is named."""
        kent = made([("Kent", y, 10) for y in YEARS], *SENT, coverage=SENT)
        both = kent.relabel("force", {"Kent": "South East"}) + made(
            [("Essex", YEARS[0], 6)], *SENT, coverage=SENT
        )
        assert "supplied for one only: Essex" in rate_change(both, between=YEARS).reason
        found = rate(both.where(period=YEARS[0]), of_forces(Kent=1000, Essex=2000), by="force")
        assert found["rate"].tolist() == [3, 10]

    def test_a_name_that_changed_is_nobody_who_did_not_send(self):
        crimes = made(
            [("A & B", YEARS[0], 5), ("A and B", YEARS[1], 7), ("C", YEARS[0], 1)], *SENT, coverage=SENT
        )
        first = crimes.relabel("force", {"A & B": "A and B"}).where(period=YEARS[0])
        assert (rate(first, 1000).caveat, rate(first, of_forces(**{"A and B": 100, "C": 200})).exposure) == (
            "",
            300,
        )
        # They are two until they are joined.
        assert "the counts are not of A and B" in rate(crimes.where(period=YEARS[0]), 1000).caveat

    def test_a_name_that_changes_within_a_window_is_joined_before(self):
        """January and February under one name, March under the other: the quarter is whole, but not once it is rolled."""
        months, names = ("2024-01", "2024-02", "2024-03"), {"A & B": "A and B"}
        sent = [
            ("A & B", months[0], 1),
            ("A & B", months[1], 2),
            ("A and B", months[2], 4),
            ("C", months[0], 8),
        ]
        crimes = made([*sent, *[("C", m, 8) for m in months[1:]]], *SENT, coverage=SENT)
        rolled = crimes.relabel("force", names).rolling(3)
        assert rolled.to_dict() == {"force": ["A and B", "C"], "period": ["2024-Q1"] * 2, "count": [7, 24]}
        assert rate(rolled, of_forces(**{"A and B": 10, "C": 10}), per=1, by="force")["rate"].tolist() == [
            0.7,
            2.4,
        ]
        with pytest.raises(PoliceMetricsError, match=r"joined before rolling\(\): 'A and B' is one supplier"):
            crimes.rolling(3).relabel("force", names)
        assert crimes.rolling(3).relabel("force", {"C": "D"}).labels("force") == ("D",)
        assert crimes.rolling(2).relabel("force", {"A & B": "R", "C": "R"}).labels("force") == ("R",)

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

    @pytest.mark.parametrize("coverage", ["force", SENT, "period", None], ids=str)
    @pytest.mark.parametrize(
        "merge",
        [
            lambda t: t,
            lambda t: t.to_periods("quarter"),
            lambda t: t.relabel("period", {m: f"2024-Q{2 + (m > '2024-06')}" for m in t.labels("period")}),
            lambda t: t.relabel("force", {"Kent": "SE", "Essex": "SE"}),
            lambda t: t.to_periods("quarter").relabel("force", {"Kent": "SE", "Essex": "SE"}),
        ],
        ids=["months", "quarters", "named", "region", "both"],
    )
    def test_a_month_that_one_lacks(self, coverage, merge):
        """Kent's August is missing: whatever has been merged since, and where coverage leaves periods to the rows."""
        rows = [(f, f"2024-{m:02}", 5) for f in ("Kent", "Essex") for m in range(4, 10)]
        crimes = merge(made([r for r in rows if r[:2] != ("Kent", "2024-08")], *SENT, coverage=coverage))
        quarters = ("2024-Q2", "2024-Q3")
        found = rate_change(crimes, between=quarters)
        assert (found.old, found.new) == (30, 25)
        named = "force" in (coverage or ())
        assert ("supplied for one only: Kent 2024-08" in (found.reason or "")) is named
        assert found.reason is None or named
        assert found.caveat == "" or coverage is None
        if named:
            matched = rate_change(crimes, between=quarters, like_for_like="match")
            assert (matched.old, matched.new) == (25, 25)
            assert matched.exclusions.reasons == {"not like for like (Kent 2024-05)": 5}

    def test_halves_of_two_quarters(self):
        """Essex lacks one of four: it is named, with the quarter, not Essex alone."""
        rows = [(f, f"{y}-Q{q}", 5) for f in ("Kent", "Essex") for y in (2022, 2023) for q in (2, 3)]
        crimes = made([r for r in rows if r[:2] != ("Essex", "2023-Q3")], *SENT, coverage=SENT)
        found = rate_change(crimes, between=("2022-04 to 2022-09", "2023-04 to 2023-09"))
        assert "supplied for one only: Essex 2023-Q3" in found.reason

    def test_a_quarter_beside_its_months(self):
        """Kent sends quarters and Essex months: added up they are not told apart, and no quarter is known to be whole."""
        rows = [
            ("Kent", "2024-Q1", 5),
            ("Kent", "2024-Q2", 5),
            *(("Essex", f"2024-{m:02}", 5) for m in range(1, 7)),
        ]
        both = made(rows, *SENT, coverage=SENT).to_periods("quarter")
        with pytest.raises(
            PoliceMetricsError, match="2024-Q1 itself, or periods of one length that make it up"
        ):
            rate_change(both, between=("2024-Q1", "2024-Q2"))

    @pytest.mark.parametrize("lost_first", [True, False])
    def test_months_of_which_only_what_is_no_figure_came_in(self, lost_first):
        """January and February are Essex's alone, and no figures: dropping Essex does not make them figures."""
        rows = [("Essex", "2024-01", 9), ("Essex", "2024-02", 1), ("Kent", "2024-03", 2)]
        rows += [("Kent", f"2024-0{m}", 5) for m in (4, 5, 6)]
        months = made(rows, *SENT)
        if lost_first:
            quarters = months.not_supplied("lost", force="Essex").to_periods("quarter")
        else:
            quarters = months.to_periods("quarter").not_supplied("lost", force="Essex")
        left = quarters.drop(force="Essex")
        assert rate(left, 1, per=1).events == 15
        assert (
            rate(months.to_periods("quarter").drop(force="Essex"), 1, per=1).events == 17
        )  # these did come in

    def test_one_month_of_a_quarter(self):
        """Kent sent April, and then a whole quarter: what lacks is told by month, before and after they are added up."""
        months = made([("Kent", f"2024-{m:02}", 5) for m in (4, 7, 8, 9)], *SENT, coverage=SENT)
        quarters = ("2024-Q2", "2024-Q3")
        for crimes in (months, months.to_periods("quarter")):
            assert (
                rate_change(crimes, between=quarters).reason == "not available: no rows for 2024-05, 2024-06"
            )

    def test_what_was_dropped_is_not_missing(self):
        """Of three months named "early" the caller left out one: two are all of it."""
        months = made([("Kent", m, 5) for m in MONTHS], *SENT, coverage=SENT)
        early = months.drop(force="Kent", period="2024-03").relabel("period", dict.fromkeys(MONTHS, "early"))
        assert rate(early.where(period="early"), 100).events == 10

    @pytest.mark.parametrize(
        ("parts", "stands"),
        [
            (("2024-01", "2024-02", "2024-03"), True),
            (("2024-01", "2024-03"), False),
            (("2023-12", "2024-01"), True),  # a name that no calendar orders: all that is known in it
            (("2024-01 to 2024-02",), False),  # no number of these makes a quarter
        ],
    )
    def test_what_a_quarter_needs(self, parts, stands):
        named = dict.fromkeys(parts, "2024-Q1") | dict.fromkeys(("2024-04", "2024-05", "2024-06"), "2024-Q2")
        crimes = made([("Kent", p, 5) for p in named], *SENT, coverage=SENT).relabel("period", named)
        found = rate(crimes, of_forces(Kent=100), by="period").at(period="2024-Q1")
        lacking = f"not available: all counts were excluded (not all of 2024-Q1 supplied {5 * len(parts)})"
        assert found.reason == (None if stands else lacking)

    @pytest.mark.parametrize("coverage", [SENT, None], ids=str)
    def test_two_parts_of_two_quarters(self, coverage):
        """Kent lacks a month of both: each part stands in the ledger once, whether or not the forces are added up."""
        rows = [(f, f"2024-{m:02}", 5) for f in ("Kent", "Essex") for m in range(4, 10)]
        rows = [r for r in rows if r[:2] not in {("Kent", "2024-06"), ("Kent", "2024-09")}]
        quarters = made(rows, *SENT, coverage=coverage).to_periods("quarter")
        for crimes in (
            quarters,
            quarters.sum_to("period") if coverage else quarters.where(force=["Essex", "Kent"]),
        ):
            found = rate(crimes, of_forces(Kent=1000, Essex=3000), per=3000)
            assert (found.events, found.rate) == (30, 30)
            assert found.exclusions.reasons == {
                "not all of 2024-Q2 supplied": 10,
                "not all of 2024-Q3 supplied": 10,
            }

    @pytest.mark.parametrize("coverage", [SENT, None], ids=str)
    def test_residents_of_each_year_of_months(self, coverage):
        crimes = made(
            [("Kent", f"{y}-{m:02}", 1) for y in (2022, 2023) for m in range(1, 13)], *SENT, coverage=coverage
        )
        people = Exposure(
            {("Kent", "2022"): 10, ("Kent", "2023"): 20}, by=SENT, name="residents", date="mid-year"
        )
        found = rate(crimes.to_periods("calendar_year"), people, per=1, by="period")
        assert found["rate"].tolist() == [1.2, 0.6]

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

    def test_the_region_whose_residents_are_two_things_is_told(self):
        """Those of the East are the same both ways, those of the South East are not."""
        rows = [(f, YEARS[0], 10) for f in ("Essex", "Kent", "Surrey")]
        regions = made(rows, *SENT, coverage=SENT).relabel("force", SOUTH_EAST | {"Essex": "East"})
        people = of_forces(**{"Essex": 700, "East": 700, "Kent": 1000, "Surrey": 500, "South East": 9000})
        with pytest.raises(PoliceMetricsError, match=r"\(1,500 and 9,000\)"):
            rate(regions, people, by="force")

    def test_residents_of_one_who_sent_are_those_of_the_region(self):
        """Surrey did not send: the residents of Kent are given, and the South East is said to have as many."""
        later = self.TWO.relabel("force", SOUTH_EAST).where(period=YEARS[1])
        assert rate(later, of_forces(**{"Kent": 1000, "South East": 1000})).exposure == 1000

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

    def test_rows_that_lack_another_label(self):
        """A row of Kent without its offence shows that Kent sent; of what, is not known."""
        log = made([("Kent", None, 1), ("Essex", "x", 2)], "force", "offence")
        assert rate(log, of_forces(Kent=1000, Essex=1000)).exposure == 2000

    def test_coverage_that_names_no_period(self):
        """It proves no month: a quarter, like a window, is of who has a row in each, and has their residents."""
        rows = [("Kent", m, 5) for m in MONTHS[:1]] + [("Essex", m, 5) for m in MONTHS]
        months = made(rows, *SENT, coverage="force")
        people = of_forces(Kent=1000, Essex=1000)
        for longer in (months.to_periods("quarter"), months.rolling(3)):
            for by in ("period", None):
                found = rate(longer, people, by=by)
                (quarter,) = found if by else [found]
                assert (quarter.events, quarter.exposure, quarter.exclusions.excluded) == (15, 1000, 5)
            kent = rate(longer, people, by=["force", "period"]).at(force="Kent", period="2024-Q1")
            assert "supplied 5)" in kent.reason
        by_month = rate(months, people, by="period")
        assert (by_month["events"].tolist(), by_month["exposure"].tolist()) == ([10, 5, 5], [2000] * 3)

    def test_a_group_of_no_area(self):
        """All that is known of the later year lacks its force: nobody's residents are those of it."""
        side = Side(made([("Kent", YEARS[0], 5), (None, YEARS[1], 3)], *SENT))
        groups = made([(year, 1) for year in YEARS], "period")._cells
        sizes, reasons = Divisor.of(of_forces(Kent=10), ("period",), "exposure").sizes(groups, side)
        assert str(sizes.tolist()) == "[10.0, nan]"
        assert reasons.tolist() == [None, "not available: no residents for 2023/24"]

    def test_a_window_of_which_nobody_sent_a_month(self):
        """Nobody has a row in March, and coverage names no period: that is no 0."""
        rows = [("Kent", f"2024-{m:02}", 10) for m in (1, 2, 4, 5, 6)]
        months = made(rows, *SENT, coverage="force")
        for longer in (months.to_periods("quarter"), months.rolling(3)):
            found = rate(longer, of_forces(Kent=1000), by="period")
            assert found.at(period="2024-Q1").reason.endswith("supplied 20)")
            assert found.at(period="2024-Q2").events == 30

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

    def test_a_tally_of_those_who_sent_all_of_a_quarter(self):
        """Kent lacks June, and is left out of the quarter: the calls of Essex alone are what it is divided by."""
        rows = [(f, f"2024-{m:02}", 5) for f in ("Kent", "Essex") for m in (4, 5, 6)]
        quarter = made([r for r in rows if r[:2] != ("Kent", "2024-06")], *SENT, coverage=SENT).to_periods(
            "quarter"
        )
        assert rate(quarter, made([("Essex", 100)], "force")).rate == 150
        assert rate(quarter, made([("Essex", 100), ("Kent", 100)], "force")).reason.startswith(
            "not like for like"
        )

    def test_years_of_which_nothing_was_counted(self):
        """Of two years that were sent the second had no thefts: it is of both; of the first alone where that was chosen."""
        rows = [
            ("Kent", YEARS[0], "theft", 5),
            ("Kent", YEARS[1], "arson", 5),
            ("Essex", YEARS[0], "theft", 1),
        ]
        thefts = made(rows, *SENT, "offence", coverage=SENT).where(offence="theft")
        whens = [f.when for f in rate(thefts, of_forces(Kent=100, Essex=100), by="force")]
        assert whens == ["2022/23", "April 2022 to March 2024"]
        assert {type(when) for when in whens} == {str}

    REGIONS = Exposure({"South East": 1500, "East": 3000}, by="region", name="residents", date="mid-2022")
    LINES = (
        ("Kent", "South East", YEARS[0], 10),
        ("Kent", "South East", YEARS[1], 20),
        ("Surrey", "South East", YEARS[0], 5),
        ("Essex", "East", YEARS[0], 10),
        ("Essex", "East", YEARS[1], 9),
    )

    def test_residents_of_a_region_are_those_of_all_its_forces(self):
        """Surrey, of the South East, sent nothing in 2023/24: Kent's 20 are not those of 1,500 residents."""
        dims = ["force", "region", "period"]
        crimes = made(self.LINES, *dims, coverage=dims)
        why = "not available: the residents are those of Surrey too, who did not send"
        for by in (["period"], ["region", "period"]):
            found = rate(crimes, self.REGIONS, by=by)
            there = [f for f in found if f.group.get("region") != "East"]
            assert [f.reason for f in there] == [None, why]
        assert rate(crimes.where(period=YEARS[1]), self.REGIONS).reason == why
        east = rate(crimes.where(region="East"), self.REGIONS, by="period")
        assert east["exposure"].tolist() == [3000, 3000]
        # Surrey was not chosen, and that is what the figure is of: the caller sees its divisor.
        kent = crimes.where(force="Kent")
        assert rate(kent, self.REGIONS, by="period")["exposure"].tolist() == [1500, 1500]
        by_force = rate(crimes, self.REGIONS, by=["force", "period"])
        assert by_force.at(force="Kent", period=YEARS[1]).exposure == 1500

    @pytest.mark.parametrize("named", ["beside", "renamed", "renamed to regions, of forces"])
    def test_match_divides_by_those_who_are_compared(self, named):
        """Surrey is left out of both years, so the residents of the South East are not those of who is compared."""
        dims = ["force", "region", "period"]
        people = self.REGIONS
        if named == "beside":
            crimes, by = made(self.LINES, *dims, coverage=dims), "region"
        else:
            crimes, by = made([(f, y, n) for f, _, y, n in self.LINES], *SENT, coverage=SENT), "force"
            crimes = crimes.relabel("force", {f: r for f, r, *_ in self.LINES})
            people = of_forces(**{"South East": 1500, "East": 3000})
        if named.endswith("forces"):
            people = of_forces(Kent=1000, Surrey=500, Essex=3000)
        asked = {"between": YEARS, "like_for_like": "match", "exposure": people}
        table, whole = rate_change(crimes, by=by, **asked), rate_change(crimes, **asked)
        assert table.at(**{by: "East"}).old_exposure == 3000
        south = table.at(**{by: "South East"})
        if named.endswith("forces"):
            assert [f.new_exposure for f in (south, whole)] == [1000, 4000]
        else:
            why = "not available: the residents are those of Surrey too, who did not send both"
            assert [f.reason for f in (south, whole)] == [why, why]

    @pytest.mark.parametrize("coverage", [None, "force", "period", SENT], ids=str)
    @pytest.mark.parametrize(
        ("groups", "people", "wanted"),
        [
            (("Kent", "Essex"), {"Kent": 1000, "Surrey": 500, "Essex": 3000}, [1000, 3000]),
            (("South East", "Essex"), {"Kent": 1000, "Surrey": 500, "Essex": 3000}, [1500, 3000]),
            (("South East", "Essex"), {"South East": 1600, "Essex": 3000}, [1600, 3000]),
        ],
        ids=str,
    )
    def test_groups_that_are_compared_have_their_own_residents(self, coverage, groups, people, wanted):
        """Whatever was stated, and whether they are called as they were sent."""
        rows = [(f, y, 10) for f in ("Kent", "Surrey", "Essex") for y in YEARS]
        names = dict.fromkeys(("Kent", "Surrey"), "South East") if "South East" in groups else {}
        crimes = made(rows, *SENT, coverage=coverage).relabel("force", names)
        divisor = Divisor.of(of_forces(**people), (), "exposure")
        found = [divisor.sizes(Cells.single(), side) for side in both_groups(crimes, groups, "force")]
        assert [size.tolist() for size, _ in found] == [[n] for n in wanted]
        assert [reasons.tolist() for _, reasons in found] == [[None]] * 2

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

    @pytest.mark.parametrize(
        ("coverage", "period"),
        [(None, ""), ("period", ""), ("force", ""), (SENT, "2023"), (None, "2023")],
        ids=str,
    )
    def test_one_number_of_what_is_not_ragged(self, coverage, period):
        """Nothing is amiss where nobody is known to send, or where it is one period of two."""
        crimes = made(
            [("Kent", "2022", 1), ("Kent", "2023", 2), ("Essex", "2023", 4)], *SENT, coverage=coverage
        )
        side = both_periods(crimes, ("2022", "2023"), "period")[1] if period else Side(crimes)
        sizes, reasons = Divisor.of(50, (), "exposure").sizes(Cells.single(), side)
        assert (sizes.tolist(), reasons.tolist()) == ([50], [None])

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
        assert found.caveat == "the counts are not of Essex, who did not send; the divisor must not be either"
        assert rate(crimes.where(period=YEARS[0]), 1000).caveat == ""


class TestKnown:
    """Who is known, and so missing where nothing of them came in."""

    @pytest.mark.parametrize("offence", ["theft", None])
    @pytest.mark.parametrize("coverage", [SENT, None])
    def test_by_a_row_of_another_year(self, coverage, offence):
        """Whether or not that row lacks its offence: the residents of the region are those of Surrey, too."""
        rows = [("Kent", year, "theft", 5) for year in (*YEARS, "2024/25")]
        rows += [("Surrey", "2024/25", offence, 7)]
        counts = made(rows, *SENT, "offence", coverage=coverage)
        region = counts.relabel("force", {"Kent": "South East", "Surrey": "South East"})
        people = Exposure({"South East": 3000}, by="force", name="residents", date="mid-2022")
        found = rate_change(region, between=YEARS, exposure=people)
        assert found.reason.endswith("the residents are those of Surrey too, who did not send")
        assert rate_change(region, between=YEARS, exposure=of_forces(Kent=2000)).old_exposure == 2000

    def test_years_of_some_beside_quarters_of_others(self):
        """Merged into the label of the year, the quarters are no year of one who sent years."""
        rows = [("Kent", year, 100) for year in YEARS] + [("Essex", q, 10) for q in QUARTERS]
        merged = {q: YEARS[i > 3] for i, q in enumerate(QUARTERS)}
        with pytest.raises(
            InvalidInputError, match="2022/23 itself, or periods of one length that make it up"
        ):
            rate_change(made(rows, *SENT, coverage=SENT).relabel("period", merged), between=YEARS)

    def test_one_of_two_quarters(self):
        rows = [("Kent", q, 10) for q in ("2022-Q2", "2022-Q3", "2023-Q2", "2023-Q3")]
        rows += [("Essex", q, 10) for q in ("2022-Q2", "2022-Q3", "2023-Q2")]
        halves = ("2022-04 to 2022-09", "2023-04 to 2023-09")
        found = rate_change(made(rows, *SENT, coverage=SENT), between=halves)
        assert "supplied for one only: Essex 2023-Q3;" in found.reason
        loose = rate_change(made(rows, *SENT), between=halves)
        assert loose.caveat.startswith(
            "no coverage was stated, and only one of the periods has cells of Essex 2022-Q3"
        )

    def test_years_that_differ_where_nothing_was_stated(self):
        ragged = made([("Kent", YEARS[0], 5), ("Essex", YEARS[0], 6), ("Essex", YEARS[1], 7)], *SENT)
        people = of_forces(Kent=100, Essex=200)
        assert rate(ragged, people).reason.endswith("not the same suppliers in every period: no Kent 2023/24")
        assert rate(ragged, people, by="force").at(force="Kent").rate == 50

    def test_a_mark_on_a_window_says_nothing_of_its_months(self):
        months = made([("Kent", m, 10) for m in MONTHS] + [("Essex", m, 5) for m in MONTHS], *SENT)
        rolled = months.rolling(3).not_supplied("no", force="Kent")
        assert rate(rolled, of_forces(Kent=100, Essex=200)).reason == "not available: no"
        assert rate(rolled, of_forces(Kent=100, Essex=200), by="force").at(force="Essex").rate == 75

    @pytest.mark.parametrize(
        ("year", "kind", "why"),
        [
            (999, InvalidTypeError, "must be text"),
            (1000, InvalidInputError, "year must be from 1800"),
            (9999, InvalidInputError, "year must be from 1800"),
            (10_000, InvalidTypeError, "must be text"),
        ],
    )
    def test_numbers_that_are_no_years(self, year, kind, why):
        """A number of four digits is read as a year, and refused as one."""
        with pytest.raises(kind, match=why):
            rate_change(made([("2022/23", 1), ("2023/24", 2)], "period"), between=(year, 2023))


class TestGrain:
    """What was sent is known however it was added up since."""

    def test_halves_of_quarters_make_up_a_year(self):
        halves = {q: ("2022-04 to 2022-09", "2022-10 to 2023-03")[i > 1] for i, q in enumerate(QUARTERS[:4])}
        counts = made([("Kent", q, 10) for q in QUARTERS[:4]], *SENT, coverage=SENT).relabel("period", halves)
        assert counts.rolling(12).sum_to("period").to_dict() == {"period": ["2022/23"], "count": [40]}

    def test_a_row_that_lacks_what_is_not_needed(self):
        """It counts, beside what others left of a quarter of which they sent a part."""
        rows = [("Kent", m, "x", 5) for m in MONTHS] + [
            ("Kent", MONTHS[0], None, 7),
            ("Essex", MONTHS[0], "x", 5),
        ]
        counts = made(rows, *SENT, "offence", coverage=SENT).sum_to(*SENT).to_periods("quarter")
        found = rate(counts, of_forces(Kent=1000, Essex=500))
        assert (found.events, found.exposure, found.exclusions.excluded) == (22, 1000, 5)

    def test_a_quarter_of_one_row_that_lacks_its_offence(self):
        rows = [("Kent", q, None if q == "2023-Q3" else "x", 10) for q in QUARTERS]
        years = made(rows, *SENT, "offence").to_periods("financial_year")
        assert (rate_change(years, between=YEARS).old, rate_change(years, between=YEARS).new) == (40, 40)
        by_offence = rate_change(years, between=YEARS, by="offence").at(offence="x")
        assert by_offence.reason.endswith("no rows for x, 2023-Q3")

    def test_mere_names_of_months(self):
        """Two months called "before" are of both forces, in each."""
        months = [f"2024-{m:02}" for m in (1, 2, 3, 4)]
        counts = made([(f, m, 10) for f in ("Kent", "Essex") for m in months], *SENT)
        named = counts.relabel("period", {m: ("before", "after")[i > 1] for i, m in enumerate(months)})
        assert rate(named, of_forces(Kent=1000, Essex=600)).rate == 50

    def test_rows_without_their_period(self):
        counts = made([("Kent", YEARS[0], 5), ("Kent", YEARS[1], 6), ("Kent", None, 7)], *SENT)
        assert str(rate(counts, 1000)).startswith(
            "Recorded crime was 18.0 per 1,000 in April 2022 to March 2024 "
        )

    @pytest.mark.parametrize("forces", [["Kent"], ["Kent", "Essex"]])
    def test_offences_that_coverage_names_are_no_suppliers_of_their_own(self, forces):
        """No murder in the first year: the residents are those of the force all the same."""
        rows = [(f, y, "theft", 5) for f in forces for y in YEARS] + [
            (f, YEARS[1], "murder", 1) for f in forces
        ]
        counts = made(rows, *SENT, "offence", coverage=[*SENT, "offence"])
        found = rate(counts, of_forces(**dict.fromkeys(forces, 1000)), by="period")
        assert found["rate"].tolist() == [5, 6]

    def test_exclusions_are_exact_and_counted_once(self):
        large = made([("Kent", "x", 2**53 + 1), ("Kent", "y", 1)], "force", "offence").drop(offence="x")
        assert rate(large, {"Kent": 10}, by="force")[0].exclusions.excluded == 2**53 + 1
        years = ("2019", "2020", "2021")
        rows = [("Kent", y, o, n + i) for o, n in (("x", 10), ("y", 100)) for i, y in enumerate(years)]
        counts = made([*rows, ("Kent", None, "x", 3)], *SENT, "offence", coverage=SENT).drop(offence="y")
        for by in (None, "force"):
            table = rate_change(counts, versus="previous", by=by)
            assert "excluded counts: dropped: offence 303, missing period 3]" in repr(table)
            assert [row.exclusions.excluded for row in table] == [103, 204, 206]

    def test_the_side_is_named_as_it_is_written(self):
        below = made([("Kent", -5), ("Essex", 3)], "force")
        assert (
            "a total of −5 in Kent, below zero"
            in rate_change(below, groups=("Kent", "Essex"), of="force").reason
        )
        spelt_out = made([("year ending March 2023", -5), ("year ending March 2024", 7)], "period")
        assert "a total of −5 in year ending March 2023, " in rate_change(spelt_out, between=YEARS).reason


class TestFiles:
    """What was read from files is added once."""

    def of(self, *rows, dims=SENT):
        return made(rows, *dims, coverage=SENT)

    def test_the_same_cells_of_two_files(self):
        kent = self.of(("Kent", YEARS[0], 5), ("Kent", YEARS[1], 6))
        with pytest.raises(IncompatibleTalliesError, match="Kent 2022/23 stands in both, as do 1 more cells"):
            kent.released("July 2024") + kent.released("July 2025")
        assert (kent.released("July 2024") + kent).total == 22
        assert (
            kent.released("July 2024") + self.of(("Essex", YEARS[0], 5)).released("July 2025")
        ).total == 16

    def test_of_other_dimensions(self):
        """Of totals that were counted by different labels it is not known whether they are of the same cells."""
        kent = self.of(("Kent", YEARS[0], 5)).released("July 2024")
        finer = self.of(("Kent", YEARS[0], "x", 5), dims=[*SENT, "offence"]).released("July 2025")
        assert (kent + finer.sum_to(*SENT)).total == 10

    def test_a_release_that_is_not_known_of_all(self):
        mixed = self.of(("Kent", YEARS[0], 5)).released("July 2024") + self.of(("Essex", YEARS[0], 5))
        both = mixed + self.of(("Kent", YEARS[1], 5), ("Essex", YEARS[1], 5)).released("July 2025")
        assert "releases" not in rate_change(both, between=YEARS).caveat


class TestDropped:
    """What the caller took away is neither sent nor missing; of one period only, it is not like for like."""

    ROWS = made(
        [(f, y, o, n) for n, (f, y, o) in enumerate(itertools.product(("Kent", "Essex"), YEARS, "ab"), 1)],
        *SENT, "offence", coverage=SENT,
    )  # fmt: skip

    def test_an_offence_of_one_period(self):
        found = rate_change(self.ROWS.drop(offence="a", period=YEARS[0]), between=YEARS)
        assert found.reason == "not like for like: cells of one of the two periods were dropped"
        by_force = rate_change(
            self.ROWS.drop(offence="a", period=YEARS[0], force="Kent"), between=YEARS, by="force"
        )
        assert [row.reason for row in by_force] == [None, found.reason]
        both = rate_change(self.ROWS.drop(offence="a", period=[*YEARS]), between=YEARS)
        assert (both.old, both.new, both.reason) == (8, 12, None)

    def test_a_report(self):
        found = rate_change(self.ROWS.drop(force="Kent", period=YEARS[0]), between=YEARS)
        assert "supplied for one only: Kent;" in found.reason


class TestMissingCounts:
    """A count that a source left blank, and a comparison of what both periods have."""

    def of(self, **rows):
        pd = pytest.importorskip("pandas")
        return tally(pd.DataFrame(rows), by=[d for d in rows if d != "n"], count="n", coverage=SENT)

    def test_of_one_who_sent_nothing_else(self):
        """Surrey is left out of both, and by force says why."""
        counts = self.of(
            force=["Essex", "Essex", "Kent", "Kent", "Surrey", "Surrey"],
            period=[*YEARS] * 3,
            n=[5, 6, 7, 8, 9, None],
        )
        found = rate_change(counts, between=YEARS, like_for_like="match")
        assert (found.old, found.new, found.exclusions.excluded) == (12, 14, 9)
        by_force = rate_change(counts, between=YEARS, like_for_like="match", by="force")
        assert [row.reason is None for row in by_force] == [True, True, False]

    def test_of_one_who_sent_the_rest(self):
        counts = self.of(
            force=["Essex"] * 4 + ["Kent"] * 2, period=[YEARS[0]] * 2 + [YEARS[1]] * 2 + [*YEARS],
            offence=["a", "b"] * 2 + ["a"] * 2, n=[5, 6, 7, None, 8, 9],
        )  # fmt: skip
        found = rate_change(counts, between=YEARS, like_for_like="match")
        assert found.reason == "not available: n missing in the source"
        by_force = rate_change(counts, between=YEARS, like_for_like="match", by="force")
        assert [row.reason for row in by_force] == [found.reason, None]


class TestReasons:
    def test_a_label_that_is_missing_beside_what_was_dropped(self):
        """Of 2022 the thefts were dropped, and of another crime the force is not known: by force that is no 0."""
        rows = [("Kent", "2022", "theft", 2), (None, "2022", "arson", 3), ("Kent", "2023", "arson", 5)]
        crimes = made(rows, *SENT, "offence", coverage="period").drop(offence="theft")
        found = change_drivers(crimes, between=("2022", "2023"), of="force")
        lacking = "dropped: offence 2, missing force 3"
        assert found.at(force="Kent").reason == f"not available: all counts were excluded ({lacking})"

    def test_what_is_left_out_beside_what_is_counted(self):
        """Of either offence a row lacks its force, and others do not: by force those are counted."""
        rows = [(f, y, o, 2) for o in ("arson", "theft") for y in YEARS for f in ("Kent", None)]
        found = rate_change(made(rows, *SENT, "offence"), between=YEARS, by=["force", "offence"])
        kent = [f for f in found if f.group["force"] == "Kent"]
        assert [(f.old, f.new, f.reason) for f in kent] == [(2, 2, None)] * 2
        assert [f.exclusions.reasons for f in kent] == [{}] * 2

    def test_a_sum_of_one_group_beyond_64_bits(self):
        rows = [(f, y, n) for f, n in (("Kent", 2**62), ("Essex", 1)) for y in YEARS]
        with pytest.raises(CountOverflowError, match="got a sum of 9223372036854775808"):
            rate_change(made(rows, *SENT), between=YEARS, by="force")

    def test_a_group_of_which_nothing_was_counted(self):
        """Essex sent its reports: of thefts it had none."""
        rows = [(f, y, o, 1) for f, o in (("Kent", "theft"), ("Essex", "arson")) for y in YEARS]
        crimes = made(rows, *SENT, "offence", coverage=SENT).where(offence="theft")
        found = rate_change(crimes, between=YEARS, by="force")
        assert [(f.group["force"], f.old, f.new) for f in found] == [("Essex", 0, 0), ("Kent", 1, 1)]


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

    @pytest.mark.parametrize("name", [{}, {"Kent": "South East"}], ids=["as sent", "renamed"])
    def test_rows_that_are_marked_prove_no_month(self, name):
        """Nothing was stated, and only Kent had January and February: Essex has March, which is no quarter."""
        rows = [("Kent", m, 9) for m in MONTHS[:2]]
        rows += [("Essex", f"2024-{m:02}", n) for m, n in ((3, 2), (4, 5), (5, 6), (6, 7))]
        quarters = made(rows, *SENT).to_periods("quarter").relabel("force", name)
        kent = name.get("Kent", "Kent")
        marked = quarters.not_supplied("lost", force=kent, period="2024-Q1")
        for essex in (marked.drop(force=kent), marked.where(force="Essex")):
            assert rate(essex, 1).events == 18
        # Dropped without a mark, Kent shows that the one who sends did send January.
        assert rate(quarters.drop(force=kent), 1).events == 20


class TestGaps:
    """A count that is missing in the source: Kent has none for 2022; or for its thefts only, or for those of Surrey."""

    ROWS = tuple(
        (f, y, o) for f in ("Essex", "Kent", "Surrey") for y in ("2022", "2023") for o in ("arson", "theft")
    )
    ASKED: ClassVar = {"between": ("2022", "2023"), "like_for_like": "match"}
    GAP = "not available: n missing in the source"

    def crimes(self, *gaps):
        counts = [None if any(set(gap) <= set(row) for gap in gaps) else 1 for row in self.ROWS]
        columns = dict(zip((*SENT, "offence"), zip(*self.ROWS, strict=True), strict=True))
        pd = pytest.importorskip("pandas")
        return tally(pd.DataFrame(columns | {"n": counts}), by=[*SENT, "offence"], count="n", coverage=SENT)

    def reasons(self, crimes, *by):
        return {f.group[by[-1]]: f.reason for f in rate_change(crimes, by=by, **self.ASKED)}

    def test_a_whole_report(self):
        """It is left out with its supplier, and is the reason of that supplier's own row."""
        crimes = self.crimes(("Kent", "2022"))
        found = rate_change(crimes, **self.ASKED)
        assert (found.old, found.new, found.reason) == (4, 4, None)
        assert self.reasons(crimes, "offence") == {"arson": None, "theft": None}
        assert self.reasons(crimes, "force") == {"Essex": None, "Kent": self.GAP, "Surrey": None}
        assert self.reasons(self.crimes(("Essex", "2022")), "force")["Essex"] == self.GAP

    @pytest.mark.parametrize("force", ["Essex", "Kent", "Surrey"])
    def test_a_part_of_a_report(self, force):
        """Who sent it is compared: of all thefts, and so of all crimes, the number is not known."""
        crimes = self.crimes((force, "2022", "theft"))
        assert rate_change(crimes, **self.ASKED).reason == self.GAP
        assert self.reasons(crimes, "offence") == {"arson": None, "theft": self.GAP}
        wanted = dict.fromkeys(("Essex", "Kent", "Surrey")) | {force: self.GAP}
        assert self.reasons(crimes, "force") == wanted

    def test_the_first_of_two_reasons(self):
        """Of two offences of Kent the count is withheld, for one reason each: the first by the alphabet is named."""
        pd = pytest.importorskip("pandas")
        frame = pd.DataFrame({"force": ["Kent"] * 2, "offence": ["arson", "theft"], "n": ["[w]", "[c]"]})
        crimes = tally(
            frame, by=["force", "offence"], count="n", marks={"[w]": "withheld", "[c]": "confidential"}
        )
        assert rate(crimes, 100).reason == "not available: confidential"

    def test_of_a_divisor(self):
        """That the officers of Essex are not known does not concern Kent."""
        pd = pytest.importorskip("pandas")
        frame = pd.DataFrame({"force": ["Essex", "Kent", "Surrey"], "n": [None, 10, 20]})
        officers = tally(frame, by="force", count="n")
        crimes = made([("Essex", 5), ("Kent", 5)], "force")
        found = rate(crimes, officers, per=1, by="force")
        assert [f.reason for f in found] == ["not available: of the divisor, n missing in the source", None]
        assert rate(crimes.where(force="Kent"), officers, per=1, by="force")["rate"].tolist() == [0.5]


@pytest.mark.usefixtures("no_breaks")
class TestCaveats:
    def test_a_row_without_its_force_is_of_no_force(self):
        """It is of its year all the same, and no supplier of one year only."""
        crimes = made([("Kent", YEARS[0], 1), ("Kent", YEARS[1], 2), (None, YEARS[1], 4)], *SENT)
        found = rate_change(crimes, between=YEARS)
        assert (found.change, found.caveat, found.exclusions.excluded) == (5, "", 0)

    def test_a_quarter_that_one_lacks(self):
        """Kent has four quarters and three, and nothing was stated."""
        rows = [("Kent", q, 100) for q in QUARTERS[:7]] + [("Essex", q, 100) for q in QUARTERS]
        found = rate_change(made(rows, *SENT), between=YEARS)
        assert found.caveat.endswith("only one of the periods has cells of Kent 2023-Q1")
