"""One wording for every bad input: what each check takes, and what its message says."""

import datetime as dt
import pickle
import re
from collections import deque
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from policemetrics import _check
from policemetrics.errors import (
    ChoiceNeededError,
    InvalidInputError,
    InvalidTypeError,
    Note,
    PoliceMetricsError,
    PoliceMetricsWarning,
    TargetUnitWarning,
    UnknownNameError,
)

MAX = 2**63 - 1


class TestListing:
    def test_quotes_text_only(self):
        assert _check.listing(["a", 1, None]) == "'a', 1, None"

    def test_of_nothing(self):
        assert _check.listing([]) == "none"

    def test_is_cut_and_says_by_how_much(self):
        assert _check.listing(range(15)).endswith("10, 11, and 3 more")
        assert _check.listing("abc", most=2) == "'a', 'b', and 1 more"


class TestShown:
    def test_short_values_stand_as_they_are(self):
        assert _check.shown("Kent") == "'Kent'"
        assert _check.shown([1, 2]) == "[1, 2]"

    def test_a_table_does_not_bury_the_message(self):
        written = _check.shown(pd.DataFrame({"force": ["Kent"] * 50}))
        assert "\n" not in written
        assert written.endswith("…")

    def test_long_values_are_cut(self):
        assert len(_check.shown("x" * 1000)) < 100


class TestKnown:
    def test_lists_what_there_is(self):
        with pytest.raises(UnknownNameError, match=r"^force must be one of 'Essex', 'Kent'; got 'Wales'\.$"):
            _check.known("Wales", "force", ["Essex", "Kent"])

    def test_suggests_what_may_be_meant(self):
        with pytest.raises(UnknownNameError, match=r"Did you mean 'Devon & Cornwall'\?"):
            _check.known("Devon and Cornwall", "force", ["Kent", "Devon & Cornwall"])

    def test_adds_a_hint(self):
        with pytest.raises(UnknownNameError, match=r"got 'x'\. Read the notes\.$"):
            _check.known("x", "set", ["charged"], hint="Read the notes.")

    def test_lists_at_most_sixty(self):
        with pytest.raises(UnknownNameError, match="and 40 more"):
            _check.known("x", "offence", [f"c{i}" for i in range(100)])

    @pytest.mark.parametrize("value", [None, 1.5, ["a"], {"a": 1}])
    def test_what_is_no_name_is_unknown(self, value):
        with pytest.raises(UnknownNameError, match="force must be one of"):
            _check.known(value, "force", ["a"])

    def test_finds(self):
        _check.known("a", "force", iter(["a"]))
        _check.known(3, "year", [3])


class TestChoice:
    def test_takes_an_option(self):
        _check.choice("score", "method", ("score", "exact"))

    def test_refuses_what_is_not_text(self):
        with pytest.raises(InvalidTypeError, match=r"method must be one of 'score', 'exact'; got None"):
            _check.choice(None, "method", ("score", "exact"))

    def test_refuses_an_unknown_one(self):
        with pytest.raises(UnknownNameError, match="method must be one of 'score', 'exact'; got 'wald'"):
            _check.choice("wald", "method", ("score", "exact"))


class TestFlag:
    @pytest.mark.parametrize("value", [True, np.True_])
    def test_true(self, value):
        assert _check.flag(value, "per_day") is True

    @pytest.mark.parametrize("value", ["no", 0, 1, None, []])
    def test_nothing_else_counts_as_one(self, value):
        with pytest.raises(InvalidTypeError, match="per_day must be True or False; got"):
            _check.flag(value, "per_day")


class TestText:
    @pytest.mark.parametrize("half", ["\ud800", "Kent\udfff", "\udc80 x"], ids=ascii)
    def test_refuses_half_a_letter(self, half):
        """A name or a reason is printed and written, and no file holds it."""
        with pytest.raises(InvalidInputError, match=r"half of one \(a lone surrogate\)"):
            _check.text(half, "name")

    def test_keeps_text(self):
        assert _check.text(" Kent ", "name") == " Kent "

    def test_empty_text_only_where_allowed(self):
        assert _check.text("", "caveat", empty=True) == ""
        with pytest.raises(InvalidInputError, match="caveat must not be empty"):
            _check.text("  ", "caveat")

    def test_refuses_the_rest(self):
        with pytest.raises(InvalidTypeError, match=r"caveat must be text; got 5 \(int\)"):
            _check.text(5, "caveat")


class TestNames:
    def test_one_or_several(self):
        assert _check.names("force", "by") == ("force",)
        assert _check.names(["force", "year"], "by") == ("force", "year")
        assert _check.names((), "by") == ()

    @pytest.mark.parametrize("value", [5, None, {"force": "name"}, {"force"}, b"force"])
    def test_refuses_other_types(self, value):
        with pytest.raises(InvalidTypeError, match="by must be a name or a sequence of names"):
            _check.names(value, "by")

    def test_says_which_one_is_no_text(self):
        with pytest.raises(InvalidTypeError, match=r"by\[1\] must be text; got 3"):
            _check.names(["force", 3], "by")

    def test_refuses_a_repeated_name(self):
        with pytest.raises(
            InvalidInputError, match="by must hold distinct names; got 'force' more than once"
        ):
            _check.names(["force", "year", "force"], "by")


class TestNumber:
    @pytest.mark.parametrize(
        "value", [5, 5.0, np.int8(5), np.float32(5), Decimal(5), Fraction(5), pd.Series([5])[0]]
    )
    def test_every_kind(self, value):
        found = _check.number(value, "x")
        assert found == 5.0
        assert type(found) is float

    @pytest.mark.parametrize(
        "value", ["5", None, True, np.True_, [5], np.array([5]), 5j, pd.NA, pd.NaT, dt.date(2024, 1, 1)]
    )
    def test_refuses_what_is_no_number(self, value):
        assert not _check.is_number(value)
        with pytest.raises(InvalidTypeError, match="x must be a number; got"):
            _check.number(value, "x")

    @pytest.mark.parametrize(
        "value",
        [
            float("nan"),
            np.inf,
            -np.inf,
            Decimal("NaN"),
            Decimal("sNaN"),
            Decimal("Infinity"),
            10**400,
            -(10**400),
        ],
    )
    def test_refuses_what_is_not_finite(self, value):
        with pytest.raises(InvalidInputError, match="x must be a finite number; got"):
            _check.number(value, "x")

    def test_infinity_where_allowed(self):
        assert _check.number(np.inf, "x", infinite=True) == np.inf
        assert _check.number(-(10**400), "x", infinite=True) == -np.inf

    def test_bounds(self):
        assert _check.number(0, "x", low=0) == 0
        with pytest.raises(InvalidInputError, match=r"x must be >= 0; got -1\."):
            _check.number(-1, "x", low=0)
        with pytest.raises(InvalidInputError, match=r"x must be > 0; got 0\."):
            _check.number(0, "x", above=0)


class TestConfidenceLevel:
    def test_takes_what_lies_between(self):
        assert _check.confidence_level(Decimal("0.998")) == 0.998

    @pytest.mark.parametrize(("value", "meant"), [(95, "0.95"), (99.8, "0.998"), (1.5, "0.015")])
    def test_a_percentage_gets_a_hint(self, value, meant):
        with pytest.raises(
            InvalidInputError, match=rf"confidence_level must lie strictly between .* Did you mean {meant}\?"
        ):
            _check.confidence_level(value)

    @pytest.mark.parametrize("value", [0, 1, -0.5, 100, 1000])
    def test_the_rest_gets_none(self, value):
        with pytest.raises(InvalidInputError, match=rf"strictly between 0 and 1; got {value}\.$"):
            _check.confidence_level(value)


class TestArrays:
    @pytest.mark.parametrize(
        "values",
        [
            [1, 2],
            (1, 2),
            range(1, 3),
            deque([1, 2]),
            np.array([1, 2], dtype=np.uint8),
            np.ma.array([1, 2]),
            pd.Series([1, 2], index=[5, 6]),
            pd.Series([1, 2], dtype="Int64"),
            pd.Series([1, 2], dtype=object),
            pl.Series([1, 2]),
            pa.array([1, 2]),
            pa.chunked_array([[1], [2]]),
            [Decimal(1), Decimal(2)],
            [Fraction(1), 2],
        ],
    )
    def test_every_kind_of_column(self, values):
        assert _check.counts(values, "n").tolist() == [1, 2]
        assert _check.counts(values, "n").dtype == np.int64
        assert _check.positive(values, "n").dtype == np.float64

    @pytest.mark.parametrize(
        "values", [[], (), np.array([]), np.array([], dtype=str), pd.Series([], dtype=object), pl.Series([])]
    )
    def test_nothing_is_a_column_of_no_numbers(self, values):
        assert _check.counts(values, "n").shape == (0,)
        assert _check.finite(values, "n").shape == (0,)

    @pytest.mark.parametrize(
        "values",
        [
            "12",
            b"12",
            None,
            {1: 2},
            {1, 2},
            frozenset([1]),
            ["1", "2"],
            [True, False],
            [1j],
            [dt.date(2024, 1, 1)],
            np.array(["2024-01-01"], dtype="datetime64[D]"),
            pd.Series(pd.to_timedelta([1], unit="s")),
            [[1, 2], [3]],
            [[1], 2],
            [object()],
            {1: 2}.values(),
            [1, "x"],
            [Decimal(1), True],
        ],
    )
    def test_refuses_what_holds_no_numbers(self, values):
        for check in (_check.finite, _check.nonnegative, _check.positive, _check.whole, _check.counts):
            with pytest.raises(InvalidTypeError, match=r"^n must "):
                check(values, "n")

    @pytest.mark.parametrize(
        "values",
        [
            [1, None],
            [None],
            pd.Series([1, None], dtype="Int64"),
            pd.Series([1, None]),
            pd.Series([1, pd.NaT], dtype=object),
            pl.Series([1, None]),
            pa.array([1, None]),
            np.ma.array([1, 2], mask=[False, True]),
            [1, np.nan],
            [1, Decimal("sNaN")],
        ],
    )
    def test_refuses_what_is_missing(self, values):
        """What lies under a mask, or stands for a null, is never taken for a number."""
        for check in (_check.finite, _check.nonnegative, _check.positive, _check.whole, _check.counts):
            with pytest.raises(InvalidInputError, match=r"^n must "):
                check(values, "n")

    def test_says_where_and_how_many(self):
        with pytest.raises(
            InvalidInputError,
            match=r"n must hold finite numbers; got nan at n\[1\] \(2 of 4 values are bad\)",
        ):
            _check.finite([1, np.nan, 3, np.inf], "n")
        with pytest.raises(InvalidInputError, match=r"got -1 at n\[0, 1\] \(1 of 4 values are bad\)"):
            _check.counts([[1, -1], [2, 3]], "n")
        with pytest.raises(InvalidTypeError, match=r"n must hold numbers; got 'x' at n\[1\]"):
            _check.finite(pd.Series([1, "x"], dtype=object), "n")

    def test_a_single_number_has_no_place(self):
        for check, rule in (
            (_check.finite, "be a finite number"),
            (_check.nonnegative, "be a finite number >= 0"),
            (_check.positive, "be a finite number > 0"),
            (_check.whole, "be a whole number"),
            (_check.counts, "be a whole number >= 0"),
        ):
            with pytest.raises(InvalidInputError, match=rf"^n must {rule}; got nan\.$"):
                check(np.nan, "n")

    def test_ranges(self):
        assert _check.finite([-1.5], "n").tolist() == [-1.5]
        assert _check.nonnegative([0, 1.5], "n").tolist() == [0, 1.5]
        assert _check.whole([-3, 2.0], "n").tolist() == [-3, 2]
        for check, bad in (
            (_check.nonnegative, -0.5),
            (_check.positive, 0),
            (_check.whole, 0.5),
            (_check.counts, -1),
            (_check.counts, -1.0),
            (_check.counts, 2.5),
        ):
            with pytest.raises(InvalidInputError, match=r"^n must "):
                check([bad], "n")

    @pytest.mark.parametrize(
        "values", [[MAX], np.array([MAX], dtype=np.uint64), [Decimal(2**62)], [np.uint64(MAX)]]
    )
    def test_up_to_64_bits(self, values):
        assert _check.counts(values, "n")[0] > 2**61

    def test_whole_numbers_beyond_the_reach_of_floats_stay_exact(self):
        assert _check.whole([2**53 + 1, -(2**63)], "n").tolist() == [2**53 + 1, -(2**63)]

    @pytest.mark.parametrize(
        "values",
        [[2**63], [2**64], [1, 10**400], [2.0**63], [1e300], np.array([2**63], dtype=np.uint64), [-(2**64)]],
    )
    def test_never_wraps(self, values):
        with pytest.raises(InvalidInputError, match=r"^n must fit in 64 bits; got"):
            _check.whole(values, "n")

    def test_a_float_beside_a_number_beyond_floats(self):
        with pytest.raises(InvalidInputError, match=r"n must hold finite numbers; got inf at n\[1\]"):
            _check.finite([1.5, 10**400], "n")

    def test_does_not_touch_what_it_was_given(self):
        given = np.array([1.0, 2.0])
        found = _check.positive(given, "n")
        found[0] = 9
        assert given.tolist() == [1, 2]


class TestColumns:
    def test_lengths(self):
        _check.same_length({"old": [1], "new": [2]})
        _check.same_length({})
        with pytest.raises(InvalidInputError, match="columns must have one length; old has 1, new has 2"):
            _check.same_length({"old": [1], "new": [1, 2]})

    def test_indexes(self):
        first, second = pd.Series([1, 2]), pd.Series([1, 2], index=[1, 0])
        _check.same_index({"old": first, "new": first + 1, "third": [1, 2], "fourth": pl.Series([1, 2])})
        with pytest.raises(
            InvalidInputError, match=r"old and new must have the same index; .*new\.reindex\(old\.index\)"
        ):
            _check.same_index({"old": first, "new": second})

    def test_whatever_stands_between(self):
        """A list has a method, and a range an attribute, that are no index of a table."""
        with pytest.raises(PoliceMetricsError, match="old and new"):
            _check.same_index({"old": pd.Series([1]), "list": [1], "new": pd.Series([1], index=["a"])})


def test_a_warning_names_the_line_of_the_caller():
    """It is of the library's own family, and stands where the library was called from."""
    with pytest.warns(PoliceMetricsWarning, match="look at this") as caught:
        _check.warn(TargetUnitWarning, Note("target-unit", "look", "look at this"))
    assert caught[0].filename == __file__
    assert (caught[0].category, caught[0].message.note.code) == (TargetUnitWarning, "target-unit")
    assert str(pickle.loads(pickle.dumps(caught[0].message))) == "look at this"


def test_whole_numbers_of_several_types_stay_exact():
    """Decimals and mixed lists lose no digit beyond 2**53."""
    assert _check.whole([Decimal(2**53 + 1)], "x").tolist() == [2**53 + 1]
    assert _check.whole([np.uint64(2**60 + 1), np.int64(1)], "x").tolist() == [2**60 + 1, 1]
    assert _check.whole([2**53 + 1, 1.0], "x").tolist() == [2**53 + 1, 1]
    assert _check.finite([1, 2.5], "x").tolist() == [1.0, 2.5]


class TestAskingTogether:
    """What a call lacks is asked for in one error, with a call that runs."""

    @staticmethod
    @_check.asking_together
    def asked(data, size=1, /, *, colour=None, shape=None, edge=None, names=()):
        """Take any colour and shape; only a square has an edge, and nothing is a blue square."""
        colour, shape = _check.together(
            lambda: _check.one_of(colour, "colour", {"blue": "cold", "red": "warm"}),
            lambda: _check.one_of(shape, "shape", {"square": "with edges", "circle": "without"}),
        )
        if (colour, shape) == ("blue", "square"):
            msg = "no square is blue"
            raise InvalidInputError(msg)
        if shape == "square":
            _check.one_of(edge, "edge", {"sharp": "cuts", "round": "does not"}, why="a square has one")
        if data == "nameless":
            _check.known("x", "name", names)
        return data, size, colour, shape, edge

    @pytest.mark.parametrize(
        ("args", "options", "codes", "call"),
        [
            ((5,), {}, ["colour", "shape"], "asked(5, colour='blue', shape='circle')"),
            (([1] * 99, 2), {"colour": "blue"}, ["shape"], "asked(data, 2, colour='blue', shape='circle')"),
            (
                ({1: 2},),
                {"names": ["a", "b"], "colour": "red"},
                ["shape", "edge"],
                "asked(data, colour='red', shape='square', edge='sharp', names=['a', 'b'])",
            ),
            ((None,), {"colour": "red", "shape": "square"}, ["edge"], "asked(None, colour='red', shape='square', edge='sharp')"),
            ((5,), {"colour": "red", "names": {"a"}}, ["shape", "edge"], "asked(5, colour='red', shape='square', edge='sharp', names=names)"),
        ],
    )  # fmt: skip
    def test_first_call_that_runs(self, args, options, codes, call):
        with pytest.raises(ChoiceNeededError) as caught:
            self.asked(*args, **options)
        assert [note.code for note in caught.value.notes] == [f"choose-{code}" for code in codes]
        assert caught.value.call == call
        assert caught.value.note is caught.value.notes[0]
        assert str(caught.value) == "\n".join(
            [*(note.long for note in caught.value.notes), f"This call runs, with one choice of each: {call}"]
        )

    def test_none_runs(self):
        """What else is amiss is said; a name that the data lack is amiss whatever is chosen."""
        with pytest.raises(ChoiceNeededError, match="\nBesides, no square is blue") as caught:
            self.bad(5)
        assert (caught.value.call, [n.code for n in caught.value.notes]) == (
            "",
            ["choose-colour", "more-amiss"],
        )
        with pytest.raises(ChoiceNeededError, match="\nBesides, name must be one of none; got 'x'"):
            self.asked("nameless")

    @staticmethod
    @_check.asking_together
    def bad(data, *, colour=None):
        _check.one_of(colour, "colour", {"blue": "cold"})
        msg = "no square is blue"
        raise InvalidInputError(msg)

    def test_what_is_no_question_passes(self):
        with pytest.raises(UnknownNameError, match="colour must be one of these; got 'grey'"):
            self.asked(5, colour="grey")
        assert self.asked(5, colour="red", shape="circle") == (5, 1, "red", "circle", None)

    def test_no_warning_from_a_trial(self):
        """The trials are silent: the call itself will warn."""

        @_check.asking_together
        def warned(*, colour=None):
            colour = _check.one_of(colour, "colour", {"blue": "cold"})
            _check.warn(TargetUnitWarning, Note("target-unit", "look", "look at this"))

        with pytest.raises(ChoiceNeededError, match="warned"):
            warned()

    def test_pickled(self):
        with pytest.raises(ChoiceNeededError) as caught:
            self.asked(5)
        again = pickle.loads(pickle.dumps(caught.value))
        assert (str(again), again.notes, again.answers, again.call) == (
            str(caught.value),
            caught.value.notes,
            {"colour": ("blue", "red"), "shape": ("square", "circle")},
            caught.value.call,
        )


@pytest.mark.parametrize(
    ("given", "options", "meant"),
    [
        ("28e", ["28H", "28G", "28E"], "28E"), ("4/1", ["41", "4.1", "4.10"], "4.1"), ("4/10", ["4.1", "4.10"], "4.10"),
        ("46.0", ["4.10", "60", "46"], "46"), (" 46", ["46", "64"], "46"), ("034B", ["34A", "34B"], "34B"),
        ("01", ["0", "1"], "1"), ("Kent [note 4]", ["Gwent", "Kent"], "Kent"), ("KENT (p)", ["Gwent", "Kent"], "Kent"),
        ("2023/24", ["2022/23 [note 3]", "2023/24 [note 3]"], "2023/24 [note 3]"),
    ],
)  # fmt: skip
def test_the_nearest_is_the_same_in_another_spelling(given, options, meant):
    assert _check.nearest(given, options, 2) == [meant]
    with pytest.raises(UnknownNameError, match=re.escape(f"Did you mean {meant!r}?")):
        _check.known(given, "label", options)
