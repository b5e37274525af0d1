"""A metric of one's own, in a file outside the package: the example of docs/howto/own-metric.md as users would have it."""

import importlib
import math
import pickle
import subprocess
import sys

import pages
import pandas as pd
import pytest

import policemetrics as pm
from policemetrics import Results, Tally, extend
from policemetrics.claims import check_claim
from policemetrics.errors import InvalidInputError, InvalidTypeError, UnknownNameError
from policemetrics.testing import assert_equal

YEARS = ("2022/23", "2023/24")
COVERED = {"coverage": ["force", "period"], "unit": "victims"}
NAME = "repeat_victims"


@pytest.fixture(scope="module")
def source():
    return next(pages.blocks(pages.DOCS / "howto" / "own-metric.md")).code


@pytest.fixture
def own(source, tmp_path, monkeypatch):
    """Write the example's file to a folder of its own, and import it from there."""
    (tmp_path / f"{NAME}.py").write_text(source, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, NAME, raising=False)
    yield importlib.import_module(NAME)
    sys.modules.pop(NAME, None)


def victims(worlds, **options):
    """Make a tally of {(force, period): {crimes: victims}}."""
    rows = [(f, p, n, many) for (f, p), counts in worlds.items() for n, many in counts.items()]
    columns = dict(zip(("force", "period", "crimes"), map(list, zip(*rows, strict=True)), strict=False))
    return Tally.from_columns(columns, [row[-1] for row in rows], **COVERED | options)


KENT = {("Kent", YEARS[0]): {1: 800, 2: 150, 3: 50}, ("Kent", YEARS[1]): {1: 700, 2: 200, 5: 100}}
ESSEX = {("Essex", YEARS[0]): {1: 450, 2: 50}, ("Essex", YEARS[1]): {1: 425, 4: 75}}
BOTH = KENT | ESSEX
LATER = KENT | {("Essex", YEARS[1]): ESSEX["Essex", YEARS[1]]}


class TestOneTally:
    def test_by_hand(self, own):
        """150 + 50 of 1,000; Wilson's limits for 200 of 1,000, as `share` gives them."""
        figure = own.repeat_victim_rate(victims(KENT).where(period=YEARS[0]))
        assert (figure.again, figure.victims, figure.rate, figure.reason) == (200.0, 1_000.0, 0.2, None)
        same = pm.share(200, 1_000)
        assert (figure.rate_low, figure.rate_high) == (same.share_low, same.share_high)
        assert figure.interval == pm.Interval(same.share_low, same.share_high, 0.95, "wilson")
        assert str(figure) == (
            "20.00% of victims were victims of 2 crimes or more (95% interval 17.64% to 22.59%): 200 of 1,000."
        )

    def test_a_table_by_group(self, own):
        table = own.repeat_victim_rate(victims(BOTH), by=["force", "period"], least=3)
        assert isinstance(table, Results)
        assert {tuple(f.group.values()): f.rate for f in table} == {
            ("Essex", YEARS[0]): 0.0, ("Essex", YEARS[1]): 0.15, ("Kent", YEARS[0]): 0.05, ("Kent", YEARS[1]): 0.1,
        }  # fmt: skip
        assert table.sort("rate")[0].group == {"force": "Essex", "period": YEARS[0]}

    def test_a_frame(self, own):
        """A frame of victims, one a row, is the tally of them."""
        frame = pd.DataFrame({"force": ["Kent"] * 4 + ["Essex"], "crimes": [1, 1, 2, 3, 1]})
        table = own.repeat_victim_rate(frame, by="force")
        assert {f.group["force"]: (f.again, f.victims) for f in table} == {
            "Kent": (2.0, 4.0),
            "Essex": (0.0, 1.0),
        }

    def test_dates_of_a_frame(self):
        """They make the period that is compared, or a row of each."""
        frame = pd.DataFrame(
            {"force": ["Kent"] * 3, "at": pd.to_datetime(["2022-05-01"] * 2 + ["2023-05-01"])}
        )
        dated = {"date": "at", "every": "financial_year"}
        for by, period in (("force", "period"), (["force", "period"], "")):
            tally, kept = extend.read_counts(frame, by, period, **dated)
            assert kept == tuple(by if isinstance(by, list) else [by])
            assert tally.sum_to("period").to_dict() == {"period": list(YEARS), "count": [2, 1]}
        with pytest.raises(InvalidInputError, match="leave period='year' out"):
            extend.read_counts(frame, "force", "year", **dated)

    def test_what_is_left_out_is_said(self, own):
        found = own.repeat_victim_rate(victims({("Kent", "2023/24"): {1: 3, 2: 1, None: 2}}))
        assert (found.exclusions.counted, found.exclusions.excluded) == (4, 2)
        assert str(found).endswith("Left out: missing crimes 2.")

    def test_reasons(self, own):
        """Nobody was a victim; not supplied; a total below zero."""
        world = {
            ("Kent", "2023/24"): {1: 0},
            ("Essex", "2023/24"): {1: -5, 2: 3},
            ("Surrey", "2023/24"): {1: 1, 2: 1},
        }
        tally = victims(world).not_supplied("the file was late", force="Surrey")
        table = own.repeat_victim_rate(tally, by="force")
        assert {f.group["force"]: f.reason for f in table} == {
            "Kent": "not available: a share of no victims",
            "Essex": "not available: a total of −2, below zero: corrections outweigh what was recorded",
            "Surrey": "not available: the file was late",
        }
        assert all(math.isnan(f.rate) and math.isnan(f.rate_low) for f in table)
        # A total is shown where it was supplied, and hidden where it was not.
        assert [None if math.isnan(f.victims) else f.victims for f in table] == [-2.0, 0.0, None]
        assert str(table.at(force="Kent")) == "Kent: repeat victims: not available: a share of no victims."

    def test_a_caveat_travels(self, own):
        figure = own.repeat_victim_rate(victims(KENT), caveat="a new system")
        assert figure.caveat == "a new system"
        assert [note.code for note in figure.caveats] == ["stated"]
        assert str(figure).endswith("Caveat: a new system.")

    @pytest.mark.parametrize(
        ("options", "error"),
        [
            ({"by": "nope"}, UnknownNameError),
            ({"by": 5}, InvalidTypeError),
            ({"crimes": "nope"}, UnknownNameError),
            ({"caveat": 5}, InvalidTypeError),
            ({"confidence_level": 95}, InvalidInputError),
        ],
    )
    def test_bad_input_is_refused(self, own, options, error):
        with pytest.raises(error):
            own.repeat_victim_rate(victims(BOTH), **options)


class TestTwoPeriods:
    def test_by_hand(self, own):
        """200 of 1,000, then 300 of 1,000: ten points more, with Newcombe's limits."""
        figure = own.repeat_victim_change(victims(KENT), between=YEARS)
        low, high = pm.intervals.newcombe(300, 1_000, 200, 1_000)
        assert (figure.old, figure.new, figure.between) == (0.2, 0.3, YEARS)
        assert figure.points == pytest.approx(10)
        assert (figure.points_low, figure.points_high) == (100 * low, 100 * high)
        assert (figure.old_again, figure.old_victims, figure.new_again, figure.new_victims) == (
            200,
            1_000,
            300,
            1_000,
        )

    def test_like_for_like(self, own):
        """Essex sent one year only: refused; left out of both; or, by force, its own row alone."""
        tally = victims(LATER)
        refused = own.repeat_victim_change(tally, between=YEARS)
        assert (
            refused.reason
            == "not like for like: supplied for one only: Essex; like_for_like='match' leaves out what one side lacks"
        )
        matched = own.repeat_victim_change(tally, between=YEARS, like_for_like="match")
        alone = own.repeat_victim_change(victims(KENT), between=YEARS)
        assert (matched.points, matched.points_low) == (alone.points, alone.points_low)
        assert matched.exclusions.reasons == {"not like for like (Essex)": 500}
        by_force = own.repeat_victim_change(tally, between=YEARS, by="force")
        assert by_force.at(force="Kent").points == alone.points
        assert by_force.at(force="Essex").reason == "not available: no rows for Essex, 2022/23"

    def test_nothing_stated(self, own):
        """Without coverage the force that has one year only is named; the caller's own caveat comes first."""
        figure = own.repeat_victim_change(victims(LATER, coverage=None), between=YEARS, caveat="revised")
        assert (
            figure.caveat == "revised; no coverage was stated, and only one of the periods has cells of Essex"
        )
        assert [note.code for note in figure.caveats] == ["stated", "coverage-not-stated"]
        with pytest.raises(InvalidInputError, match="needs to know who supplied"):
            own.repeat_victim_change(victims(LATER, coverage=None), between=YEARS, like_for_like="match")

    def test_how_often_is_no_supplier(self, own):
        """Five crimes occur in one year only: that is what the figure is about."""
        assert own.repeat_victim_change(victims(KENT, coverage=None), between=YEARS).caveat == ""

    def test_the_period_has_one_role(self, own):
        with pytest.raises(InvalidInputError, match="by must not name the period dimension 'period'"):
            own.repeat_victim_change(victims(BOTH), between=YEARS, by="period")


class TestTwoGroups:
    def test_the_same_as_two_selections_by_hand(self, own):
        tally = victims(BOTH).where(period=YEARS[1])
        gap = own.repeat_victim_gap(tally, groups=("Kent", "Essex"), of="force")
        kent, essex = (own.repeat_victim_rate(tally.where(force=force)) for force in ("Kent", "Essex"))
        low, high = pm.intervals.newcombe(essex.again, essex.victims, kent.again, kent.victims)
        assert (gap.old, gap.new, gap.points) == (kent.rate, essex.rate, 100 * (essex.rate - kent.rate))
        assert (gap.points_low, gap.points_high) == (100 * low, 100 * high)
        assert (gap.old_again, gap.old_victims) == (kent.again, kent.victims)
        assert (gap.new_again, gap.new_victims) == (essex.again, essex.victims)
        assert gap.between == ("Kent", "Essex")
        assert str(gap).startswith(
            "Repeat victims: 30.00% in Kent, 15.00% in Essex: −15.00 percentage points"
        )

    def test_by_period(self, own):
        """The two groups in each period, against each period chosen by hand."""
        tally = victims(BOTH)
        table = own.repeat_victim_gap(tally, groups=("Kent", "Essex"), of="force", by="period")
        for year in YEARS:
            one = own.repeat_victim_gap(tally.where(period=year), groups=("Kent", "Essex"), of="force")
            assert table.at(period=year).points == one.points

    def test_like_for_like(self, own):
        """Essex sent one year, Kent two: over both years they do not compare."""
        assert own.repeat_victim_gap(victims(LATER), groups=("Kent", "Essex"), of="force").reason == (
            "not like for like: supplied for one only: 2022/23; like_for_like='match' leaves out what one side lacks"
        )
        loose = own.repeat_victim_gap(victims(LATER, coverage=None), groups=("Kent", "Essex"), of="force")
        assert loose.caveat == "no coverage was stated, and only one of the groups has cells of 2022/23"

    @pytest.mark.parametrize(
        ("groups", "of", "error"),
        [
            (("Kent", "Kent"), "force", InvalidInputError),
            (("Kent", "Nope"), "force", UnknownNameError),
            ("Kent", "force", InvalidTypeError),
            (("Kent", "Essex"), "nope", UnknownNameError),
        ],
    )
    def test_bad_input_is_refused(self, own, groups, of, error):
        with pytest.raises(error):
            own.repeat_victim_gap(victims(BOTH), groups=groups, of=of)


class TestTheFigureIsOne:
    """What every figure of the package can do, that of one's own can."""

    def test_pickling(self, own):
        table = own.repeat_victim_rate(victims(BOTH), by="force")
        assert pickle.loads(pickle.dumps(table)) == table
        assert pickle.loads(pickle.dumps(table[0])) == table[0]
        assert hash(table[0]) == hash(own.repeat_victim_rate(victims(BOTH), by="force")[0])

    def test_tables(self, own):
        table = own.repeat_victim_change(victims(BOTH), between=YEARS, by="force")
        assert table.columns == (
            "force",
            "old",
            "new",
            "points",
            "points_low",
            "points_high",
            "reason",
            "excluded",
        )
        assert repr(table).splitlines()[-1] == "[RepeatVictimChange, 2 rows]"
        audit = table.to_dict(audit=True)
        assert (audit["between"], audit["least"]) == (["2022/23 to 2023/24"] * 2, [2, 2])
        assert "| Essex | 10.00% | 15.00% | +5.00 |" in table.to_markdown()
        assert table.to_pandas()["points"].tolist() == table["points"].tolist()
        assert_equal(Results.of(list(table)), table)

    def test_types_without_the_future_import(self, source, tmp_path, monkeypatch):
        """Annotations may be classes or text: the exports have floats either way."""
        eager = source.replace("from __future__ import annotations\n", "")
        assert eager != source
        (tmp_path / "eager_victims.py").write_text(eager, encoding="utf-8")
        monkeypatch.syspath_prepend(tmp_path)
        table = importlib.import_module("eager_victims").repeat_victim_change(
            victims(BOTH), between=YEARS, by="force"
        )
        kinds = table.to_pandas(audit=True).dtypes
        assert {str(kinds[name]) for name in ("old", "points_low", "old_again", "confidence_level")} == {
            "float64"
        }

    def test_rows_of_different_definition_are_told_apart(self, own):
        found = [own.repeat_victim_rate(victims(KENT), least=least) for least in (2, 3)]
        assert "least" in repr(Results.of(found)).splitlines()[1]

    def test_a_claim(self, own):
        """The headline is the class's own estimate."""
        figure = own.repeat_victim_rate(victims(KENT).where(period=YEARS[0]))
        assert check_claim(figure, "a fifth").verdict == "supported"
        assert check_claim(figure, "a quarter").verdict == "contradicted"

    def test_a_picture(self, own):
        matplotlib = pytest.importorskip("matplotlib")
        matplotlib.use("agg")
        ax = pm.plot.by_group(own.repeat_victim_rate(victims(BOTH), by="force"))
        assert ax.get_title(loc="left").startswith("Rate: highest in Kent")
        ax.figure.clear()

    def test_from_another_process(self, source, tmp_path):
        """The file needs the package alone."""
        (tmp_path / f"{NAME}.py").write_text(source, encoding="utf-8")
        script = (
            f"import policemetrics as pm, {NAME}\n"
            "tally = pm.Tally.from_columns({'crimes': [1, 2]}, [3, 1])\n"
            f"print({NAME}.repeat_victim_rate(tally).rate)"
        )
        done = subprocess.run(  # noqa: S603  # our own script
            [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True
        )
        assert done.stdout == "0.25\n"


class TestDeclarations:
    """What a class of figures says of itself is checked where it is made."""

    @pytest.mark.parametrize(
        "made",
        [
            lambda: extend.column("percentage"),
            lambda: extend.column("share", "rate"),
            lambda: extend.input_field("divisor"),
            lambda: extend.figure(estimate="nope")(type("Own", (extend.Figure,), {})),
            lambda: extend.figure(estimate="a")(
                type(
                    "Own",
                    (extend.Figure,),
                    {"a": extend.column("count", of="b"), "__annotations__": {"a": float}},
                )
            ),
        ],
        ids=["form", "role", "role of an input", "estimate", "of"],
    )
    def test_unknown_words_are_refused(self, made):
        with pytest.raises(UnknownNameError, match="must be one of"):
            made()

    def test_labels_of_no_dimension(self):
        found = extend.Grouped.of(victims(BOTH).where(period=YEARS[1]), ("force",))
        with pytest.raises(UnknownNameError, match="the tally has no dimension 'beat'"):
            found.only(beat=["North"])

    def test_a_divisor_of_two_periods(self):
        """A tally has a part for each, one number is that of both."""
        crimes, calls = (
            pm.Tally.from_columns({"force": ["Kent"] * 2, "period": YEARS}, counts)
            for counts in ([5, 6], [50, 20])
        )
        pair = extend.Comparison.of(crimes, extend.both_periods(crimes, YEARS, "period"), ())
        for given, wanted in ((calls, [[50], [20]]), (7, [[7], [7]])):
            sizes = pair.divide(*extend.Divisor.of(given, (), "calls").between(YEARS, "period"))
            assert [size.tolist() for size in sizes] == wanted

    def test_a_divisor(self):
        """Victims per resident, joined by label; a force without residents says so."""
        tally = victims(BOTH).where(period=YEARS[1])
        found = extend.Grouped.of(tally, ("force",))
        residents = pm.Exposure({"Kent": 2_000}, by="force", name="residents", date="mid-2022")
        sizes = found.divide(extend.Divisor.of(residents, ("force",), "exposure"))
        assert sizes[1] == 2_000
        assert math.isnan(sizes[0])
        assert found.rows.reasons.tolist() == ["not available: no residents for Essex", None]
        assert found.rows.usable(found.counted)[0].tolist() == [1, 1_000]
