"""How a table is shown: it says what it is, fits the terminal, and says each thing once."""

import math
import re

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import policemetrics as pm
from policemetrics import Exposure, Figure, Results, Tally, figures, published
from policemetrics._figure import audit_fields, column_fields, definitions_of
from policemetrics.errors import ChoiceNeededError, Note
from policemetrics.extend import column, figure

YEARS = ("2017/18", "2019/20")
KINDS = [
    kind
    for name in figures.__all__
    if isinstance(kind := getattr(figures, name), type) and issubclass(kind, Figure) and kind is not Figure
]
RENDERINGS = (repr, Results._repr_html_, Results.to_markdown)
WORDS = st.sampled_from(["a", "b", "residents", "days", "2017/18", "charged"])


def city():
    crimes = Tally.from_columns(
        {"force": ["City"] * 2, "period": [*YEARS], "offence": ["46"] * 2}, [5870, 8644]
    )
    sizes = {("City", YEARS[0]): 7200, ("City", YEARS[1]): 8700}
    return crimes, Exposure(sizes, by=["force", "period"], name="residents", date="mid-2016, mid-2018")


def some(kind, values):
    """Make a table of one figure of a kind, with these definitions."""
    named = attrs.fields_dict(kind)
    made = {f.name: 1.0 for f in column_fields(kind)}
    for field in audit_fields(kind):
        if "role" in field.metadata:
            words = field.metadata["role"] == "" and "str" in str(field.type)
            made[field.name] = "x" if words else 1.0
    made |= {n: v for n, v in {"confidence_level": 0.95, "of": "force"}.items() if n in named}
    return Results.of([kind(group={"force": "Kent"}, **made | values)])


def free(kind):
    """List the definitions that may be anything: where a figure is placed among others, ``of`` names a dimension."""
    placed = kind._together.__func__ is not Figure._together.__func__
    return [f for f in definitions_of(kind) if not (placed and f.name == "of")]


def drawn(data, field):
    """Draw what a definition may be."""
    if "column" in field.metadata:
        return float(data.draw(st.integers(1, 3)) * 60)
    if "tuple[str, str]" in str(field.type):
        return data.draw(st.tuples(WORDS, WORDS))
    if "tuple[float" in str(field.type):
        return data.draw(st.sampled_from([(0.95, 0.998), (0.9, 0.99)]))
    if "tuple" in str(field.type):
        return data.draw(st.lists(WORDS, min_size=1, max_size=2).map(tuple))
    if "bool" in str(field.type):
        return data.draw(st.booleans())
    if "float" in str(field.type):
        return float(data.draw(st.integers(1, 3)))
    return data.draw(WORDS)


class TestDefinitions:
    @pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
    @given(data=st.data())
    def test_tables_of_different_definitions_never_look_the_same(self, kind, data):
        """Whatever a class of figures says of itself: a field more, and this finds it."""
        one, other = ({f.name: drawn(data, f) for f in free(kind)} for _ in range(2))
        # One field at a time tells most.
        changed = data.draw(st.sampled_from(sorted(one))) if one else None
        pair = some(kind, one), some(kind, one | ({changed: other[changed]} if changed else {}))
        same = not changed or one[changed] == other[changed]
        for rendering in RENDERINGS:
            assert (rendering(pair[0]) == rendering(pair[1])) == same, changed

    @pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
    @given(data=st.data())
    def test_rows_of_different_definitions_are_told_apart(self, kind, data):
        """In one table, too: what the rows differ in is a column."""
        fields = free(kind)
        if not fields:
            return
        one = {f.name: drawn(data, f) for f in fields}
        field = data.draw(st.sampled_from(fields))
        both = [some(kind, one)[0], some(kind, one | {field.name: drawn(data, field)})[0]]
        lines = [line for line in repr(Results.of(both)).splitlines() if line.startswith("Kent")]
        assert (lines[0] == lines[1]) == (both[0] == both[1])

    def test_pairs_of_calls(self):
        """Two calls that mean two things, on data for which all their numbers agree."""
        bands = published.Bands({"<10": (0, 10), "10+": (10, None)}, abandoned="AB")
        calls = Tally.from_columns({"line": ["911"] * 2, "band": ["<10", "10+"]}, [8, 2])
        crimes = Tally.from_columns(
            {"force": ["Kent"] * 4, "period": [*YEARS] * 2, "group": ["Theft"] * 2 + ["Fraud"] * 2},
            [5, 5, 0, 0],
        )
        people = [Exposure({"Kent": 1000}, by="force", name=n, date=d)
                  for n, d in (("residents", "2018"), ("households", "2018"), ("residents", "2019"))]  # fmt: skip
        outcomes = Tally.from_columns({"outcome": ["1", "18"]}, [5, 5])
        times = Tally.from_columns({"force": ["a", "a"], "seconds": [60, 120]}, [1, 1])
        of_calls = [
            published.answer_bands(calls, bands, target=10, out_of=o, by="line")
            for o in ("answered", "offered")
        ]
        tables = [
            *of_calls,
            *(pm.rate(crimes, e, by="force") for e in people),
            pm.rate(crimes.where(period=YEARS[0]), people[0], by="force"),
            pm.rate(crimes.where(period=YEARS[1]), people[0], by="force"),
            pm.rate(crimes, people[0], by="force", subject="Theft"),
            pm.rate(crimes, people[0], by="force", method="byar"),
            pm.rate_change(crimes, between=YEARS, by="force"),
            pm.rate_change(crimes.where(group="Theft"), between=YEARS, by="force"),
            pm.rate_change(crimes, between=YEARS, by="force", exposure=people[0]),
            pm.rate_change(crimes, between=YEARS, by="force", per_day=True),
            pm.rate_change(crimes, between=YEARS, by="force", method="exact"),
            *(pm.summarise_times(times, target=t, inclusive=i, by="force")
              for t, i in ((90, False), (90, True), (91, False))),
            *(pm.positive_outcome_rate(outcomes, positive="charged", basis=b, out_of="outcomes", by=())
              for b in ("closed", "recorded")),
        ]  # fmt: skip
        for rendering in RENDERINGS:
            assert len({rendering(table) for table in tables}) == len(tables)

    def test_what_the_percentage_is_of(self):
        """Counts rose by 47%, rates by 22%: both stand there, and the heading says which the percentage is of."""
        crimes, residents = city()
        table = pm.rate_change(crimes, between=YEARS, by="force", exposure=residents)
        assert (table[0].old_rate, table[0].new_rate) == (5870 / 7200 * 1000, 8644 / 8700 * 1000)
        assert table["per"].tolist() == [1000]
        assert table[0].percent_change == pytest.approx(100 * (table[0].new_rate / table[0].old_rate - 1))
        heads = table.to_markdown().splitlines()[2]
        assert (
            "| old_rate (per 1,000 residents) | new_rate (per 1,000 residents) | percent_change (of the rates) |"
            in heads
        )
        assert "of the rates" in " ".join(table._repr_html_().split())
        days = pm.rate_change(crimes, between=YEARS, by="force", per_day=True)
        assert days["per"].tolist() == [1]
        assert "old_rate (per day)" in days.to_markdown()
        plain = pm.rate_change(crimes, between=YEARS, by="force")
        assert "rate" not in plain.to_markdown().splitlines()[2]
        assert math.isnan(plain[0].old_rate)

    def test_rates_that_are_not_available(self):
        """A count that stands where the comparison does not has no rate."""
        _, residents = city()
        table = pm.rate_change(
            Tally.from_columns({"force": ["City"], "period": [YEARS[0]]}, [5870], coverage=["force", "period"])
            + Tally.from_columns({"force": ["Kent"], "period": [YEARS[1]]}, [5], coverage=["force", "period"]),
            between=YEARS, by="force", exposure=residents,
        )  # fmt: skip
        assert np.isnan(table["old_rate"]).all()

    def test_harm_per_head_beside_the_total(self):
        """What it is of is in the heading, and both are in the sentence."""
        crimes, residents = city()
        own = pm.HarmWeights({"46": 10}, name="own", version="1")
        table = pm.harm_change(crimes, own, between=YEARS, by="force", exposure=residents)
        row = table[0]
        assert row.percent_change == pytest.approx(100 * (8644 / 5870 - 1))
        assert row.per_head_percent_change == pytest.approx(100 * (8644 / 8700 / (5870 / 7200) - 1))
        assert row.per_head_percent_change_low == pytest.approx(
            ((1 + row.percent_change_low / 100) * 7200 / 8700 - 1) * 100
        )
        assert (row.old_per_head, row.new_per_head) == (58700 / 7200, 86440 / 8700)
        heads = table.to_markdown().splitlines()[2]
        assert "percent_change (of the total)" in heads
        assert "old_per_head (days, residents)" in heads
        assert "per_head_percent_change" in heads
        assert "; per head (residents, mid-2016, mid-2018) it rose by 21.9%" in str(row)
        assert "head" not in pm.harm_change(crimes, own, between=YEARS, by="force").to_markdown()

    def test_units_and_no_spurious_decimals(self):
        own = pm.HarmWeights({"46": 10.37}, name="own", version="1", unit="days")
        text = pm.harm_score(city()[0], own, by=["force", "period"]).to_markdown()
        assert "score (days)" in text
        assert "per_crime (days)" in text
        assert "| 60,872 |" in text  # 5870 × 10.37 = 60,871.9

    def test_a_target_that_differs_is_a_column(self):
        times = Tally.from_columns({"grade": ["1", "2"], "seconds": [60, 120]}, [1, 1])
        table = pm.summarise_times(times, target={"1": 90, "2": 100}, by="grade")
        assert "| target |" in table.to_markdown()
        assert "target" not in table.to_markdown().splitlines()[0]
        assert "; target: 1 min 30 s" in table[:1].to_markdown().splitlines()[0]
        assert "target" not in pm.summarise_times(times, by="grade").to_markdown()


class TestCaveats:
    def test_once_below_a_table(self):
        table = pm.rate_change([1, 2], [2, 3], labels=["a", "b"], caveat="a new system")
        for rendering in RENDERINGS:
            assert rendering(table).count("a new system") == 1

    def test_a_long_one_has_a_short_form_in_a_terminal(self):
        """HTML and Markdown, which are handed on, have it whole; so has each figure."""
        long = Note("kind", "a short form", "a long form " * 20)
        table = pm.rate_change([1], [2], labels=["a"])
        table = table._evolve(notes=(long,))
        assert repr(table).endswith(
            "[RateChange, 1 row; caveat: a short form, in full in the .caveat of a row]"
        )
        assert long.long.strip() in table.to_markdown()
        assert long.long.strip() in table._repr_html_()
        assert long.long.strip() in str(table[0])

    def test_says_of_whom(self):
        rows = [
            pm.rate_change([n], [9], labels=[f"F{n}"], caveat="new" if n < 3 else "")[0] for n in (1, 2, 3)
        ]
        assert "caveat: F1 and F2: new]" in repr(Results.of(rows))

    def test_short(self):
        figure = pm.rate_change(2, 3, caveat="a new system")
        assert f"{figure}" == str(figure) == f"{figure:short} Caveat: a new system."
        assert "caveat" not in f"{figure:short}".lower()
        with pytest.raises(pm.PoliceMetricsError, match=r"'' or 'short'.*'long'"):
            format(figure, "long")


class TestTerminal:
    @pytest.mark.parametrize("width", [80, 100, 140])
    def test_fits(self, monkeypatch, width):
        """No line is longer, and what is left out is named."""
        monkeypatch.setenv("COLUMNS", str(width))
        crimes, residents = city()
        own = pm.HarmWeights({"46": 10}, name="own", version="1")
        times = Tally.from_columns({"force": ["Kent"] * 9, "seconds": range(1113, 10_113, 1000)}, [1] * 9)
        tables = [
            pm.rate_change(crimes, between=YEARS, by="force", exposure=residents, caveat="a " * 60),
            pm.harm_change(crimes, own, between=YEARS, by="force", exposure=residents),
            pm.summarise_times(times, target=900, by="force"),
            pm.rate_change(crimes, versus="previous", by="force"),
        ]
        for table in tables:
            lines = repr(table).splitlines()
            assert max(map(len, lines)) <= width
            whole = table.to_markdown().splitlines()[2].strip("| ").split(" | ")
            text = " ".join(lines)
            for heading in set(whole) - {"reason"}:  # which moves below
                assert all(word in text for word in heading.split()), heading
            if any("no room for" in line for line in lines):
                assert "no room for" in " ".join(lines[-4:])

    def test_a_narrow_one_is_taken_for_80(self, monkeypatch):
        monkeypatch.setenv("COLUMNS", "20")
        table = pm.rate_change([1], [2], labels=["a"])
        narrow = repr(table)
        monkeypatch.setenv("COLUMNS", "80")
        assert narrow == repr(table)

    def test_the_estimate_stays(self, monkeypatch):
        """The last to go is the headline with its interval; of two periods none is left alone."""
        monkeypatch.setenv("COLUMNS", "80")
        table = pm.rate_change([54721], [53036], labels=["A force with a very long name indeed"])
        head = repr(table).splitlines()[1]
        assert head.split() == ["label", "percent_change", "95%", "interval"]
        assert "no room for old, new, change]" in repr(table)

    def test_reasons_move_below(self, monkeypatch):
        monkeypatch.setenv("COLUMNS", "80")
        text = repr(pm.rate_change([0, 0, 5], [4, 5, 6], labels=["Kent", "Essex", "Surrey"]))
        assert " ".join(text.splitlines()[-2:]) == (
            "[RateChange, 3 rows; Kent and Essex: not applicable: nothing was recorded before]"
        )

    def test_many_reasons_are_cut_below(self, monkeypatch):
        monkeypatch.setenv("COLUMNS", "80")
        rows = {f"F{i}": f"not available: no rows for {i}" for i in range(9)}
        table = Results.of(
            [attrs.evolve(pm.rate_change([0], [4], labels=[f])[0], reason=why) for f, why in rows.items()]
        )
        text = " ".join(repr(table).split())
        assert "F3: not available: no rows for 3; and 5 more in the column reason]" in text

    def test_what_tells_rows_apart_stays(self, monkeypatch):
        monkeypatch.setenv("COLUMNS", "80")
        times = Tally.from_columns({"a long name of a grade": ["1", "2"], "seconds": [60, 120]}, [1, 1])
        table = pm.summarise_times(times, target={"1": 90, "2": 100}, by="a long name of a grade")
        assert "no room" in repr(table)
        assert "1 min 40 s" in repr(table)

    def test_no_line_ends_inside_a_time(self, monkeypatch):
        monkeypatch.setenv("COLUMNS", "80")
        for pad in range(80):
            caveat = f"{'x ' * pad}it took 18 min 33 s and 1 d 4 h"
            text = repr(pm.rate_change([1], [2], labels=["a"], caveat=caveat))
            assert "18 min 33 s" in text
            assert "1 d 4 h" in text
        times = Tally.from_columns({"force": ["Kent"], "seconds": [1113]}, [1])
        table = pm.summarise_times(times, by="force")
        assert "18\N{NO-BREAK SPACE}min\N{NO-BREAK SPACE}33\N{NO-BREAK SPACE}s" in table.to_markdown()
        assert re.search(r"white-space:nowrap[^>]*>18 min 33 s", table._repr_html_())

    def test_where_there_is_none(self, monkeypatch):
        """A file has no width: nothing is left out."""
        monkeypatch.delenv("COLUMNS", raising=False)
        monkeypatch.setattr(
            "shutil.get_terminal_size", lambda fallback: __import__("os").terminal_size(fallback)
        )
        crimes, residents = city()
        assert "no room" not in repr(pm.rate_change(crimes, between=YEARS, by="force", exposure=residents))


def test_a_unit_needs_all_its_parts():
    """Half a unit is none."""

    @figure(estimate="rate")
    class Own(Figure):
        rate: float = column("rate", "estimate", unit="{what} per head")
        what: str = ""

    assert "rate (days per head)" in Results.of([Own(rate=1, what="days")]).to_markdown()
    assert "(" not in Results.of([Own(rate=1)]).to_markdown()


class TestForABoard:
    """Headings with periods and units, figures as text; names of codes."""

    TABLE = pm.rate_change(*city()[:1], between=YEARS, by="offence", exposure=Exposure(
        dict(zip(YEARS, (7200, 8700), strict=True)), by="period", name="residents", date="mid-2016"))  # fmt: skip
    HEADS = (
        "Offence", "2017/18", "2019/20", "Change", "Rate 2017/18 (per 1,000 residents)",
        "Rate 2019/20 (per 1,000 residents)", "Percent change (of the rates)", "95% interval",
    )  # fmt: skip
    CELLS = ("46", "5,870", "8,644", "+2,774", "815.28", "993.56", "+21.9%", "+17.9% to +26.0%")

    @pytest.fixture(autouse=True)
    def frames(self):
        """What it is handed over to."""
        pytest.importorskip("pandas")
        pytest.importorskip("polars")

    def test_headings(self):
        pandas, polars = self.TABLE.to_pandas(headings=True), self.TABLE.to_polars(headings=True)
        assert tuple(pandas) == tuple(polars.columns) == self.HEADS
        assert tuple(pandas.iloc[0]) == polars.row(0) == self.CELLS
        assert tuple(self.TABLE.to_arrow(headings=True).column_names) == self.HEADS
        lines = self.TABLE.to_markdown(headings=True).splitlines()
        assert lines[2] == f"| {' | '.join(self.HEADS)} |"
        assert lines[0] == self.TABLE.to_markdown().splitlines()[0]

    def test_all_rows(self):
        table = pm.rate(np.arange(100), 10, labels=np.arange(100))
        assert len(table.to_pandas(headings=True)) == 100

    def test_headings_that_would_be_one_stay_apart(self):
        crimes = Tally.from_columns({"Events": ["x"], "events_": ["y"]}, [5])
        table = pm.rate(crimes, {("x", "y"): 10}, by=["Events", "events_"])
        heads = list(table.to_polars(headings=True).columns)
        assert len(set(heads)) == len(heads)

    def test_one_or_the_other(self):
        with pytest.raises(pm.PoliceMetricsError, match="headings=True gives what is shown, audit=True"):
            self.TABLE.to_pandas(headings=True, audit=True)

    def test_months_by_name(self):
        crimes = Tally.from_columns({"period": ["2024-01", "2024-02"], "force": ["Kent"] * 2}, [5, 6])
        table = pm.rate_change(crimes, between=("2024-01", "2024-02"), by="force", like_for_like="require")
        assert list(table.to_pandas(headings=True))[1:3] == ["January 2024", "February 2024"]


class TestRelabel:
    TABLE = pm.rate([5, 7], [10, 10], labels=["19C", "30C"])

    def test_by_a_mapping(self):
        table = self.TABLE.relabel("label", {"19C": "Rape"})
        assert table["label"].tolist() == ["Rape", "30C"]
        assert [row.rate for row in table] == [row.rate for row in self.TABLE]
        assert self.TABLE["label"].tolist() == ["19C", "30C"]

    def test_by_the_definitions(self):
        names = self.TABLE.relabel("label", "definitions")["label"].tolist()
        assert names == ["Rape of a female aged 16 and over", "Burglary Business and Community"]
        outcomes = Tally.from_columns({"outcome": ["1", "8"]}, [5, 7])
        table = pm.rate(outcomes, {"1": 10, "8": 10}, by="outcome")
        assert table.relabel("outcome", "definitions")["outcome"].tolist() == [
            "Charged or summonsed",
            "Community resolution",
        ]

    def test_codes_of_either_are_asked_for(self):
        """Code 1 is murder, and a charge."""
        table = pm.rate([5, 7], [10, 10], labels=["1", "8N"])
        assert table.relabel("label", "definitions")["label"].tolist()[0] == "Murder"
        both = pm.rate([5], [10], labels=["1"])
        with pytest.raises(ChoiceNeededError, match=r"'1'") as asked:
            both.relabel("label", "definitions")
        for which, name in zip(asked.value.answers["names"], ("Murder", "Charged or summonsed"), strict=True):
            assert both.relabel("label", which)["label"].tolist() == [name]

    @pytest.mark.parametrize(
        ("given", "named"),
        [
            (("nope", {}), "dimension must be"),
            (("label", {"99": "x"}), "key of names for 'label'"),
            (("label", {"19C": "x", "30C": "x"}), "keep the rows of 'label' apart"),
            (("label", {"19C": None}), "new label must be text or a whole number"),
            (("label", "offence"), "names must be"),
            (("label", 5), "names must be a mapping"),
        ],
    )
    def test_bad_input(self, given, named):
        with pytest.raises(pm.PoliceMetricsError, match=named):
            self.TABLE.relabel(*given)

    def test_others(self):
        with pytest.raises(pm.PoliceMetricsError, match="they lack '30C'"):
            self.TABLE.relabel("label", {"19C": "x"}, others="refuse")
        with pytest.raises(pm.PoliceMetricsError, match="no label of 'label' is a code"):
            pm.rate([5], [10], labels=["Kent"]).relabel("label", "definitions")

    def test_pictures_name_codes(self):
        matplotlib = pytest.importorskip("matplotlib")
        matplotlib.use("agg")
        crimes = Tally.from_columns(
            {"offence": ["19C", "30C"] * 2, "period": ["2017/18"] * 2 + ["2019/20"] * 2}, [5, 6, 7, 8]
        )
        ax = pm.plot.by_group(pm.rate_change(crimes, between=YEARS, by="offence"))
        assert [t.get_text() for t in ax.get_yticklabels()] == self.TABLE.relabel("label", "definitions")[
            "label"
        ].tolist()
        ax.figure.clear()
