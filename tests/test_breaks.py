"""Breaks in series: the table, what labels stand for, and which comparisons say that they cross one."""

from __future__ import annotations

from datetime import date

import attrs
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import policemetrics as pm
from policemetrics import Period, Tally, definitions
from policemetrics._compare import are_offences, codes_of, forces_of, lies_between
from policemetrics.definitions import breaks, force_names, offences

YEARS = ("2022/23", "2023/24")
RULE = "counting of stalking"
SPLIT = "28E is 28I, 28M from 2023/24"
OUTCOME = {"positive": "charged", "out_of": "outcomes"}


def crimes(counts, **columns):
    return Tally.from_columns(columns, counts)


def said(figure):
    return [note.short for note in figure.caveats if note.code.startswith("break")]


def two_years(years=YEARS, **labels):
    """Counts of each label in both years."""
    ((dim, named),) = labels.items()
    rows = [(year, label) for label in named for year in years]
    periods, column = zip(*rows, strict=True)
    return crimes([100 + i for i in range(len(rows))], period=periods, **{dim: column})


class TestTable:
    def test_each_has_a_source(self):
        for one in breaks().values():
            assert all((one.source, one.licence, one.short, one.note))
            assert one.begins <= one.by
            assert one.kind in {"change", "moved", "split", "incomplete"}
            assert (one.ends is not None) == (one.kind == "incomplete")

    def test_names_are_those_of_the_definitions(self):
        """A force is in `force_names`, and every offence stands for codes."""
        assert {one.force for one in breaks().values()} <= {"", *force_names()}
        for one in breaks().values():
            assert all(codes_of(one.offences).values()), one.name
            assert bool(one.codes) == bool(one.offences)

    def test_the_rule_of_spring_2023(self):
        rule = breaks()["counting-2023"]
        assert rule.begins == date(2023, 4, 1)
        assert rule.codes == {c for c, o in offences().items() if o.subgroup == "Stalking and harassment"}

    @pytest.mark.parametrize(
        ("name", "earlier", "later", "across"),
        [
            ("counting-2023", "2022/23", "2023/24", True),
            ("counting-2023", "2021/22", "2022/23", False),
            ("counting-2023", "2023/24", "2024/25", False),
            ("counting-2023", "2023-03", "2023-04", True),
            ("counting-2023", "2023-02", "2023-03", False),
            ("counting-2023", "2021/22", "2024/25", True),
            ("counting-2023", "2022", "2023", True),
            ("greater-manchester-2019", "2018/19", "2019/20", True),
            ("greater-manchester-2019", "2019-Q1", "2019-Q2", False),
            ("north-yorkshire-2018", "2018/19", "2019/20", True),
            ("north-yorkshire-2018", "2016/17", "2017/18", False),
            ("north-yorkshire-2018", "2020/21", "2021/22", True),
            ("north-yorkshire-2018", "2021/22", "2022/23", False),
            ("code-1/4.1/4.10/4.2", "2017/18", "2018/19", True),
            ("code-1/4.1/4.10/4.2", "2018/19", "2019/20", True),
            ("code-1/4.1/4.10/4.2", "2019/20", "2020/21", False),
        ],
    )
    def test_what_lies_between(self, name, earlier, later, across):
        assert lies_between(breaks()[name], Period.parse(earlier), Period.parse(later)) == across

    @pytest.mark.parametrize(
        ("name", "of", "day", "across"),
        [
            ("counting-2023", "by", date(2022, 4, 1), False),
            ("counting-2023", "by", date(2022, 4, 2), True),
            ("counting-2023", "begins", date(2024, 3, 31), True),
            ("counting-2023", "begins", date(2024, 4, 1), False),
            ("north-yorkshire-2018", "ends", date(2022, 3, 31), False),
            ("north-yorkshire-2018", "ends", date(2022, 4, 1), True),
            ("north-yorkshire-2018", "begins", date(2024, 3, 31), True),
            ("north-yorkshire-2018", "begins", date(2024, 4, 1), False),
        ],
    )
    def test_to_the_day(self, name, of, day, across):
        """2022/23 and 2023/24: the first of April 2022 is in the earlier, the last of March 2024 in the later."""
        days = {"begins": date(2022, 4, 2), "by": date(2024, 3, 30), "ends": date(2030, 1, 1)}
        days = {**days, "begins": date(2000, 1, 1)} if of != "begins" else days
        one = breaks()[name]
        moved = attrs.evolve(one, **{**days, "ends": one.ends and days["ends"], of: day})
        assert lies_between(moved, *map(Period.parse, YEARS)) == across


class TestLabels:
    @pytest.mark.parametrize(
        ("label", "holds", "not_of"),
        [
            ("8L", "8L", "34B"),
            ("Stalking & Harassment", "8Q", "28E"),
            ("Violence against the person", "8L", "34B"),
            ("violence", "8L", "34B"),
            ("Violence and sexual offences", "8R", "46"),
            ("violence-and-sexual-offences", "8R", "46"),
            ("Total recorded crime", "8L", "—"),
            ("Residential burglary", "28I", "30C"),
            ("Miscellaneous crimes against society", "15", "8L"),
        ],
    )
    def test_offences(self, label, holds, not_of):
        codes = codes_of([label])[label]
        assert holds in codes
        assert not_of not in codes

    @pytest.mark.parametrize(
        ("dim", "labels", "are"),
        [
            ("code", ["8L", "46"], True),
            ("offence", ["1", "2"], True),
            ("outcome", ["1", "2", "3A", "18"], False),
            ("grade", ["1", "2"], False),
            ("kind", ["1", "28E"], True),
            ("offence", ["8L", "something else"], True),
            ("sex", ["Female", "Male", "Other"], False),
            ("flag", ["Domestic", "Non-domestic"], False),
            ("place", ["Public", "Private"], False),
            ("force", ["Kent", "CIFAS", "UK Finance", "Action Fraud"], False),
            ("code", ["46", "CIFAS", "8L"], True),
            ("lsoa", [f"E0100{i}" for i in range(3)], False),
            ("group", ["theft", "violence"], True),
        ],
    )
    def test_of_which_dimension(self, dim, labels, are):
        assert are_offences(dim, labels) == are

    def test_forces(self):
        """By any name or code, and by what holds them."""
        for name in ("West Midlands", "west midlands police", "E23000014"):
            assert forces_of([name])[name] == {"West Midlands"}
        assert "Greater Manchester" in forces_of(["North West"])["North West"]
        assert "Gwent" not in forces_of(["England"])["England"]
        assert {"Gwent", "British Transport Police"} <= forces_of(["England & Wales"])["England & Wales"]
        assert not forces_of(["Eastside"])["Eastside"]


class TestTheRuleOfSpring2023:
    """A commissioner's −10%."""

    def test_of_the_news_item(self):
        annual = pm.datasets.west_midlands_annual().to_dict()
        data = crimes(annual["crimes"], period=annual["period"])
        assert said(pm.rate_change(data, between=YEARS)) == [breaks()["counting-2023"].short]

    @pytest.mark.parametrize(
        ("labels", "touched"),
        [
            ({"force": ["Kent", "West Midlands Police"]}, ["Kent", "West Midlands Police"]),
            ({"force": ["Police Scotland", "PSNI", "Kent"]}, ["Kent"]),
            ({"force": ["Action Fraud", "CIFAS"]}, []),
            ({"force": ["Kent", "CIFAS", "UK Finance"]}, ["Kent"]),
            ({"region": ["North West", "Scotland"]}, ["North West", "Scotland"]),
            ({"offence": ["8L", "8Q", "34B", "105A"]}, ["8L", "8Q"]),
            ({"group": ["Violence against the person", "Robbery"]}, ["Violence against the person"]),
            ({"subgroup": ["Stalking and harassment", "Violence with injury"]}, ["Stalking and harassment"]),
            ({"type": ["Violence and sexual offences", "Burglary"]}, ["Violence and sexual offences"]),
            ({"division": ["Eastside", "Westside"]}, ["Eastside", "Westside"]),
            ({"force": ["Kent", "Atlantis", "Police Scotland"]}, ["Kent", "Atlantis"]),
        ],
    )
    def test_of_which_rows(self, labels, touched):
        (dim,) = labels
        if dim == "region":
            labels, touched = {"region": ["North West", "South East"]}, ["North West", "South East"]
        table = pm.rate_change(two_years(**labels), between=YEARS, by=dim)
        assert [f.group[dim] for f in table if said(f)] == sorted(touched)

    @pytest.mark.parametrize(
        ("labels", "chosen", "touched"),
        [
            (["8L", "34B"], "34B", False),
            (["8L", "34B"], "8L", True),
            (["34B", "46"], None, False),
            (["8L", "46"], None, True),
            (["Robbery", "Burglary"], None, False),
            (["Robbery", "Violence against the person"], None, True),
        ],
    )
    def test_of_a_total_by_what_it_holds(self, labels, chosen, touched):
        """Also where the offences have been added up since, or renamed."""
        data = two_years(offence=labels)
        data = data if chosen is None else data.where(offence=chosen)
        for part in (
            data,
            data.sum_to("period"),
            data.relabel("offence", dict.fromkeys(data.labels("offence"), "x")),
        ):
            assert bool(said(pm.rate_change(part, between=YEARS))) == touched

    @pytest.mark.parametrize(
        ("years", "touched"),
        [(("2021/22", "2022/23"), False), (("2023/24", "2024/25"), False), (("2019/20", "2023/24"), True)],
    )
    def test_of_which_years(self, years, touched):
        data = crimes([5, 6], period=years)
        assert bool(said(pm.rate_change(data, between=years))) == touched

    @pytest.mark.parametrize(
        ("subject", "touched"),
        [
            ("Recorded crime", True),
            ("Crime in Kent", True),
            ("Offences", True),
            ("999 calls", False),
            ("Arrests", False),
        ],
    )
    def test_of_what_is_counted(self, subject, touched):
        data = crimes([5, 6], period=YEARS)
        assert bool(said(pm.rate_change(data, between=YEARS, subject=subject))) == touched

    def test_waits_are_no_crimes(self):
        calls = crimes([5, 6], period=YEARS, seconds=[10, 10])
        assert not said(pm.rate_change(calls, between=YEARS))
        assert not said(pm.time_change(calls, between=YEARS))

    @pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame])
    def test_frames(self, frame):
        rows = frame({"force": ["Kent"] * 2, "period": list(YEARS), "n": [9, 8]})
        assert said(pm.rate_change(rows, between=YEARS, by="force", count="n")[0])
        later = frame({"force": ["Kent"] * 2, "period": ["2023/24", "2024/25"], "n": [9, 8]})
        assert not said(pm.rate_change(later, between=("2023/24", "2024/25"), by="force", count="n")[0])

    def test_every_figure(self):
        data = two_years(offence=["8L", "34B"])
        css = pm.harm_weights("ons-css", version="2020")
        assert said(pm.harm_change(data, css, between=YEARS))
        assert said(pm.harm_drivers(data, css, between=YEARS)[0])
        assert said(pm.change_drivers(data, between=YEARS, of="offence")[0])
        assert said(pm.rate_change(data, versus="year_before")[-1])
        index = pm.harm_index(data, css, base="2022/23")
        assert [bool(said(f)) for f in index] == [False, True]
        given = crimes([9, 1, 8, 2], period=[*YEARS[:1] * 2, *YEARS[1:] * 2], outcome=["18", "1"] * 2)
        assert said(pm.outcome_rate_change(given, between=YEARS, basis="closed", **OUTCOME))

    def test_it_travels(self):
        """Into the sentence, the table and the export, once."""
        table = pm.rate_change(two_years(offence=["8L", "34B"]), between=YEARS, by="offence")
        rows = dict(zip(table["offence"].tolist(), table.to_dict(audit=True)["caveat"], strict=True))
        assert rows["34B"] == ""
        assert "counted separately" in rows["8L"]
        assert str(table.at(offence="8L")).count("counted separately") == 1

    def test_the_callers_goes_first(self):
        found = pm.rate_change(crimes([5, 6], period=YEARS), between=YEARS, caveat="a strike")
        assert found.caveat.startswith("a strike; since spring 2023")


class TestForces:
    """What one force did not send, or counts otherwise, is said of it alone, and of what holds it."""

    @pytest.mark.parametrize(
        ("years", "force", "touched"),
        [
            (("2018/19", "2019/20"), "GMP", True),
            (("2018/19", "2019/20"), "Greater Manchester Police", True),
            (("2018/19", "2019/20"), "Kent", False),
            (("2019/20", "2020/21"), "Greater Manchester", True),
            (("2020/21", "2021/22"), "Greater Manchester", False),
            (("2021/22", "2022/23"), "Devon & Cornwall", True),
            (("2021/22", "2022/23"), "Cornwall", False),
        ],
    )
    def test_of_which_force(self, years, force, touched):
        data = two_years(years, force=[force, "Essex"])
        table = pm.rate_change(data, between=years, by="force")
        assert bool(said(table.at(force=force))) == touched
        assert not said(table.at(force="Essex"))
        assert bool(said(pm.rate_change(data, between=years))) == touched

    def test_beside_what_is_no_force(self):
        years = ("2018/19", "2019/20")
        data = two_years(years, force=["Greater Manchester", "Atlantis"])
        assert [bool(said(f)) for f in pm.rate_change(data, between=years, by="force")] == [False, True]

    def test_what_it_does_not_touch(self):
        """Dyfed-Powys undercounted violence of 2019; nothing is known of the outcomes that it closed."""
        years = ("2019", "2020")
        rows = [(y, o) for y in years for o in ("1", "18")]
        periods, types = zip(*rows, strict=True)
        given = crimes([5] * 4, period=periods, force=["Dyfed-Powys"] * 4, offence=["8N"] * 4, outcome=types)
        assert said(pm.rate_change(given, between=years))
        assert not said(pm.outcome_rate_change(given, between=years, basis="closed", **OUTCOME))

    def test_a_region_of_forces(self):
        years = ("2018/19", "2019/20")
        data = two_years(years, force=["Greater Manchester", "Cheshire", "Kent", "Essex"])
        regions = {"Greater Manchester": "a", "Cheshire": "a", "Kent": "b", "Essex": "b"}
        table = pm.rate_change(data.relabel("force", regions), between=years, by="force")
        assert [bool(said(f)) for f in table] == [True, False]
        named = pm.rate_change(two_years(years, area=["North West", "South East"]), between=years, by="area")
        assert [bool(said(f)) for f in named] == [True, False]

    @pytest.mark.parametrize(
        ("years", "basis", "force", "touched"),
        [
            (("2018/19", "2019/20"), "closed", "North Yorkshire", True),
            (("2018/19", "2019/20"), "recorded", "North Yorkshire", False),
            (("2022/23", "2023/24"), "recorded", "Humberside", True),
            (("2022/23", "2023/24"), "closed", "Humberside", False),
            (("2024/25", "2025/26"), "closed", "Metropolitan Police Service", True),
            (("2014/15", "2015/16"), "recorded", "Cumbria", True),
            (("2014/15", "2015/16"), "closed", "Cumbria", False),
        ],
    )
    def test_of_which_basis(self, years, basis, force, touched):
        rows = [(y, f, o) for y in years for f in (force, "Kent") for o in ("1", "18")]
        periods, forces, types = zip(*rows, strict=True)
        given = crimes([5] * len(rows), period=periods, force=forces, outcome=types)
        table = pm.outcome_rate_change(given, between=years, basis=basis, by="force", **OUTCOME)
        of_force = [
            note for note in table.at(force=force).caveats if note.long.startswith(tuple(force_names()))
        ]
        assert bool(of_force) == touched
        assert not [n for n in table.at(force="Kent").caveats if n.long.startswith(tuple(force_names()))]

    def test_grades_of_attendance(self):
        years = ("2015/16", "2016/17")
        times = crimes(
            [5, 6, 7, 8], period=years * 2, force=["West Midlands"] * 2 + ["Kent"] * 2, seconds=[600] * 4
        )
        table = pm.time_change(times, between=years, by="force")
        assert [bool(said(f)) for f in table] == [False, True]
        counted = pm.rate_change(crimes([5, 6], period=years, force=["West Midlands"] * 2), between=years)
        assert not said(counted)


class TestMovedCodes:
    """Stalking (8Q) was counted with harassment (8L) until April 2014: the sum of both compares, and neither alone."""

    YEARS = ("2013/14", "2014/15")

    @pytest.mark.parametrize(
        ("labels", "touched"),
        [
            (["8L", "8Q"], False),
            (["8L", "8Q", "46"], False),
            (["8L"], True),
            (["8L", "46"], True),
            (["46"], False),
            (["Stalking and harassment"], False),
        ],
    )
    def test_of_a_total(self, labels, touched):
        data = two_years(self.YEARS, offence=labels)
        found = pm.rate_change(data, between=self.YEARS)
        assert (breaks()["counting-2014"].short in said(found)) == touched

    def test_of_each(self):
        data = two_years(self.YEARS, offence=["8L", "8Q", "46"])
        table = pm.rate_change(data, between=self.YEARS, by="offence")
        assert {f.group["offence"] for f in table if said(f)} == {"8L", "8Q"}

    def test_where_nothing_is_left(self):
        data = two_years(self.YEARS, offence=["8L", "46"]).where(offence="46").drop(offence="46")
        assert len(pm.rate_change(data, between=self.YEARS, by="offence")) == 0


class TestSplitCodes:
    def data(self):
        return crimes(
            [90, 70, 40, 50, 55],
            period=["2022/23", "2023/24", "2023/24", *YEARS],
            offence=["28E", "28I", "28M", "34B", "34B"],
        )

    @pytest.mark.parametrize(
        ("chosen", "touched"),
        [
            ("28E", True),
            ("28I", True),
            (["28E", "28I"], True),
            (["28E", "34B"], True),
            (["28E", "28I", "28M"], False),
            (["28E", "28I", "28M", "34B"], False),
            ("34B", False),
        ],
    )
    def test_as_it_came(self, chosen, touched):
        """A tally that was made of some offences only has no more than these."""
        rows = self.data().where(offence=chosen).to_dict()
        counts = rows.pop("count")
        found = pm.rate_change(crimes(counts, **rows), between=YEARS)
        assert ("code 28E was split" in said(found)) == (touched and chosen != ["28E", "28I"])

    @pytest.mark.parametrize(
        ("chosen", "touched"),
        [
            ("28E", True),
            ("28I", True),
            (["28E", "28I"], True),
            (["28E", "34B"], True),
            (["28E", "28I", "28M"], False),
            (["28E", "28I", "28M", "34B"], False),
            ("34B", False),
        ],
    )
    def test_chosen(self, chosen, touched):
        found = pm.rate_change(self.data().where(offence=chosen), between=YEARS)
        assert ("code 28E was split" in said(found)) == touched

    def test_shown(self):
        for table in (
            pm.rate_change(self.data(), between=YEARS, by="offence"),
            pm.change_drivers(self.data(), between=YEARS, of="offence"),
        ):
            assert {f.group["offence"] for f in table if said(f)} == {"28E", "28I", "28M"}
            assert all(SPLIT in f.caveat for f in table if said(f))

    def test_harm(self):
        css = pm.harm_weights("ons-css", version="2020")
        joined = self.data().relabel("offence", {"28I": "28E", "28M": "28E"})
        assert not said(pm.harm_change(joined, css, between=YEARS))
        own = pm.HarmWeights(dict.fromkeys(("28E", "28I", "28M", "34B"), 1), name="own", version="1")
        assert not said(pm.harm_change(self.data(), own, between=YEARS))
        assert said(pm.harm_change(self.data().where(offence="28E"), own, between=YEARS))
        table = pm.harm_drivers(self.data(), own, between=YEARS)
        assert {f.group["offence"] for f in table if said(f)} == {"28E", "28I", "28M"}

    def test_the_cure(self):
        """What the caveat names joins them, and then there is none."""
        data = self.data()
        joined = data.relabel("offence", definitions.joined_offence_codes(data.labels("offence")))
        table = pm.rate_change(joined, between=YEARS, by="offence")
        assert not [f for f in table if said(f)]
        assert (table.at(offence="28E").old, table.at(offence="28E").new) == (90, 110)

    def test_by_name_and_by_group(self):
        """A name is as good as a code; a subgroup holds both sides."""
        names = {c: offences()[c].name for c in ("28E", "28I", "28M", "34B")}
        table = pm.rate_change(self.data().relabel("offence", names), between=YEARS, by="offence")
        assert sum(bool(said(f)) for f in table) == 3
        groups = two_years(subgroup=["Residential burglary", "Robbery of personal property"])
        assert not [f for f in pm.rate_change(groups, between=YEARS, by="subgroup") if said(f)]

    def test_whatever_is_counted_by_code(self):
        found = pm.rate_change(self.data(), between=YEARS, by="offence", subject="Arrests")
        assert sum(bool(said(f)) for f in found) == 3

    def test_in_a_group_that_holds_both(self):
        """The group of each row holds all codes of burglary, the code does not."""
        rows = self.data().where(offence=["28E", "28I", "28M"]).to_dict()
        counts = rows.pop("count")
        grouped = crimes(counts, **rows, group=["Burglary"] * len(counts))
        table = pm.rate_change(grouped, between=YEARS, by="offence")
        assert all("code 28E was split" in said(f) for f in table)
        assert len(table) == 3

    def test_of_outcomes_by_code(self):
        rows = [(y, o, t) for y in YEARS for o in ("28E", "46") for t in ("1", "18")]
        periods, codes, types = zip(*rows, strict=True)
        given = crimes([5] * 8, period=periods, offence=codes, outcome=types)
        given = given + crimes([5], period=["2023/24"], offence=["28I"], outcome=["1"])
        table = pm.outcome_rate_change(given, between=YEARS, basis="closed", by="offence", **OUTCOME)
        assert "code 28E was split" in said(table.at(offence="28E"))
        assert not said(table.at(offence="46"))

    def test_of_times_by_code(self):
        """A time from call to attendance is no count of crimes by code."""
        rows = [(y, o) for y in YEARS for o in ("28E", "46")]
        periods, codes = zip(*rows, strict=True)
        times = crimes([5] * 4, period=periods, offence=codes, seconds=[60] * 4)
        times = times + crimes([5], period=["2023/24"], offence=["28I"], seconds=[60])
        assert not [f for f in pm.time_change(times, between=YEARS, by="offence") if said(f)]

    def test_homicide(self):
        years = ("2017/18", "2019/20")
        data = crimes(
            [41, 40, 11, 5, 6],
            period=["2017/18", "2019/20", "2019/20", *years],
            offence=["1/4.1/4.10/4.2", "1", "4.1", "46", "46"],
        )
        table = pm.rate_change(data, between=years, by="offence")
        assert {f.group["offence"] for f in table if said(f)} == {"1/4.1/4.10/4.2", "1", "4.1"}
        assert not said(pm.rate_change(data, between=years))

    def test_a_release_that_has_one_list_for_all_years(self):
        """The four codes of homicide in either year, as a later release gives them: nothing was split."""
        years = ("2018/19", "2019/20")
        data = crimes([40, 41, 11], period=[*years, "2019/20"], offence=["1", "1", "4.1"])
        assert not [f for f in pm.rate_change(data, between=years, by="offence") if said(f)]
        assert not said(pm.rate_change(data, between=years))
        both = two_years(YEARS, offence=["28I", "28M"])
        assert not [f for f in pm.rate_change(both, between=YEARS, by="offence") if said(f)]

    def test_stragglers(self):
        """A code that was split and has a few crimes since is split no less."""
        data = self.data() + crimes([3, 0], period=["2023/24", "2022/23"], offence=["28E", "28I"])
        table = pm.rate_change(data, between=YEARS, by="offence")
        assert {f.group["offence"] for f in table if said(f)} == {"28E", "28I", "28M"}
        assert not said(pm.rate_change(data, between=YEARS))

    def test_a_force_without_some_of_them(self):
        """Rows of crimes: Kent had no burglary of an unconnected building, and is compared whole all the same."""
        data = crimes(
            [90, 70, 40, 5, 6],
            period=["2022/23", "2023/24", "2023/24", *YEARS],
            force=["Kent", "Kent", "Essex", "Kent", "Kent"],
            offence=["28E", "28I", "28M", "46", "46"],
        )
        kent = data.where(force="Kent")
        names = definitions.joined_offence_codes(data.labels("offence"))
        for part in (
            kent,
            data.where(offence=["28E", "28I", "28M"]).where(force="Kent"),
            data.relabel("offence", names).where(force="Kent", offence="28E"),
            kent.relabel("offence", names),
            kent.sum_to("period"),
        ):
            assert not said(pm.rate_change(part, between=YEARS))
        assert not [
            f for f in pm.rate_change(kent.relabel("offence", names), between=YEARS, by="offence") if said(f)
        ]
        for part in (
            data.drop(offence="28M").where(force="Kent"),
            data.drop(offence="28I").where(force="Kent"),
            kent.where(offence=["28E", "28I"]),
        ):
            assert said(pm.rate_change(part, between=YEARS)) == ["code 28E was split"]

    def test_by_subgroup_in_one_classification(self):
        """Grouped by the subgroups of `offences`, years compare."""
        data = self.data()
        groups = {code: offences()[code].subgroup for code in data.labels("offence")}
        table = pm.rate_change(data.relabel("offence", groups), between=YEARS, by="offence")
        assert not [f for f in table if said(f)]
        assert (table.at(offence="Domestic burglary").old, table.at(offence="Domestic burglary").new) == (
            90,
            110,
        )

    @pytest.mark.parametrize("years", [("2021/22", "2022/23"), ("2023/24", "2024/25")])
    def test_other_years(self, years):
        data = two_years(years, offence=["28E", "28I"])
        assert not [f for f in pm.rate_change(data, between=years, by="offence") if said(f)]


@given(
    st.sampled_from(sorted(offences())),
    st.sampled_from(sorted(force_names())),
    st.integers(2017, 2023),
)
def test_a_break_is_said_where_it_touches_and_nowhere_else(code, force, first):
    """Of one offence of one force in two years: exactly the breaks of that force, that offence, those years."""
    years = tuple(f"{y}/{y + 1 - 2000}" for y in (first, first + 1))
    data = crimes([5, 6], period=years, force=[force] * 2, offence=[code] * 2)
    found = pm.rate_change(data, between=years, by=["force", "offence"])[0]
    earlier, later = map(Period.parse, years)
    elsewhere = force_names()[force].kind == "no force" or force_names()[force].within in {
        "Scotland",
        "Northern Ireland",
    }
    expected = {
        f"break: {one.name}"
        for one in breaks().values()
        if "recorded crime" in one.touches
        and one.kind != "split"  # the data have one code in either year
        and lies_between(one, earlier, later)
        and (one.force == force if one.force else not elsewhere)
        and (not one.codes or code in one.codes)
    }
    assert {n.code for n in found.caveats if n.code.startswith("break")} == expected


class TestReleases:
    """A year that was revised since, beside one as first published."""

    def of(self, *periods):
        return crimes([5] * len(periods), period=periods)

    def test_two_are_said(self):
        both = self.of("2023/24").released("July 2024") + self.of("2024/25").released("July 2025")
        found = pm.rate_change(both, between=("2023/24", "2024/25"))
        assert [n.code for n in found.caveats] == ["two-releases"]
        assert "2023/24 is of July 2024 and 2024/25 is of July 2025" in found.caveat
        assert [s.released for s in found.sources] == ["July 2024", "July 2025"]

    def test_one_is_not(self):
        whole = self.of("2023/24", "2024/25").released("July 2025")
        assert not pm.rate_change(whole, between=("2023/24", "2024/25")).caveat
        assert not pm.rate_change(whole.sum_to("period"), between=("2023/24", "2024/25")).caveat

    def test_of_the_periods_that_are_compared(self):
        """What another year is of does not matter."""
        both = self.of("2022/23").released("July 2023") + self.of("2023/24", "2024/25").released("July 2025")
        assert not pm.rate_change(both, between=("2023/24", "2024/25")).caveat

    @pytest.mark.parametrize("known", [0, 1])
    def test_not_where_one_is_not_known(self, known):
        sides = [self.of("2023/24"), self.of("2024/25")]
        sides[known] = sides[known].released("July 2025")
        assert not pm.rate_change(sides[0] + sides[1], between=("2023/24", "2024/25")).caveat

    def test_forces_of_one_period(self):
        """Part of a year from a later release: both sides say which."""
        old = crimes([5, 6], period=["2023/24", "2024/25"], force=["Kent"] * 2).released("July 2025")
        new = crimes([7], period=["2024/25"], force=["Essex"]).released("October 2025")
        found = pm.rate_change(old + new, between=("2023/24", "2024/25"))
        assert "2023/24 is of July 2025 and 2024/25 is of July 2025 and October 2025" in found.caveat

    def test_steps_keep_it(self):
        both = self.of("2023-04", "2023-05").released("a") + self.of("2024-04", "2024-05").released("b")
        chosen = both.where(period=["2023-04", "2024-04"])
        assert "two releases" in pm.rate_change(chosen, between=("2023-04", "2024-04")).caveat
        assert both.forget().sources == both.sources

    def test_bad_input(self):
        with pytest.raises(pm.errors.InvalidTypeError, match="when must be text"):
            self.of("2023/24").released(2024)


class TestTwoBases:
    """Residents before and after the revision that followed the Census of 2021."""

    YEARS = ("2023/24", "2024/25")

    def residents(self, *bases):
        dates = ("mid-2020", "mid-2022")
        parts = [
            pm.Exposure(
                {("Kent", year): size}, by=["force", "period"], name="residents", date=date, basis=basis
            )
            for year, size, date, basis in zip(self.YEARS, (1_860_000, 1_590_000), dates, bases, strict=True)
        ]
        return parts[0] + parts[1]

    def change(self, exposure):
        data = crimes([900, 800], force=["Kent"] * 2, period=self.YEARS)
        return pm.rate_change(data, between=self.YEARS, exposure=exposure)

    def test_said(self):
        found = self.change(self.residents("Census 2011", "Census 2021"))
        assert [n.code for n in found.caveats] == ["two-bases"]
        assert "Census 2011 for 2023/24 and Census 2021 for 2024/25" in found.caveat
        assert found.percent_change == pytest.approx(100 * (800 / 1_590_000 / (900 / 1_860_000) - 1))

    @pytest.mark.parametrize("bases", [("Census 2021", "Census 2021"), ("", "Census 2021"), ("", "")])
    def test_not_said(self, bases):
        assert not self.change(self.residents(*bases)).caveat

    def test_of_areas(self):
        """Two forces of two bases in one rate, and each beside the other."""
        both = pm.Exposure({"Kent": 10}, by="force", name="residents", date="a", basis="x") + pm.Exposure(
            {"Essex": 20}, by="force", name="residents", date="a", basis="y"
        )
        assert both.date == "a"
        data = crimes([900, 800], force=["Kent", "Essex"])
        assert "two bases, x and y" in pm.rate(data, both).caveat
        data = crimes(
            [9, 8, 7, 6], force=["Kent", "Essex"] * 2, period=[y for y in self.YEARS for _ in range(2)]
        )
        for by in (None, "force"):
            found = pm.rate_change(data, between=self.YEARS, exposure=both, by=by)
            assert "two bases, x and y" in (found if by is None else found[0]).caveat
        assert both == both
        assert both != pm.Exposure(
            {"Kent": 10, "Essex": 20}, by="force", name="residents", date="a", basis="x"
        )

    def test_the_sum_is_the_whole(self):
        """Joined, sizes are those of one exposure of all."""
        given = {"by": "force", "name": "residents", "date": "a", "basis": "x"}
        whole = pm.Exposure({"Kent": 10, "Essex": 20, "Surrey": 5}, **given)
        assert pm.Exposure({"Surrey": 5}, **given) + pm.Exposure({"Kent": 10, "Essex": 20}, **given) == whole

    def test_bad_input(self):
        kent = pm.Exposure({"Kent": 10}, by="force", name="residents", date="a")
        for other, match in (
            (kent, "must not both have a size to be joined; they have of 'Kent'"),
            (pm.Exposure({"Essex": 1, "Kent": 2}, by="force", name="residents", date="a"), "have of 'Kent'"),
            (pm.Exposure({"Essex": 1}, by="force", name="households", date="a"), "of the same kind"),
            (pm.Exposure({"Essex": 1}, by="area", name="residents", date="a"), "of the same kind"),
        ):
            with pytest.raises(pm.errors.InvalidInputError, match=match):
                kent + other
        with pytest.raises(TypeError):
            kent + 1
        with pytest.raises(pm.errors.InvalidTypeError, match="basis must be text"):
            pm.Exposure({"Kent": 10}, by="force", name="residents", date="a", basis=2021)
