"""A total among its parts: found by arithmetic and by name, refused wherever a dimension is added up."""

import re
import warnings

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import policemetrics as pm
from policemetrics._totals import known, proven, wholes
from policemetrics.errors import InvalidInputError, TotalByNameWarning
from policemetrics.tallies import Tally

YEARS = ("2022/23", "2023/24")

# ONS, police force area tables, year ending September 2023 and 2024: Kent.
KENT = {
    "Total recorded crime (excluding fraud)": (171594, 163168),
    "Violence against the person": (73757, 69119),
    "Homicide": (18, 19),
    "Death or serious injury - unlawful driving": (77, 108),
    "Violence with injury": (17915, 16463),
    "Violence without injury": (33868, 32018),
    "Stalking and harassment": (21879, 20511),
    "Sexual offences": (6439, 6364),
    "Robbery": (1115, 1080),
    "Theft offences": (46238, 46514),
    "Burglary": (6196, 6217),
    "Residential burglary": (4438, 4527),
    "Non-residential burglary": (1758, 1690),
    "Vehicle offences": (9396, 9870),
    "Theft from the person": (1084, 999),
    "Bicycle theft": (1178, 1096),
    "Shoplifting": (14376, 15595),
    "Other theft offences": (14008, 12737),
    "Criminal damage and arson": (19813, 18173),
    "Drug offences": (5500, 5364),
    "Possession of weapons offences": (1533, 1743),
    "Public order offences": (11333, 9342),
    "Miscellaneous crimes": (5866, 5469),
}
# The same of two regions, Wales and the railways, with an England of those two regions.
AREAS = {
    "ENGLAND AND WALES": (1553285, 1572297),
    "ENGLAND": (1211323, 1228403),
    "North East": (296542, 276039),
    "Cleveland": (82074, 74419),
    "Durham": (67739, 60910),
    "Northumbria": (146729, 140710),
    "London": (914781, 952364),
    "City of London": (7496, 7834),
    "Metropolitan Police": (907285, 944530),
    "WALES": (269561, 261331),
    "Dyfed-Powys": (40873, 36752),
    "Gwent": (58662, 58154),
    "North Wales": (58714, 53871),
    "South Wales": (111312, 112554),
    "British Transport Police": (72401, 82563),
}


def of_two_years(counts, dim="force"):
    """A tally of counts in two years by label."""
    return Tally.from_columns(
        {dim: [v for v in counts for _ in YEARS], "period": [*YEARS] * len(counts)},
        [n for both in counts.values() for n in both],
    )


def frame_of(tally):
    return pd.DataFrame(tally.to_dict()).rename(columns={"count": "n"})


def refused(call):
    with pytest.raises(InvalidInputError, match="must not hold a total beside its parts") as caught:
        call()
    return str(caught.value)


def cures(message, tally=None, frame=None):
    """What each call that a message proposes makes of the input that caused it."""
    calls = re.findall(r"(?:tally\(frame, .*?\)\.)?(?:drop|where)\((?:[^()]|\([^()]*\))*\)", message)
    names = {"tally": pm.tally, "frame": frame, "t": tally}
    return [eval(call if call.startswith("tally") else f"t.{call}", names) for call in calls]  # noqa: S307


def change(tally, **options):
    return pm.rate_change(tally, between=YEARS, **options)


SMALL = {"Essex": (1200, 1080), "Kent": (900, 1000)}


class TestRefused:
    @pytest.mark.parametrize(
        "total",
        [
            "Total",
            "TOTAL ",
            "Grand total",
            "All forces",
            "England & Wales",
            "National",
            "total [note 1]",
            "Both of them",
        ],
    )
    def test_a_total_by_whatever_name(self, total):
        """Named, the sums prove it; without a name they prove it where they are too many for chance."""
        tally = of_two_years(SMALL | {total: (2100, 2080)})
        message = refused(lambda: change(tally))
        assert (
            f"{total!r} is the sum of 'Essex', 'Kent' wherever it stands (2 cells, 2,100 in the first"
            in message
        )
        assert ("by chance in fewer than 1 of 30,000 tables" in message) == (total == "Both of them")
        for cured in cures(message, tally):
            assert (change(cured).old, change(cured).new) == (2100, 2080)
        apart = Tally.from_columns(
            {d: tally._cells.column(d).tolist() for d in tally.dims}, tally._cells.counts, overlapping="force"
        )
        assert len(change(apart, by="force")) == 3

    @pytest.mark.parametrize(
        ("counts", "dim", "drops", "whole"),
        [
            (KENT, "offence", 4, (171594, 163168)),
            (AREAS, "Area name", 5, (1553285, 1572297)),
        ],
    )
    def test_on_several_levels(self, counts, dim, drops, whole):
        """Published tables as they stand: all that holds others is named at once."""
        tally = of_two_years(counts, dim)
        dropped, chosen = cures(refused(lambda: change(tally)), tally)
        assert len(tally.labels(dim)) - len(dropped.labels(dim)) == drops
        for cured in (dropped, chosen):
            assert (change(cured).old, change(cured).new) == whole

    def test_figures_of_kent(self):
        tally = of_two_years(KENT, "offence").drop(
            offence=[
                "Total recorded crime (excluding fraud)",
                "Violence against the person",
                "Theft offences",
                "Burglary",
            ]
        )
        assert round(change(tally).percent_change, 2) == -4.91

    def test_everything_that_adds_up(self):
        """Whatever adds a dimension up refuses, and none that keeps it."""
        tally = of_two_years(SMALL | {"Total": (2100, 2080)})
        cells = {d: tally._cells.column(d).tolist() for d in tally.dims}
        offences = Tally.from_columns(cells | {"offence": ["theft"] * 6}, tally._cells.counts)
        outcomes = Tally.from_columns(
            {c: [v for v in column for _ in "ab"] for c, column in cells.items()}
            | {"outcome": ["1", "18"] * 6},
            [90, 500, 80, 600, 70, 400, 60, 300, 160, 900, 140, 900],
        )
        weights = pm.HarmWeights({"theft": 10}, name="own", version="1")
        asked = {"positive": "charged", "basis": "closed", "out_of": "outcomes"}
        people = pm.Exposure(
            {"Kent": 1e6, "Essex": 1e6, "Total": 2e6}, by="force", name="residents", date="mid-2022"
        )
        for call in (
            lambda: tally.total,
            lambda: tally.sum_to("period"),
            lambda: tally.relabel("force", dict.fromkeys(tally.labels("force"), "All")),
            lambda: change(tally),
            lambda: change(tally, exposure=people),
            lambda: pm.rate_change(tally, versus="previous"),
            lambda: pm.change_drivers(tally, between=YEARS, of="force"),
            lambda: pm.rate(tally, 1000),
            lambda: pm.rate(of_two_years(SMALL), tally.where(period="2023/24")),
            lambda: pm.harm_score(offences, weights),
            lambda: pm.harm_change(offences, weights, between=YEARS),
            lambda: pm.harm_drivers(offences, weights, between=YEARS, of="force"),
            lambda: pm.harm_index(offences, weights, base="2022/23"),
            lambda: pm.positive_outcome_rate(outcomes, **asked),
            lambda: pm.outcome_rate_change(outcomes, between=YEARS, **asked),
        ):
            refused(call)
        assert len(change(tally, by="force")) == len(pm.harm_score(offences, weights, by="force")) == 3
        assert "of 6 cells" in repr(tally)  # a sum would count twice
        assert tally.drop(force="Total").excluded.total == 4180

    def test_times(self):
        tally = Tally.from_columns(
            {
                "grade": ["1", "1", "2", "2", *["All grades"] * 3],
                "seconds": [300, 600, 600, 900, 300, 600, 900],
            },
            [3, 4, 5, 6, 3, 9, 6],
        )
        dropped, chosen = cures(refused(lambda: pm.summarise_times(tally)), tally)
        assert pm.summarise_times(dropped).mean == pm.summarise_times(chosen).mean == 650

    def test_years_beside_their_months(self):
        tally = Tally.from_columns(
            {"period": ["2023-Q1", "2023-01", "2023-02", "2023-03", "2023-Q2"]}, [600, 200, 250, 150, 300]
        )
        for call in (
            lambda: tally.total,
            lambda: tally.to_periods("calendar_year"),
            lambda: pm.rate(tally, 1000),
        ):
            refused(call)
        assert tally.drop(period="2023-Q1").to_periods("calendar_year").total == 900

    def test_in_the_periods_that_are_compared(self):
        """What other periods hold neither proves nor denies."""
        tally = of_two_years(SMALL | {"Total": (2100, 2080)})
        other = Tally.from_columns(
            {"force": ["Essex", "Kent", "Total"], "period": ["2010/11"] * 3}, [5, 6, 7]
        )
        refused(lambda: change(tally + other))

    def test_where_it_stands_for_some_labels_only(self):
        columns = {
            "offence": ["theft"] * 6 + ["robbery"] * 4,
            "force": ["Essex", "Kent", "All of it"] * 2 + ["Essex", "Kent"] * 2,
        }
        columns["period"] = [YEARS[0]] * 3 + [YEARS[1]] * 3 + [YEARS[0]] * 2 + [YEARS[1]] * 2
        refused(lambda: change(Tally.from_columns(columns, [1200, 900, 2100, 1080, 1000, 2080, 5, 6, 7, 8])))

    def test_half_of_all_others(self):
        """Districts and wards beside a total, of which no name tells: the total is half of the rest."""
        counts = {
            "a": (500, 600),
            "b": (700, 650),
            "a1": (200, 350),
            "a2": (300, 250),
            "b1": (600, 400),
            "b2": (100, 250),
        }
        message = refused(lambda: change(of_two_years(counts | {"whole": (1200, 1250)})))
        assert "which are there on 2 levels" in message
        (chosen,) = cures(message, of_two_years(counts | {"whole": (1200, 1250)}))
        assert change(chosen).old == 1200

    def test_a_total_that_leaves_something_out(self):
        counts = {"Robbery": (900, 1000), "Theft offences": (5000, 4000), "Fraud offences": (700, 800)}
        refused(
            lambda: change(of_two_years(counts | {"Total recorded crime (excluding fraud)": (5900, 5000)}))
        )
        counts = {"x": (900, 1000), "y": (5000, 4000), "z": (700, 800), "Total": (5900, 5000)}
        refused(lambda: change(of_two_years(counts)))


class TestFrames:
    @pytest.mark.parametrize(
        "made",
        [
            lambda f: f,
            pl.from_pandas,
            lambda f: pl.from_pandas(f).lazy(),
            lambda f: duckdb.from_arrow(pl.from_pandas(f).to_arrow()),
        ],
        ids=["pandas", "polars", "lazy", "duckdb"],
    )
    def test_a_column_that_nobody_asked_for(self, made):
        """A column that is left out is added up, too; the proposed calls run on the same frame."""
        frame = made(frame_of(of_two_years(SMALL | {"Total": (2100, 2080)})))
        for call in (lambda: change(frame, count="n"), lambda: pm.tally(frame, by="period", count="n")):
            found = cures(refused(call), frame=frame)
            assert len(found) == 2
            assert {change(cured).new for cured in found} == {2080}

    def test_columns_under_other_names(self):
        frame = frame_of(of_two_years(AREAS, "Area name")).rename(columns={"period": "year"}).assign(code=1)
        message = refused(lambda: pm.tally(frame, by={"period": "year"}, count="n"))
        assert {change(cured).new for cured in cures(message, frame=frame)} == {1572297}

    def test_dates(self):
        frame = pd.DataFrame(
            {"force": ["Essex", "Kent", "Total"], "when": pd.to_datetime(["2024-05-01"] * 3), "n": [5, 6, 11]}
        )
        message = refused(lambda: pm.tally(frame, date="when", count="n"))
        assert [cured.sum_to("period").total for cured in cures(message, frame=frame)] == [11, 11]

    def test_what_is_no_table_of_counts(self):
        """Rows that are counted are no totals; a column with its own name for every row is none either."""
        frame = frame_of(of_two_years(SMALL | {"Total": (2100, 2080)}))
        assert pm.tally(frame, by="period", count="rows").total == 6
        assert (
            pm.tally(
                frame[frame.force != "Total"].assign(note=["a", None, "b", "c"]), by="period", count="n"
            ).total
            == 4180
        )

    def test_the_same_areas_in_two_columns(self):
        frame = frame_of(of_two_years(AREAS, "name"))
        frame["code"] = frame["name"].str.upper() + "!"
        assert len(pm.tally(frame, by=["code", "period"], count="n").labels("code")) == len(AREAS)


@pytest.mark.usefixtures("no_breaks")
class TestByNameAlone:
    @pytest.mark.parametrize("counts", [(50, 60), (2101, 2080), (9000, 9000), (2100, 2100)])
    def test_warns_and_says_so(self, counts):
        tally = of_two_years(SMALL | {"National": counts})
        with pytest.warns(
            TotalByNameWarning, match=r"'National' by name holds others .*drop\(force='National'\)"
        ) as caught:
            found = change(tally)
        assert [note.code for note in found.caveats] == ["total-by-name"]
        (cured,) = cures(str(caught[0].message), tally)
        assert change(cured).new == 2080

    def test_what_is_not_whole_is_left_out_rather(self):
        """A group beside some of its subgroups: the group holds more than they."""
        tally = of_two_years(
            {"Theft offences": (900, 1000), "Shoplifting": (200, 300), "Robbery": (5, 6)}, "offence"
        )
        with pytest.warns(TotalByNameWarning, match=r"drop\(offence='Shoplifting'\)"):
            assert change(tally).new == 1306

    def test_frames(self):
        frame = frame_of(of_two_years(SMALL | {"Total": (50, 60)}))
        with pytest.warns(TotalByNameWarning) as caught:
            change(frame, count="n")
        (cured,) = cures(str(caught[0].message), frame=frame)
        assert change(cured).new == 2080

    @pytest.mark.parametrize(
        "labels",
        [
            ("All other theft offences", "Shoplifting", "Robbery"),
            ("Total Energies", "Kent", "Essex"),
            ("Nationality unknown", "British", "Other"),
            ("England and Wales", "Scotland", "Northern Ireland"),
            ("Theft", "Robbery", "Burglary"),
            ("Overall Street", "High Street", "Park"),
        ],
    )
    def test_no_total_is_silent(self, labels):
        """Whole labels alone name a total; one that lies elsewhere is none of it."""
        assert (
            change(of_two_years(dict(zip(labels, [(50, 60), (70, 80), (90, 100)], strict=True)))).new == 240
        )

    def test_one_that_stands_alone(self):
        assert change(of_two_years({"Total": (50, 60)})).new == 60
        tally = Tally.from_columns(
            {"force": ["Total", "Kent", "Essex"], "group": ["all", "a", "a"]}, [9, 4, 6]
        )
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert tally.sum_to("group").to_dict()["count"] == [10, 9]


@pytest.mark.usefixtures("no_breaks")
class TestNoTotal:
    """The caller has the last word: a label holds no others, although the sums agree, or its name says so."""

    ROUND = of_two_years({"Kent": (200, 250), "Essex": (120, 150), "Surrey": (80, 100)})

    @pytest.mark.parametrize(
        "call",
        [
            change,
            lambda t: t.total,
            lambda t: t.sum_to("period"),
            lambda t: t.relabel("force", {"Kent": "Essex"}),
            lambda t: pm.rate(t, 1000),
            lambda t: pm.rate(t.no_total(force="Kent"), t),
        ],
    )
    def test_the_error_offers_it(self, call):
        message = refused(lambda: call(self.ROUND))
        (offered,) = re.findall(r"If it holds no others, state (no_total\(.*?\))\.$", message)
        assert call(eval(f"t.{offered}", {"t": self.ROUND})) is not None  # noqa: S307

    def test_all_add_up(self):
        said = self.ROUND.no_total(force="Kent")
        assert (change(said).old, change(said).new, said.total) == (400, 500, 900)
        assert "Tally of 900 counts" in repr(said)
        assert "900" not in repr(self.ROUND)
        assert said == self.ROUND

    def test_frames(self):
        frame = frame_of(self.ROUND)
        message = refused(lambda: change(frame, count="n"))
        (offered,) = re.findall(r"state (tally\(.*\)\.no_total\(.*?\))\.$", message)
        assert change(eval(offered, {"tally": pm.tally, "frame": frame})).new == 500  # noqa: S307

    def test_a_name(self):
        """What only its name says is warned of until the caller says otherwise; what the sums prove, too."""
        for counts in ((50, 60), (2100, 2080)):
            tally = of_two_years(SMALL | {"National": counts})
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                found = change(tally.no_total(force="National"))
            assert (found.old, found.new, found.caveats) == (2100 + counts[0], 2080 + counts[1], ())
        with pytest.warns(TotalByNameWarning, match=r"if not, state no_total\(force='National'\)$"):
            change(of_two_years(SMALL | {"National": (50, 60)}))

    def test_what_lies_in_it_by_name(self):
        """A group of offences beside its subgroups; both years beside their quarters."""
        tally = of_two_years({"Theft offences": (5, 7), "Shoplifting": (5, 7), "Robbery": (1, 1)}, "offence")
        refused(lambda: change(tally))
        assert change(tally.no_total(offence="Theft offences")).new == 15

    def test_others_are_refused_as_before(self):
        counts = {"Kent": (200, 250), "Essex": (120, 150), "Surrey": (80, 100)}
        tally = of_two_years(counts | {"Total": (400, 500)}).no_total(force="Kent")
        assert "'Total' is the sum of" in refused(lambda: change(tally))
        assert change(tally.drop(force="Total")).new == 500

    def test_several(self):
        quarters = {"Theft offences": (6, 8), "Shoplifting": (6, 8), "Total": (13, 17), "Robbery": (7, 9)}
        tally = of_two_years(quarters, "offence")
        for holds in ("one of these", "it"):
            message = refused(lambda: change(tally))  # noqa: B023  # called at once
            (offered,) = re.findall(rf"If {holds} holds no others, state (no_total\(.*?\))\.$", message)
            tally = eval(f"t.{offered}", {"t": tally})  # noqa: S307
        assert change(tally).new == 42

    def test_beside_one_of_its_parts(self):
        """Two groups of which one holds the other do not compare, unless the caller says that it does not."""
        asked = {"groups": ("Essex", "Kent"), "of": "force"}
        tally = of_two_years(
            {"Kent": (200_000, 250_000), "Essex": (120_000, 150_000), "Surrey": (80_000, 100_000)}
        )
        with pytest.raises(InvalidInputError, match="must not lie in one another") as caught:
            pm.rate_change(tally, **asked)
        (offered,) = re.findall(r"if it holds no others, state (no_total\(.*?\))\.$", str(caught.value))
        found = pm.rate_change(eval(f"t.{offered}", {"t": tally}), **asked)  # noqa: S307
        assert (found.old, found.new) == (270_000, 450_000)

    def test_beside_what_holds_it_by_definition(self):
        """England holds Essex, whatever else stands beside them and comes to."""
        asked = {"groups": ("Essex", "England"), "of": "force"}
        tally = of_two_years({"England": (300, 350), "Essex": (120, 150), "Surrey": (80, 100)})
        with pytest.raises(InvalidInputError, match="'England' of 'force' holds 'Essex'"):
            pm.rate_change(tally, **asked)
        found = pm.rate_change(tally.no_total(force="England"), **asked)
        assert (found.old, found.new) == (270, 650)

    def test_it_stays(self):
        """Through choosing, adding, renaming and windows; what is merged with others may be a total again."""
        said, year = (
            self.ROUND.no_total(force="Kent"),
            Tally.from_columns(
                {"force": ["Kent", "Essex", "Surrey"], "period": ["2024/25"] * 3}, [300, 180, 120]
            ),
        )
        for one in (
            said.where(period=[*YEARS]),
            said.relabel("force", {"Kent": "KENT"}),
            said.forget(),
            said.to_periods("financial_year"),
            said + year,
            year + said,
            said.drop(period=YEARS[0]) + said.drop(period=YEARS[1]),
            said.no_total(force="Essex"),
            said.sum_to("period", "force"),
        ):
            assert one.total == 900 + 600 * (len(one.labels("period")) > 2)
        months = Tally.from_columns(
            {
                "force": ["Kent", "Essex", "Surrey"] * 3,
                "period": [m for m in ("2024-01", "2024-02", "2024-03") for _ in range(3)],
            },
            [400, 300, 100] * 3,
        )
        assert months.no_total(force="Kent").rolling(2).sum_to("period").to_dict()["count"] == [1600, 1600]
        refused(lambda: months.rolling(2).sum_to("period"))
        four = of_two_years({"A": (200, 250), "B": (100, 150), "C": (120, 160), "D": (180, 240)})
        joined = four.no_total(force="A").relabel("force", {"A": "AB", "B": "AB"})
        assert "'AB' is the sum of 'C', 'D'" in refused(lambda: joined.total)
        both = four.no_total(force=["A", "B"]).relabel("force", {"A": "AB", "B": "AB"})
        assert both.total == 1400

    @pytest.mark.parametrize(
        ("labels", "message"),
        [
            ({"force": "Kant"}, "Did you mean 'Kent'"),
            ({"area": "Kent"}, "no dimension 'area'"),
            ({}, "name at least one dimension"),
        ],
    )
    def test_bad_input(self, labels, message):
        with pytest.raises((InvalidInputError, pm.errors.UnknownNameError), match=message):
            self.ROUND.no_total(**labels)


class TestNoEvidence:
    def test_small_counts_and_two_labels(self):
        """Sums that may well coincide are none: 2 + 3 = 5, and two equal labels."""
        assert change(of_two_years({"a": (2, 1), "b": (3, 2), "c": (5, 3)})).new == 6
        assert change(of_two_years({"a": (5000, 6000), "b": (5000, 6000)})).new == 12000
        assert (
            change(of_two_years({"a": (500, 600), "b": (500, 600), "c": (500, 600), "d": (500, 600)})).new
            == 2400
        )
        assert change(of_two_years({"a": (5000, 6000), "b": (5000, 6000), "c": (0, 0)})).new == 12000

    @pytest.mark.parametrize("mean", [3, 10, 40])
    def test_random_tables(self, mean):
        """Of random tables of three labels and two periods none is refused, though sums of some agree."""
        random = np.random.default_rng(mean)
        for counts in random.poisson(mean, (1000, 3, 2)).tolist():
            cells = of_two_years(dict(zip("abc", map(tuple, counts), strict=True)))._cells
            assert not proven(cells, "force", ("period",))

    def test_what_is_known_is_kept(self):
        cells = of_two_years(SMALL | {"Total": (2100, 2080)})._cells
        assert wholes(cells, "force", ("period",)) is wholes(cells, "force", ["period"])


class TestLaws:
    @given(
        st.lists(st.lists(st.integers(200, 10**6), min_size=3, max_size=3), min_size=2, max_size=6),
        st.text("xyz", min_size=1, max_size=3),
    )
    def test_a_total_is_refused_and_its_parts_are_not(self, counts, name):
        """With a total of the others in every period the sum is refused, whatever it is called; without it, it stands."""
        parts = {f"part {i}": tuple(row) for i, row in enumerate(np.array(counts).T.tolist())}
        periods = [f"20{i:02}" for i in range(10, 10 + len(counts))]
        whole = {name: tuple(map(sum, counts))}

        def tally(columns):
            listed = [(d, p, n) for d, row in columns.items() for p, n in zip(periods, row, strict=True)]
            return Tally.from_columns(
                {"x": [r[0] for r in listed], "p": [r[1] for r in listed]}, [r[2] for r in listed]
            )

        refused(lambda: tally(parts | whole).sum_to("p"))
        dropped = tally(parts | whole).drop(x=name)
        if not any(2 * max(row) == sum(row) for row in counts):
            assert dropped.sum_to("p").to_dict()["count"] == [sum(row) for row in counts]

    def test_every_label_lies_in_no_circle(self):
        assert all(name not in known().above(name) for name in known().named.values())
        assert set(known().without) <= set(known().named)


class TestPublished:
    """Tables as they are published, with what is told of the same areas elsewhere."""

    def test_rounded_sizes(self):
        """Residents rounded to hundreds add up but for rounding; the proposed calls leave out what counts twice."""
        rows = {
            "K04000001": [573_000, 575_400],
            "E92000001": [542_000, 544_100],
            "W92000004": [31_100, 31_200],
        }
        rows |= {"E23000013": [300_100, 301_200], "E23000008": [242_000, 242_900]}
        tally = of_two_years({code: tuple(n) for code, n in rows.items()}, "area")
        message = refused(lambda: tally.sum_to("period"))
        assert "'E92000001' is, but for rounding, the sum of" in message or "so is 'E92000001'" in message
        dropped, chosen = cures(message, tally)
        assert dropped.labels("area") == ("E23000008", "E23000013", "W92000004")
        assert chosen.labels("area") == ("K04000001",)

    def test_a_region_and_a_force_of_one_name(self):
        """Kept apart by name, the region of the West Midlands still stands beside its force."""
        columns = {"name": ["West Midlands", "West Midlands", "Staffordshire", "Warwickshire"] * 2}
        columns["code"] = ["E12000005", "E23000014", "E23000015", "E23000017"] * 2
        columns["period"] = [YEARS[0]] * 4 + [YEARS[1]] * 4
        tally = Tally.from_columns(columns, [600, 300, 200, 100, 660, 330, 210, 120])
        dropped, _ = cures(refused(lambda: change(tally, by="name")), tally)
        assert change(dropped, by="name").at(name="West Midlands").new == 330

    def test_kent(self, shared_data):
        """Table P1 of ONS as it stands: every force, with its total, groups and subgroups."""
        table = pd.read_csv(shared_data / "pfa_tables" / "pfa_counts.csv")
        table = table[table["year_ending"].isin(["2018-12", "2019-12"]) & (table["area_name"] == "Kent")]
        table = table.assign(n=pd.to_numeric(table["offences"], errors="coerce"))
        tally = pm.tally(table, by={"period": "year_ending", "offence": "offence"}, count="n")
        totals = tally.where(offence="Total recorded crime (excluding fraud)").sum_to("period")
        for cured in cures(refused(lambda: tally.sum_to("period")), tally):
            assert cured.sum_to("period") == totals or cured.sum_to("period").to_dict() == totals.to_dict()
