"""One rule for every comparison: the same question gets the same answer, whatever is compared.

Each rule is one test over all ten comparisons; where it concerns some of them only, it is said why.
"""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import policemetrics as pm
from policemetrics import Exposure, HarmWeights, Tally
from policemetrics._compare import _standing
from policemetrics.errors import InvalidInputError, NotCrimeWarning, UnknownNameError
from policemetrics.extend import Comparison, both_groups, both_periods

pytestmark = pytest.mark.usefixtures("no_breaks")
YEARS = ("2022/23", "2023/24")
NAMED = "no coverage was stated, and only one of the periods has cells of Essex"
BELOW = "not available: a total of −1 in 2023/24, below zero: corrections outweigh what was recorded"
UNLIKE = (
    "not like for like: supplied for one only: Essex; like_for_like='match' leaves out what one side lacks"
)
CURE = "tally(frame, by=['force', 'period'], coverage=['force', 'period'])"
WHO = f"like_for_like='match' needs to know who supplied: state coverage= when tallying, as in {CURE}."

# ---- the ten, and the world they are asked about ----------------------------------------

WEIGHTS = HarmWeights({"theft": 1}, name="own", version="1")
ASKED = {"positive": "charged", "basis": "closed", "out_of": "outcomes"}

# What each is about: the column of the change, that of the number counted in the later period, and of a part's earlier one.
HEADS = {
    "rate_change": ("change", "new", None),
    "change_drivers": ("change", "new", "old"),
    "harm_change": ("change", "new", None),
    "harm_drivers": ("change", "crimes_new", "crimes_old"),
    "harm_index": ("index", "score", None),
    "outcome_rate_change": ("points", "new_positive", None),
    "outcome_rate_split": ("points", None, None),  # rates alone, and no row for each part
    "outcome_rate_drivers": ("points", None, "old_share"),  # rates and shares alone
    "time_change": ("mean_change", "new_n", None),
    "time_drivers": ("mean_change", "new_n", "old_n"),
}
ALL = tuple(HEADS)
# Those that divide a whole: `of` is theirs alone.
PARTED = ("change_drivers", "harm_drivers", "outcome_rate_split", "outcome_rate_drivers", "time_drivers")
# The drivers of counts, harm and times take no caveat of the caller's.
CAVEATED = tuple(name for name in ALL if name not in {"change_drivers", "harm_drivers", "time_drivers"})
# A change of one figure, and its parts.
PAIRS = {
    "rate_change": "change_drivers",
    "harm_change": "harm_drivers",
    "outcome_rate_change": "outcome_rate_drivers",
    "outcome_rate_split": "outcome_rate_drivers",
    "time_change": "time_drivers",
}

# What a metric counts beside force and period: its own column, and how many of each label; None for the world's number.
OWN = {
    "harm": ("offence", {"theft": None}),
    "outcome": ("outcome", {"1": None, "18": 100}),
    "time": ("seconds", {60: None, 120: 100}),
}
OWN["positive"] = OWN["outcome"]

BOTH = {"Kent": (100, 110), "Essex": (40, 50)}
LATER = {"Kent": (100, 110), "Essex": (None, 50)}
EARLY = {"Kent": (100, 110), "Essex": (40, None)}

every = pytest.mark.parametrize("name", ALL)
one_sided = pytest.mark.parametrize("forces", [LATER, EARLY], ids=["later", "earlier"])


def columns(name, forces, *, kind=False, rest=None):
    """Lay out a world, {force: (old, new)}, None for no cell, with the column that the metric needs."""
    own, labels = OWN.get(name.split("_")[0], ("", {"": None}))
    rows = [
        (force, year, "x", label, n if many is None else many if rest is None else rest)
        for force, counts in forces.items()
        for year, n in zip(YEARS, counts, strict=True)
        if n is not None
        for label, many in labels.items()
    ]
    names = ("force", "period", "kind" * kind, own, "n")
    return {name: list(column) for name, column in zip(names, zip(*rows, strict=True), strict=True) if name}


def tally_of(name, forces, *, coverage=None, **world):
    found = columns(name, forces, **world)
    return Tally.from_columns(found, found.pop("n"), coverage=coverage)


def frame_of(name, forces, **world):
    return pd.DataFrame(columns(name, forces, **world))


def supplied(name, forces, **world):
    """Make the tally of a world that says who supplied."""
    return tally_of(name, forces, coverage=["force", "period"], **world)


def compare(name, data, **options):
    """Ask one of the ten, and list its figures: of the index those of the later period, of parts those by force."""
    function = getattr(pm, name)
    if name in PARTED:
        options = {"of": "force"} | options
    if name.startswith("outcome"):
        options |= ASKED
    given = (options.pop("weights", WEIGHTS),) if name.startswith("harm") else ()
    if name == "harm_index":
        table = function(data, *given, base=YEARS[0], **options)
        return list(table[table["period"] == YEARS[1]])
    found = function(data, *given, between=YEARS, **options)
    return [found] if isinstance(found, pm.Figure) else list(found)


def by_force(name, data, **options):
    """Ask for a row a force; what is then divided is the kind."""
    options |= {"of": "kind"} if name in PARTED else {}
    return {f.group["force"]: f for f in compare(name, data, by="force", **options)}


def refusal(error, ask, *given, **options):
    with pytest.raises(error) as refused:
        ask(*given, **options)
    return str(refused.value)


def moved(name, figures):
    """Return by how much the whole moved: its parts added up."""
    return sum(getattr(f, HEADS[name][0]) for f in figures)


# ---- nothing was stated -----------------------------------------------------------------


class TestNothingStated:
    @one_sided
    @every
    def test_a_supplier_in_one_period_only_is_named(self, name, forces):
        figures = compare(name, tally_of(name, forces))
        assert {(f.caveat, f.reason) for f in figures} == {(NAMED, None)}

    @pytest.mark.parametrize("coverage", [["force", "period"], "period"], ids=str)
    @every
    def test_nobody_is_where_all_are_there_or_coverage_is_stated(self, name, coverage):
        """Coverage of the periods says that nobody is missing: what is absent is 0."""
        assert {f.caveat for f in compare(name, tally_of(name, BOTH))} == {""}
        figures = compare(name, tally_of(name, LATER, coverage=coverage))
        why = None if coverage == "period" else UNLIKE
        assert {(f.caveat, f.reason) for f in figures} == {("", why)}

    @pytest.mark.parametrize("name", [n for n in ALL if n.startswith(("outcome", "time"))])
    def test_what_is_measured_is_no_supplier(self, name):
        """An outcome, or a number of seconds, that occurs in one period only is what the figure is about."""
        own, first, second, new = ("outcome", "1", "18", "8") if name[0] == "o" else ("seconds", 60, 120, 90)
        cells = {
            "force": ["Kent"] * 5,
            "period": [*YEARS, *YEARS, YEARS[1]],
            own: [first, first, second, second, new],
        }
        data = Tally.from_columns(cells, [5, 6, 7, 8, 9])
        assert {f.caveat for f in compare(name, data)} == {""}

    @every
    def test_a_row_of_its_own_is_not_available(self, name):
        """A figure of its own needs rows of its own; what by= keeps apart is not added up, so there is no caveat."""
        found = by_force(name, tally_of(name, LATER, kind=True))
        assert "no rows for Essex, 2022/23" in found["Essex"].reason
        assert (found["Kent"].reason, found["Kent"].caveat, found["Essex"].caveat) == (None, "", "")

    def test_only_the_rows_concerned(self):
        """Essex has thefts of one year only; the frauds are of Kent alone, in both."""
        rows = [("Kent", year, kind) for year in YEARS for kind in ("fraud", "theft")]
        rows.append(("Essex", YEARS[1], "theft"))
        columns = dict(zip(("force", "period", "kind"), zip(*rows, strict=True), strict=True))
        found = pm.rate_change(Tally.from_columns(columns, [1] * 5), between=YEARS, by="kind", caveat="own")
        assert [f.caveat for f in found] == ["own", f"own; {NAMED}"]

    @pytest.mark.parametrize("name", [n for n in ALL if HEADS[n][2]])
    def test_a_part_of_a_whole_is_0(self, name):
        parts = {f.group["force"]: f for f in compare(name, tally_of(name, LATER))}
        assert getattr(parts["Essex"], HEADS[name][2]) == 0
        assert (parts["Essex"].reason, parts["Essex"].caveat) == (None, NAMED)

    @one_sided
    @pytest.mark.parametrize("name", PAIRS)
    def test_parts_add_up(self, name, forces):
        whole, parts = (moved(n, compare(n, tally_of(n, forces))) for n in (name, PAIRS[name]))
        # Whole numbers to the bit; what is divided first, to its last digit.
        exact = name in {"rate_change", "harm_change"}
        assert whole == parts if exact else whole == pytest.approx(parts, abs=1e-12)

    @one_sided
    @pytest.mark.parametrize("name", ["rate_change", "harm_change"])
    def test_rows_and_parts_agree(self, name, forces):
        """Of a rate or a mean, a part is not the change of its own row."""
        data = tally_of(name, forces)
        parts = {f.group["force"]: f for f in compare(PAIRS[name], data)}
        rows = {f.group["force"]: f for f in compare(name, data, by="force")}
        assert [f for f in rows if rows[f].reason is None] == ["Kent"]
        assert rows["Kent"].change == parts["Kent"].change == 10


# ---- like for like ----------------------------------------------------------------------


class TestLikeForLike:
    @every
    def test_require_is_the_default(self, name):
        data = supplied(name, LATER)
        assert compare(name, data, like_for_like="require") == compare(name, data)

    @pytest.mark.parametrize("make", [tally_of, frame_of])
    @every
    def test_match_must_know_who_supplied(self, name, make):
        asked = {"like_for_like": "match", "count": "n" if make is frame_of else None}
        assert refusal(InvalidInputError, compare, name, make(name, LATER), **asked) == WHO

    def test_what_the_refusal_proposes_cures_it(self):
        frame = pd.DataFrame({"force": ["Kent", "Kent", "Essex"], "period": [*YEARS, YEARS[1]]})
        with pytest.raises(InvalidInputError, match="as in tally"):
            pm.rate_change(frame, between=YEARS, like_for_like="match")
        cured = eval(CURE, {"tally": pm.tally, "frame": frame})  # noqa: S307  # our own words
        found = pm.rate_change(cured, between=YEARS, like_for_like="match")
        assert (found.old, found.new, found.exclusions.excluded) == (1, 1, 1)

    @every
    def test_any_other_word_is_refused(self, name):
        said = refusal(UnknownNameError, compare, name, supplied(name, BOTH), like_for_like="both")
        assert said == "like_for_like must be one of 'require', 'match'; got 'both'."

    @every
    def test_match_compares_who_supplied_both(self, name):
        figures = compare(name, supplied(name, LATER), like_for_like="match")
        alone = compare(name, supplied(name, {"Kent": LATER["Kent"]}))
        assert moved(name, figures) == moved(name, alone)
        assert {(f.reason, f.caveat) for f in figures} == {(None, "")}
        left_out = 50 + 100 * name.startswith(("outcome", "time"))
        assert (
            sum(
                n
                for f in figures
                for why, n in f.exclusions.reasons.items()
                if why == "not like for like (Essex)"
            )
            == left_out
        )

    @every
    def test_match_finds_nothing_of_who_did_not(self, name):
        found = by_force(name, supplied(name, LATER, kind=True), like_for_like="match")
        assert (found["Kent"].reason, found["Essex"].reason) == (
            None,
            "not available: no rows for Essex, 2022/23",
        )


# ---- reasons ----------------------------------------------------------------------------


class TestReasons:
    @every
    def test_not_supplied_comes_first(self, name):
        """Then who is there in one period only; then a total below zero."""
        data = supplied(name, {"Kent": (100, -5), "Essex": (None, 1)})
        marked = data.not_supplied("the system was down", force="Kent", period=YEARS[0])
        assert {f.reason for f in compare(name, marked)} == {"not available: the system was down"}

    @every
    def test_of_a_row_too(self, name):
        found = by_force(name, supplied(name, {"Kent": (100, 110), "Essex": (None, -7)}, kind=True, rest=0))
        assert found["Essex"].reason == "not available: no rows for Essex, 2022/23"

    @pytest.mark.parametrize("kent", [(-5, 10), (5, -10)], ids=["before", "after"])
    @every
    def test_unlike_comes_before_a_total_below_zero(self, name, kent):
        figures = compare(name, supplied(name, {"Kent": kent, "Essex": (None, 1)}, rest=0))
        assert {f.reason for f in figures} == {UNLIKE}

    @every
    def test_a_total_below_zero_is_explained(self, name):
        figures = compare(name, tally_of(name, {"Kent": (5, -1)}, rest=0))
        assert [f.reason for f in figures] == [BELOW]

    @pytest.mark.parametrize("name", [n for n in ALL if HEADS[n][1]])
    def test_a_total_below_zero_is_shown(self, name):
        """Of those that show what was counted."""
        (figure,) = compare(name, tally_of(name, {"Kent": (5, -1)}, rest=0))
        assert np.isnan(getattr(figure, HEADS[name][0]))
        assert getattr(figure, HEADS[name][1]) == -1.0


# ---- one dimension, two roles -----------------------------------------------------------


class TestRoles:
    @every
    def test_by_is_not_the_period(self, name):
        said = refusal(InvalidInputError, compare, name, tally_of(name, BOTH), by="period")
        assert said.startswith("by must not name the period dimension 'period': it is what is compared")

    @pytest.mark.parametrize(("of", "role"), [("period", "period"), ("kind", "by")])
    @pytest.mark.parametrize("name", PARTED)
    def test_of_is_neither_by_nor_the_period(self, name, of, role):
        said = refusal(InvalidInputError, compare, name, tally_of(name, BOTH, kind=True), by="kind", of=of)
        assert said == f"of must name another dimension than by= and period=; got {of!r}, which is {role}=."


# ---- caveats ----------------------------------------------------------------------------


class TestCaveats:
    @pytest.mark.parametrize("name", CAVEATED)
    def test_the_callers_comes_first(self, name):
        figures = compare(name, tally_of(name, LATER), caveat="own")
        assert {f.caveat for f in figures} == {f"own; {NAMED}"}

    @pytest.mark.parametrize("name", [n for n in ALL if n.startswith("harm")])
    def test_that_of_the_weights_is_joined_alike(self, name):
        noted = HarmWeights({"theft": 1}, name="own", version="1", caveat="estimates.")
        own = {"caveat": "own"} if name in CAVEATED else {}
        (caveat,) = {f.caveat for f in compare(name, tally_of(name, LATER), weights=noted, **own)}
        assert sorted(caveat.split("; ")) == sorted([*own.values(), "estimates", NAMED])


# ---- divisors ---------------------------------------------------------------------------

PEOPLE = Exposure({"Kent": 1_000, "Essex": 2_000}, by="force", name="residents", date="mid-2022")
CLOSED = {"positive": "charged", "basis": "closed", "out_of": "crimes"}
# What each is given, and what it calls its divisor; the other comparisons take no exposure.
DIVIDED = {
    "rate": ((PEOPLE,), {}, "exposure"),
    "rate_change": ((), {"exposure": PEOPLE, "between": YEARS}, "new_exposure"),
    "harm_score": ((WEIGHTS,), {"exposure": PEOPLE}, "exposure"),
    "harm_change": ((WEIGHTS,), {"exposure": PEOPLE, "between": YEARS}, "new_exposure"),
    "harm_index": ((WEIGHTS,), {"exposure": PEOPLE, "base": YEARS[0]}, "exposure"),
    "positive_outcome_rate": ((), CLOSED | {"crimes": PEOPLE}, "denominator"),
}


class TestDivisors:
    @pytest.mark.parametrize("by", [{}, {"by": "kind"}], ids=["whole", "by"])
    @pytest.mark.parametrize("name", DIVIDED)
    def test_a_frame_is_counted_by_what_its_exposure_is_by(self, name, by):
        given, asked, divisor = DIVIDED[name]
        frame = frame_of(name, BOTH, kind=True)
        if not {"between", "base"} & set(asked):
            frame = frame[frame["period"] == YEARS[1]].drop(columns="period")
        kept = pm.tally(frame, by=[c for c in frame if c != "n"], count="n")
        found = getattr(pm, name)(frame, *given, count="n", **asked, **by)
        assert found == getattr(pm, name)(kept, *given, **asked, **by)
        assert {getattr(f, divisor) for f in ([found] if isinstance(found, pm.Figure) else found)} == {3_000}

    def test_an_area_of_one_period_is_not_divided(self):
        """Nothing was stated: the areas of an exposure are who sends, and those of the two periods are not the same."""
        counts = Tally.from_columns(
            {"force": ["Kent", "Kent", "Essex"], "period": [*YEARS, YEARS[1]]}, [90, 100, 50]
        )
        people = Exposure({"Kent": 1000, "Essex": 2000}, by="force", name="residents", date="mid-2022")
        found = pm.rate_change(counts, between=YEARS, exposure=people)
        assert found.reason == "not like for like: supplied for one only: Essex"

    def test_earlier_years_that_lack_their_residents(self):
        """Of several earlier years beside one, each has its own reason."""
        months = [f"{y}-01" for y in (2020, 2021, 2022)]
        counts = Tally.from_columns({"force": ["Kent"] * 3 + ["Essex"] * 3, "period": months * 2}, [9] * 6)
        people = {(f, m): 100 for f in ("Kent", "Essex") for m in months if (f, m) != ("Essex", "2020-01")}
        given = Exposure(people, by=["force", "period"], name="residents", date="mid-year")
        table = pm.rate_change(counts, versus="same_months", years=2, by="force", exposure=given)
        assert [row.reason for row in table] == ["not available: no residents for Essex, 2020-01", None]
        assert table[0].between == ("2020-01 and the same months until 2021", "2022-01")

    def test_a_column_that_stands_in_part(self):
        """One that nobody can write to is taken as it is where it all stands, and nowhere else."""
        given = np.array([1.0, 2.0])
        given.setflags(write=False)
        assert _standing(given, np.array([True, True])) is given
        np.testing.assert_array_equal(_standing(given, np.array([True, False])), [1.0, math.nan])
        whole = np.array([1, 2])
        whole.setflags(write=False)
        assert _standing(whole, np.array([True, True])).dtype == np.float64
        assert _standing(own := np.array([1.0]), np.array([True])) is not own

    @pytest.mark.parametrize("make", [tally_of, frame_of])
    def test_one_number_for_several_groups_is_refused(self, make):
        def ask(name, *forces):
            data = make(name, dict.fromkeys(forces, (None, 110)))
            asked = {"by": "force", "count": "n" if make is frame_of else None}
            if name == "rate":
                return pm.rate(data, 1_000, **asked)
            return pm.positive_outcome_rate(data, **CLOSED, crimes=1_000, **asked)

        assert [f.reason for name in ("rate", "outcome") for f in ask(name, "Kent")] == [None, None]
        exposure, crimes = (refusal(InvalidInputError, ask, n, "Kent", "Essex") for n in ("rate", "outcome"))
        assert "for each group" in exposure
        assert exposure.replace("exposure", "crimes", 1) == crimes


# ---- a frame, or the tally of it --------------------------------------------------------


class TestFrames:
    @pytest.mark.parametrize("nameless", [False, True], ids=["", "a-row-without-force"])
    @pytest.mark.parametrize("forces", [BOTH, LATER, EARLY], ids=["both", "later", "earlier"])
    @every
    def test_a_frame_is_the_tally_of_it(self, name, forces, nameless):
        frame = frame_of(name, forces, kind=True)
        if nameless:
            frame = pd.concat([frame, frame[-1:].assign(force=None)], ignore_index=True)
        own = [c for c in frame if c not in {"n", "force", "kind"}]
        parts = ["force"] if name in PARTED else []
        counted = pm.tally(frame, by=[*parts, *own], count="n")
        assert compare(name, frame, count="n") == compare(name, counted)
        counted = pm.tally(frame, by=["force", *["kind"] * len(parts), *own], count="n")
        assert by_force(name, frame, count="n") == by_force(name, counted)


@pytest.mark.parametrize("n", [0, 3])
def test_rows_without_a_label_that_count_nothing(n):
    """Of 2022 only a row without its force came in, which a total does not need. Of drivers by force it is left out."""
    columns = {"force": [None, "Kent"], "period": ["2022", "2023"]}
    crimes = Tally.from_columns(columns, [n, 5], coverage="period")
    found = pm.rate_change(crimes, between=("2022", "2023"))
    assert (found.old, found.new, found.exclusions.excluded) == (n, 5, 0)
    drivers = pm.change_drivers(crimes, between=("2022", "2023"), of="force")
    if n:
        assert drivers.at(force="Kent").reason == "not available: all counts were excluded (missing force 3)"
    else:
        assert (drivers.at(force="Kent").old, drivers.at(force="Kent").new) == (0, 5)


def test_groups_are_of_no_number_of_days():
    """Two forces are compared as they are: each counts for one day, or for none."""
    crimes = Tally.from_columns({"force": ["Essex", "Kent"]}, [3, 7])
    pair = Comparison.of(crimes, both_groups(crimes, ("Essex", "Kent"), "force"), ())
    sizes, name = pair.sizes(None, per_day=True)
    assert ([size.tolist() for size in sizes], name) == ([[1], [1]], "days")
    assert pair.sizes(None) == ([], "")


def test_groups_of_no_dimension():
    crimes = Tally.from_columns({"force": ["Essex", "Kent"]}, [3, 7])
    with pytest.raises(UnknownNameError, match="the tally has no dimension 'beat'; it has 'force'"):
        both_groups(crimes, ("Essex", "Kent"), "beat")
    with pytest.raises(UnknownNameError, match="the tally has no dimension 'year'; it has 'force'"):
        both_periods(crimes, ("2022", "2023"), "year")


def test_groups_per_resident():
    crimes = Tally.from_columns({"force": ["Essex", "Kent"]}, [3, 7])
    pair = Comparison.of(crimes, both_groups(crimes, ("Kent", "Essex"), "force"), ())
    assert [size.tolist() for size in pair.sizes(PEOPLE)[0]] == [[1000], [2000]]


# ---- what was chosen ---------------------------------------------------------------------


GROUPS = ("Arson", "Burglary", "Robbery", "Shoplifting", "Theft")


def of_groups():
    """Five groups of offences of two forces in two years, with an outcome and a time each."""
    rows = [
        (f, p, g, o, s)
        for f in ("Kent", "Essex")
        for p in YEARS
        for g in GROUPS
        for o in ("1", "18")
        for s in (60, 120)
    ]
    columns = dict(
        zip(
            ("force", "period", "group", "outcome", "seconds"),
            map(list, zip(*rows, strict=True)),
            strict=True,
        )
    )
    return Tally.from_columns(columns, [100 + i for i in range(len(rows))])


def families(tally):
    """A sentence of every family that takes a tally."""
    outcomes = tally.sum_to("force", "period", "group", "outcome")
    crimes, times = (
        tally.sum_to("force", "period", "group"),
        tally.sum_to("force", "period", "group", "seconds"),
    )
    weights = HarmWeights(dict.fromkeys(GROUPS, 1), name="own", version="1")
    harm, asked = {"offence": "group"}, {"between": YEARS}
    return {
        "rate": pm.rate(crimes, 1000),
        "rate_change": pm.rate_change(crimes, **asked),
        "rate_change per day": pm.rate_change(crimes, **asked, per_day=True),
        "change_drivers": pm.change_drivers(crimes, **asked, of="force")[0],
        "harm_score": pm.harm_score(crimes, weights, **harm),
        "harm_change": pm.harm_change(crimes, weights, **harm, **asked),
        "harm_drivers": pm.harm_drivers(crimes, weights, **harm, **asked, of="force")[0],
        "harm_index": pm.harm_index(crimes, weights, **harm, base=YEARS[0])[1],
        "positive_outcome_rate": pm.positive_outcome_rate(outcomes, **ASKED),
        "outcome_rate_change": pm.outcome_rate_change(outcomes, **ASKED, **asked),
        "outcome_rate_split": pm.outcome_rate_split(outcomes, **ASKED, **asked, of="force"),
        "outcome_rate_drivers": pm.outcome_rate_drivers(outcomes, **ASKED, **asked, of="force")[0],
        "compare": pm.compare(
            pm.positive_outcome_rate(outcomes, **ASKED, by="force"), against=0.1, overdispersion=None
        )[0],
        "summarise_times": pm.summarise_times(times),
        "answer_times": pm.answer_times(times, target=90, out_of="answered"),
        "time_change": pm.time_change(times, **asked),
        "time_drivers": pm.time_drivers(times, **asked, of="force")[0],
    }


class TestChosen:
    def test_every_family_says_it(self):
        """A filter that was forgotten stands in every sentence, once; without one there is nothing."""
        for name, figure in families(of_groups().where(group="Robbery")).items():
            assert str(figure).count("Robbery") == 1 or "offence Robbery" in str(figure), (name, str(figure))
            assert figure.chosen == "Robbery", name
        assert {figure.chosen for figure in families(of_groups()).values()} == {""}

    @pytest.mark.parametrize(
        ("labels", "said"),
        [
            ({"group": "Robbery"}, "Recorded crime, Robbery, rose by "),
            ({"group": ["Robbery", "Arson"]}, "Recorded crime, Arson and Robbery, rose by "),
            ({"group": ["Robbery", "Arson", "Theft"]}, "Recorded crime, Arson, Robbery and Theft, rose by "),
            ({"group": GROUPS[:4]}, "Recorded crime, Arson and 3 more, rose by "),
            ({"group": GROUPS}, "Recorded crime rose by "),
            ({"period": YEARS}, "Recorded crime rose by "),
            ({"group": "Theft", "force": "Kent"}, "Recorded crime, Theft, Kent, rose by "),
            ({"seconds": 60}, "Recorded crime rose by "),
            ({"outcome": "1"}, "Recorded crime, outcome 1, rose by "),
        ],
    )
    def test_in_words(self, labels, said):
        assert str(pm.rate_change(of_groups().where(**labels), between=YEARS)).startswith(said)

    def test_it_travels(self):
        """Through sums, slices, drops, renaming and adding; a subject of the caller's wins."""
        whole, asked = of_groups(), {"between": YEARS}
        robbery = whole.where(group="Robbery")
        start = "Recorded crime, Robbery, rose"
        for tally in (
            robbery.sum_to("period"),
            robbery.where(force="Kent").sum_to("period", "force").where(period=YEARS),
            robbery.where(period=YEARS[0]) + robbery.where(period=YEARS[1]),
            whole.where(group=["Robbery", "Theft"]).where(group="Robbery"),
            robbery.drop(force="Essex"),
        ):
            assert str(pm.rate_change(tally, **asked)).startswith(start[:-6]), str(
                pm.rate_change(tally, **asked)
            )
        renamed = robbery.relabel("group", {"Robbery": "Muggings"})
        assert pm.rate_change(renamed, **asked).chosen == "Muggings"
        assert pm.rate_change(robbery + whole.where(group="Theft"), **asked).chosen == "Robbery and Theft"
        assert pm.rate_change(robbery + whole.drop(group="Robbery"), **asked).chosen == ""
        assert str(pm.rate_change(robbery, **asked, subject="Muggings")).startswith("Muggings rose")

    def test_renamed_since(self):
        counts = Tally.from_columns(
            {"group": ["Robbery", "Robbery", "Theft"], "period": [*YEARS, YEARS[0]]}, [9, 8, 7]
        )
        muggings = counts.where(group="Robbery").relabel("group", {"Robbery": "Muggings"})
        assert pm.rate_change(muggings, between=YEARS).chosen == "Muggings"

    def test_the_first_of_two_groups_is_named(self):
        counts = Tally.from_columns({"force": ["Kent", "Essex"]}, [0, 3])
        found = pm.rate_change(counts, groups=("Kent", "Essex"), of="force")
        assert found.reason == "not applicable: nothing was recorded in Kent"

    def test_tables_say_it_above(self):
        table = pm.rate_change(of_groups().where(group="Robbery"), between=YEARS, by="force")
        assert repr(table).startswith("Recorded crime, Robbery; 2022/23 to 2023/24; method: score\n")
        assert str(table[0]).startswith("Essex: recorded crime, Robbery, rose")
        assert pm.rate_change(of_groups().where(group="Robbery"), between=YEARS, by="group")[0].chosen == ""
        assert pm.rate_change(of_groups().where(group="Robbery"), versus="previous")[1].chosen == "Robbery"


class TestNoCrime:
    """Anti-social behaviour stands among the types of data.police.uk and is no recorded crime."""

    @staticmethod
    def street(label="Anti-social behaviour"):
        types = [label, "Burglary", "Robbery"] * 2
        return Tally.from_columns(
            {"type": types, "period": [y for y in YEARS for _ in "abc"]}, [900, 50, 60, 800, 55, 70]
        )

    @pytest.mark.parametrize(
        "label", ["Anti-social behaviour", "ASB", "anti-social Behaviour", "Anti\u2013social  behaviour"]
    )
    def test_alone_it_is_not_called_so(self, label):
        chosen = self.street(label).where(type=label)
        for tally in (chosen, chosen.sum_to("period")):
            assert str(pm.rate_change(tally, between=YEARS)).startswith(f"{label} fell by 100")
        row = pm.rate_change(self.street(label), between=YEARS, by="type").at(type=label)
        assert str(row).startswith(f"{label}: incidents fell by 100")

    def test_with_others_that_were_chosen(self):
        """Both are named, and not as if they were no crime."""
        chosen = self.street().where(type=["Anti-social behaviour", "Robbery"])
        with pytest.warns(NotCrimeWarning):
            found = pm.rate_change(chosen, between=YEARS)
        assert found.chosen == "Anti-social behaviour and Robbery"
        assert str(found).startswith("Recorded crime, Anti-social behaviour and Robbery, fell by 90")

    def test_among_others_it_is_said(self):
        with pytest.warns(NotCrimeWarning, match=r"drop\(type='Anti-social behaviour'\) leaves it out"):
            found = pm.rate_change(self.street(), between=YEARS)
        assert [note.code for note in found.caveats] == ["not-recorded-crime"]
        assert not pm.rate_change(self.street().drop(type="Anti-social behaviour"), between=YEARS).caveats

    def test_the_caller_knows(self):
        """A subject of the caller's, and figures that speak of no crime, say nothing of it."""
        assert not pm.rate_change(self.street(), between=YEARS, subject="Incidents").caveats
        times = Tally.from_columns({"type": ["ASB", "Robbery"], "seconds": [60, 90]}, [1, 2])
        assert not pm.summarise_times(times).caveats


LSOAS = {"lsoa": ["E1"] * 2 + [None] * 3 + ["E1"] * 3 + [None], "period": ["2018"] * 5 + ["2019"] * 4}


class TestLeftOutUnequally:
    """Of 2018 three of five rows lack their area, of 2019 one of four."""

    crimes = Tally.from_columns(LSOAS, [1] * 9)
    says = "left out because a label is missing: 3 of 5 (60.0%) of 2018, but 1 of 4 (25.0%) of 2019"

    def test_a_total_counts_them(self):
        for made in (self.crimes, self.crimes.sum_to("period"), pd.DataFrame(LSOAS)):
            found = pm.rate_change(made, between=("2018", "2019"))
            assert (found.old, found.new, found.caveat, found.exclusions.excluded) == (5, 4, "", 0)

    def test_what_needs_the_label_says_so(self):
        residents = pm.Exposure({"E1": 100}, by="lsoa", name="residents", date="mid-2018")
        for made in (self.crimes, pd.DataFrame(LSOAS)):
            for found in (
                pm.rate_change(made, between=("2018", "2019"), by="lsoa").at(lsoa="E1"),
                pm.change_drivers(made, between=("2018", "2019"), of="lsoa").at(lsoa="E1"),
                pm.rate_change(made, between=("2018", "2019"), exposure=residents),
            ):
                assert (found.old, found.new, found.caveat) == (2, 3, self.says)

    def test_of_the_groups_it_may_belong_to(self):
        """Kent's rows without an offence are nothing to Essex; those of no force are to both."""
        columns = {"force": ["Kent", "Kent", "Essex", "Kent", "Essex"], "period": ["2018", "2018", "2018", "2019", "2019"],
                   "offence": ["theft", None, "theft", "theft", "theft"]}  # fmt: skip
        crimes = Tally.from_columns(columns, [90, 10, 50, 100, 50])
        table = pm.rate_change(crimes, between=("2018", "2019"), by=["force", "offence"])
        assert (
            "10 of 100 (10.0%) of 2018, but 0 of 100 (0.0%) of 2019"
            in table.at(force="Kent", offence="theft").caveat
        )
        assert table.at(force="Essex", offence="theft").caveat == ""
        more = crimes + Tally.from_columns(
            {d: [v] for d, v in zip(columns, [None, "2018", "theft"], strict=True)}, [30]
        )
        table = pm.rate_change(more, between=("2018", "2019"), by=["force", "offence"])
        assert "30 of 170 (17.6%)" in table.at(force="Essex", offence="theft").caveat

    def test_what_lacks_both_labels_is_counted_alone(self):
        """One row of each year is of no force and no offence: Kent's ten without an offence are not among them."""
        columns = {"force": ["Kent", "Kent", "Essex", None, "Kent", "Essex", None],
                   "period": ["2018"] * 4 + ["2019"] * 3,
                   "offence": ["theft", None, "theft", None, "theft", "theft", None]}  # fmt: skip
        crimes = Tally.from_columns(columns, [90, 10, 50, 1, 100, 50, 1])
        table = pm.rate_change(crimes, between=("2018", "2019"), by=["force", "offence"])
        assert "10 of 100 (10.0%)" in table.at(force="Kent", offence="theft").caveat
        assert table.at(force="Essex", offence="theft").caveat == ""

    @pytest.mark.parametrize(
        ("old", "new", "says"),
        [
            ((99, 1), (100, 0), "1 of 100 (1.0%) of 2018, but 0 of 100 (0.0%) of 2019"),
            ((199, 1), (200, 0), ""),
            ((0, 1), (1, 0), "1 of 1 (100.0%) of 2018, but 0 of 1 (0.0%) of 2019"),
            ((1, 0), (0, 1), "0 of 1 (0.0%) of 2018, but 1 of 1 (100.0%) of 2019"),
            ((0, 0), (3, 2), ""),
            ((3, 2), (0, 0), ""),
        ],
    )
    def test_from_a_hundredth_on(self, old, new, says):
        """Where one of the two has nothing at all, there is nothing to compare."""
        columns = {"lsoa": ["E1", None] * 2, "period": ["2018"] * 2 + ["2019"] * 2}
        crimes = Tally.from_columns(columns, [*old, *new], coverage="period")
        found = pm.change_drivers(crimes, between=("2018", "2019"), of="lsoa").at(lsoa="E1")
        assert found.caveat == (f"left out because a label is missing: {says}" if says else "")

    def test_as_much_of_both(self):
        """A hundredth more or less is no news, nor what the caller dropped."""
        crimes = Tally.from_columns({d: LSOAS[d] for d in LSOAS}, [90, 90, 2, 2, 2, 90, 90, 90, 8])
        assert pm.rate_change(crimes, between=("2018", "2019"), by="lsoa").at(lsoa="E1").caveat == ""
        dropped = crimes.drop(lsoa="E1", period="2018")
        assert "label" not in pm.rate_change(dropped, between=("2018", "2019")).caveat


class TestMonthsWithoutRows:
    """A row in each month from January 2021 to October 2022."""

    says = "no rows for 2022-11, 2022-12"

    @staticmethod
    def change(dates, every="calendar_year", between=("2021", "2022"), **options):
        frame = pd.DataFrame({"when": pd.to_datetime(list(dates))})
        return pm.rate_change(pm.tally(frame, date="when", every=every, **options), between=between)

    @pytest.fixture(autouse=True)
    def _dates(self):
        self.dates = tuple(pd.date_range("2021-01-01", periods=22, freq="MS"))

    def test_as_with_months(self):
        month, year = (self.change(self.dates, every) for every in ("month", "calendar_year"))
        assert year.reason == month.reason == f"not available: {self.says}"
        assert (year.old, math.isnan(year.new)) == (12, True) == (month.old, math.isnan(month.new))

    def test_at_the_start(self):
        """January to March 2021 belong to the year before."""
        found = self.change(self.dates, "financial_year", ("2020/21", "2021/22"))
        assert found.reason.startswith("not available: no rows for 2020-04, 2020-05")
        assert self.change(self.dates, "quarter", ("2022-Q2", "2022-Q3")).change == 0
        assert (
            self.change(self.dates, "quarter", ("2021-Q4", "2022-Q4")).reason == f"not available: {self.says}"
        )

    def test_between(self):
        """A month in the middle may be one in which nothing was recorded: the figure stands, and says so."""
        dates = [
            d for d in pd.date_range("2021-01-01", periods=24, freq="MS") if (d.year, d.month) != (2021, 5)
        ]
        found = self.change(dates)
        assert (found.old, found.new, found.caveat) == (11, 12, "no rows for 2021-05")

    def test_every_figure_of_the_year_says_so(self):
        frame = pd.DataFrame({"when": self.dates})
        years = pm.tally(frame, date="when", every="calendar_year")
        assert pm.rate(years, 100).caveat == self.says
        assert pm.rate(years.where(period="2021"), 100).caveat == ""
        named = years.relabel("period", {"2021": "earlier", "2022": "later"})
        assert pm.rate(named, 100).caveat == ""

    def test_two_files(self):
        """What one file lacks another may have."""
        frame = pd.DataFrame({"when": self.dates})
        rest = pd.DataFrame({"when": [*pd.date_range("2022-11-01", periods=14, freq="MS")]})
        both = [pm.tally(f, date="when", every="calendar_year") for f in (frame, rest)]
        assert pm.rate_change(sum(both), between=("2021", "2022")).change == 0

    def test_rare_events_and_stated_coverage(self):
        """One month in five has a homicide; and who says that the years were sent knows best."""
        rare = self.change(self.dates[::5])
        assert (rare.old, rare.new, rare.caveat) == (3, 2, "")
        stated = self.change(self.dates, coverage="period")
        assert (stated.old, stated.new, stated.caveat) == (12, 10, "")

    def test_few_months_of_many_rows(self):
        """Two months are no series, unless each has many rows: then one without any is no chance."""
        few = pd.date_range("2024-01-01", periods=5, freq="MS")
        assert self.change(few, "quarter", ("2024-Q1", "2024-Q2")).caveat == ""
        assert "2024-06" in self.change([*few] * 5, "quarter", ("2024-Q1", "2024-Q2")).reason


MAYBE = st.sampled_from(["a", "b", None])
FOUND = st.lists(
    st.tuples(MAYBE, MAYBE, st.sampled_from(["2018", "2018", "2019", None]), st.integers(0, 4)), max_size=10
)


@given(FOUND, st.booleans(), st.sampled_from([None, "force"]), st.sampled_from(["require", "match"]))
@settings(max_examples=60)
def test_a_finer_tally_gives_the_same_comparison(found, stated, by, like_for_like):
    """What lacks an area alone is in it, as if areas had never been told apart; figure by figure, exclusions too."""
    names = ("area", "force", "period")
    columns = {d: [row[i] for row in found] for i, d in enumerate(names)} | {"n": [row[-1] for row in found]}
    counts = columns.pop("n")
    proof = ["force", "period"] if stated or like_for_like == "match" else None
    fine = Tally.from_columns(columns, counts, coverage=proof)
    coarse = Tally.from_columns({d: columns[d] for d in names[1:]}, counts, coverage=proof)
    merged = dict.fromkeys(fine._ever_known("force"), "one")

    def figures(tally):
        try:
            table = pm.rate_change(tally, between=("2018", "2019"), by=by, like_for_like=like_for_like)
        except InvalidInputError as refused:
            return str(refused)
        return [
            (
                str(f.group),
                f.reason,
                str(f.old),
                str(f.new),
                f.exclusions.counted,
                dict(f.exclusions.reasons),
                "left out" in f.caveat,
            )
            for f in (table if by else [table])
        ]

    assert figures(fine) == figures(coarse) == figures(fine.sum_to("force", "period"))
    if merged:
        assert figures(fine.relabel("force", merged)) == figures(coarse.relabel("force", merged))
