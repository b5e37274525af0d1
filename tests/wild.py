"""Wild input for the fuzz tests: texts that are nearly a period or a figure, and frames of every kind of column."""

from __future__ import annotations

import datetime as dt
import math
import warnings
from decimal import Decimal
from typing import Any

import attrs
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
from hypothesis import assume
from hypothesis import strategies as st

__all__ = [
    "Frame",
    "column",
    "figures",
    "frames",
    "names",
    "other_than_text",
    "period_texts",
    "sure",
    "texts",
]

# ---- texts --------------------------------------------------------------------------------

# Digits that are none to ASCII, what looks like a sign or a hyphen, marks that turn or vanish, halves of pairs.
MARKS = (
    *"٣३３²½Ⅻ①", *"−–—‐‑-+±~≈/\\.,:;'’_()[]%£€°", " ", "\t", "\n", "\r", "\x00", "\x1f", "\xa0", "\u2009", "\u200b", "\u202e",
    "\ufeff", "\u0301", "İ", "ſ", "ß", "ﬁ", "\ud800", "\udfff", "😀",
)  # fmt: skip
NUMBERS = (
    "0", "00", "1", "2", "3", "04", "9", "10", "12", "13", "23", "24", "31", "99", "100", "1799", "1800", "2009", "2023", "2024",
    "2200", "2201", "9999", "35,000", "1,2,3", "10.3", "0.05", ".5", "5.", "1e5", "1e400", "nan", "inf", "-0", "200910", "20240301",
    "9" * 40, "0." + "0" * 40 + "1", "0x10", "1_000",
)  # fmt: skip
PERIOD_WORDS = (
    "Mar", "march", "SEPT", "September", "may", "Q1", "Q5", "quarter 2", "qtr", "FY", "CY", "financial year", "calendar year",
    "year ending", "YE", "y/e", "12 months to", "rolling year to", "to", "and", "st", "nd", "M03", "T00:00", "Z", "week",
)  # fmt: skip
CLAIM_WORDS = (
    "around", "about", "almost", "nearly", "just over", "over", "more than", "at least", "up to", "under", "fewer than", "between",
    "and", "to", "from", "fell by", "rose", "down", "up", "fewer", "more", "higher", "no change", "halved", "doubled", "a third",
    "one in eight", "three in ten", "half", "quarter", "a dozen", "million", "thousand", "k", "m", "bn", "per cent", "percent", "%",
    "percentage points", "pp", "points", "minutes", "min", "seconds", "s", "hours", "days", "victims", "crimes", "of crimes", "mean",
    "median", "average", "not", "of", "in", "a", "the", "two", "hundred", "minus",
)  # fmt: skip

texts = st.text(st.characters(), max_size=130)  # halves of pairs too


stamp = dt.datetime.fromisoformat


def _joined(*words: str) -> st.SearchStrategy[str]:
    piece = st.sampled_from([*words, *NUMBERS]) | st.sampled_from(MARKS) | st.integers(0, 10**7).map(str)
    return st.builds(
        str.join, st.sampled_from(["", " ", " ", "-", "/", "  "]), st.lists(piece, max_size=8)
    ).map(lambda text: text[:300])


@st.composite
def _nearly(draw: st.DrawFn, sound: tuple[str, ...]) -> str:
    """Draw a text that can be read, and change it in a place or two."""
    text = draw(st.sampled_from(sound))
    for _ in range(draw(st.sampled_from([0, 1, 1, 2]))):
        at = draw(st.integers(0, len(text)))
        cut = draw(st.integers(0, 2))
        text = text[:at] + draw(st.sampled_from(["", *MARKS, *NUMBERS]) | st.characters()) + text[at + cut :]
    return text


PERIODS = (
    "2024-03", "Mar-24", "March 2024", "03/2024", "2024M03", "2024-Q1", "Q3 2023/24", "2023/24 Q1", "2024", "2023/24", "2023-2024",
    "FY 2023-24", "year ending March 2024", "YE Mar-24", "12 months to 31 March 2024", "Apr 2023 to Mar 2024", "January-March 2024",
    "2023-04 to 2024-03", "2009-10", "200910", "1 April 2023 to 31 March 2024", "Calendar year 2024", "2200-12", "1800",
)  # fmt: skip
FIGURES = (
    "around 35,000 fewer victims", "10.3%", "−10.3 per cent", "2 minutes 14 seconds", "almost 11%", "one in eight", "three in ten",
    "halved", "more than doubled", "fell by 3.2 percentage points", "between 5 and 10 per cent", "up to 900 seconds", "1.2 million crimes",
    "7.93% of crimes", "an average of 12 min 30 s", "no change", "5-10%", "fell to 3 s", "over a third", "35k", "nearly 40,000 more",
)  # fmt: skip

period_texts = _nearly(PERIODS) | _joined(*PERIOD_WORDS) | _nearly(PERIODS)
figures = _nearly(FIGURES) | _joined(*CLAIM_WORDS) | _nearly(FIGURES)
other_than_text = st.sampled_from(
    [None, True, 2024, 20.24, math.nan, math.inf, b"2024", bytearray(b"2024"), dt.date(2024, 3, 1), stamp("2024-03-01"),
     Decimal(2024), np.str_("2024-03"), np.int64(2024), np.datetime64("2024-03"), pd.NaT, pd.NA, pd.Timestamp("2024-03-01"),
     pd.Period("2024-03"), ["2024"], {"2024": 1}, object, 1j]
)  # fmt: skip

# ---- columns ------------------------------------------------------------------------------

whole = st.integers(-(2**63), 2**63 - 1) | st.integers(-3, 9)
stamps = st.datetimes(stamp("0001-01-01"), stamp("9999-12-31")) | st.datetimes(
    stamp("2024-03-31"), stamp("2024-04-01")
)
spans = st.timedeltas(dt.timedelta(days=-200_000), dt.timedelta(days=200_000)) | st.timedeltas(
    dt.timedelta(0), dt.timedelta(hours=2)
)
labels = st.sampled_from(["Kent", "Essex", "4.1", "4.10", "", " ", "(missing)", "nan", "2023/24"]) | texts
# The values of a column by what they are; the type of the column may be another.
UNREAD = object()
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "text": labels,
    "utf": st.sampled_from(["46", "34B", "105A", " 46", "46 ", "é", "e\u0301"]),
    "code": st.integers(0, 400).map(str),
    "weight": st.integers(0, 10**6) | st.floats(0, 1e9) | st.decimals(0, 10**6, places=3),
    "few": st.integers(0, 3),
    "whole": whole,
    "vast": st.integers(-(2**70), 2**70),
    "float": st.floats() | st.sampled_from([0.0, -0.0, 1.0, 1e300, 5e-324]),
    "flag": st.booleans(),
    "decimal": st.decimals(-(10**9), 10**9, places=2),
    "date": st.dates(),
    "stamp": stamps,
    "near": st.datetimes(stamp("2024-03-30"), stamp("2024-04-02")),
    "aware": st.datetimes(stamp("1900-01-01"), stamp("2100-01-01"), timezones=st.just(dt.UTC)),
    "span": spans,
    "time": st.times(),
    "bytes": st.binary(max_size=4),
    "list": st.lists(st.integers(0, 3), max_size=2),
    "struct": st.fixed_dictionaries({"a": st.integers(0, 3)}),
    "none": st.none(),
    "mixed": labels | whole | st.floats() | st.booleans() | other_than_text,
}
ARROW = (
    None, pa.string(), pa.large_string(), *([pa.string_view()] if hasattr(pa, "string_view") else []), pa.binary(), pa.int8(), pa.uint8(), pa.int64(), pa.uint64(), pa.float16(),
    pa.float64(), pa.bool_(), pa.decimal128(12, 2), pa.decimal256(40, 2), pa.date32(), pa.date64(), pa.timestamp("s"), pa.timestamp("ns"),
    pa.timestamp("us", "Europe/London"), pa.timestamp("ms", "+05:30"), pa.duration("s"), pa.duration("ns"), pa.time32("s"), pa.time64("ns"),
    pa.null(), pa.list_(pa.int64()), pa.struct([("a", pa.int64())]), pa.dictionary(pa.int32(), pa.string()),
    pa.dictionary(pa.int8(), pa.int64()), pa.month_day_nano_interval(),
)  # fmt: skip
POLARS = (
    None, pl.String, pl.Binary, pl.Int8, pl.UInt8, pl.Int64, pl.UInt64, getattr(pl, "Int128", pl.Int32), pl.Float32, pl.Float64, pl.Boolean, pl.Decimal(20, 2),
    pl.Date, pl.Datetime("ms"), pl.Datetime("ns"), pl.Datetime("us", "Europe/London"), pl.Duration("ms"), pl.Duration("ns"), pl.Time,
    pl.Null, pl.Object, pl.List(pl.Int64), pl.Array(pl.Int64, 1), pl.Struct({"a": pl.Int64}), pl.Categorical,
    pl.Enum(["Kent", "Essex", "46"]),
)  # fmt: skip
PANDAS = (
    None, "object", "str", "string", "string[python]", "string[pyarrow]", "category", "int8", "uint8", "int64", "uint64", "Int64", "UInt8",
    "float32", "float64", "Float64", "bool", "boolean", "complex128", "datetime64[s]", "datetime64[ns]", "datetime64[us, Europe/London]",
    "datetime64[ns, US/Eastern]", "timedelta64[s]", "timedelta64[ns]", "period[M]", "interval[int64]", "Sparse[int64]", "Sparse[float64]",
    "int64[pyarrow]", "double[pyarrow]", "timestamp[us][pyarrow]", "duration[us][pyarrow]", "date32[day][pyarrow]", "bool[pyarrow]",
    "large_string[pyarrow]",
)  # fmt: skip


def _made(engine: str, values: list[Any], dtype: Any) -> Any:
    """Make a column, or None where the engine cannot: its own errors and warnings are not ours."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            if engine == "pyarrow":
                return pa.array(values, type=dtype)
            if engine == "polars":
                return pl.Series(values, dtype=dtype, strict=False)
            return pd.Series(values, dtype=dtype)
        except KeyboardInterrupt:
            raise
        except BaseException:  # noqa: BLE001  # a panic of polars is no Exception
            return None


@st.composite
def column(draw: st.DrawFn, engine: str, size: int, usual: tuple[str, ...]) -> tuple[Any, list[Any]]:
    """Draw a column of an engine, mostly of what is usual, and its values as the engine itself gives them back."""
    kind = draw(st.sampled_from(usual if draw(st.integers(0, 5)) else tuple(VALUES)))
    value = VALUES[kind]
    if draw(st.integers(0, 9)) == 9:
        value = value | st.none()
    values = draw(st.lists(value, min_size=size, max_size=size))
    dtypes = {"pyarrow": ARROW, "polars": POLARS, "pandas": PANDAS}[engine]
    made = _made(engine, values, draw(st.sampled_from(dtypes)) if draw(st.integers(0, 4)) == 4 else None)
    if made is None:
        made = _made(engine, values, None)
    assume(made is not None and len(made) == size)
    return made, _listed(engine, made)


def _listed(engine: str, made: Any) -> list[Any]:
    """List a column; where its engine cannot, as with dates past the year 9999, only its length is known."""
    try:
        return made.to_pylist() if engine == "pyarrow" else made.to_list()
    except KeyboardInterrupt:
        raise
    except BaseException:  # noqa: BLE001  # a panic of polars is no Exception
        return [UNREAD] * len(made)


names = st.sampled_from(
    [
        "a",
        "b",
        "n",
        "seconds",
        "period",
        "count",
        "reason",
        "",
        " ",
        "k0",
        "y",
        "v",
        "é",
        "index",
        "__index_level_0__",
    ]
) | st.text(max_size=3)
odd_names = names | st.sampled_from([0, 1.5, None, ("a", "b"), dt.date(2024, 1, 1), math.nan, True])


@attrs.frozen(eq=False, repr=False)
class Frame:
    """A frame, and its columns as plain lists."""

    native: Any
    columns: dict[Any, list[Any]]

    def __repr__(self) -> str:
        try:
            types = list(self.native.dtypes) if hasattr(self.native, "dtypes") else self.native.schema
        except Exception:  # noqa: BLE001  # of two levels, say
            types = "?"
        return f"<{type(self.native).__module__} {types} {self.columns!r}>".encode(
            "ascii", "backslashreplace"
        ).decode()


@st.composite
def frames(draw: st.DrawFn, *usual: tuple[str, ...]) -> Frame:
    """Draw a frame, the first columns of which are mostly as usual; pandas has names of any type, and in two levels."""
    engine = draw(st.sampled_from(["pandas", "polars", "pyarrow"]))
    size = draw(st.integers(0, 6))
    wanted = [*usual, *draw(st.lists(st.just(tuple(VALUES)), max_size=2))][
        : draw(st.sampled_from([9] * 9 + [0, 1]))
    ]
    found = [draw(column(engine, size, kinds)) for kinds in wanted]
    series = [s for s, _ in found]
    usual_names = list("abcdefgh"[: len(found)])
    called: list[Any] = usual_names
    if draw(st.integers(0, 4)) == 4:
        called = draw(st.lists(names, min_size=len(found), max_size=len(found), unique=True))
    if found and engine != "polars" and draw(st.integers(0, 19)) == 19:
        called = [called[0]] * len(called)  # of pandas and of Arrow, names may stand twice
    if engine == "polars":
        frame = pl.DataFrame([s.alias(n) for s, n in zip(series, called, strict=True)])
        frame = frame.lazy() if draw(st.integers(0, 2)) == 2 else frame
    elif engine == "pyarrow":
        frame = pa.Table.from_arrays(series, names=called)
    else:
        frame = pd.concat(series, axis=1) if series else pd.DataFrame(index=range(size))
        if draw(st.integers(0, 9)) == 9:
            called = draw(st.lists(odd_names, min_size=len(found), max_size=len(found)))
        two_levels = found and draw(st.integers(0, 19)) == 19
        called = [(str(name), "x") for name in called] if two_levels else called
        frame.columns = pd.MultiIndex.from_tuples(called) if two_levels else pd.Index(called, dtype=object)
        frame.index = draw(st.sampled_from([frame.index, frame.index[::-1], pd.Index([7] * size)]))
    return Frame(frame, dict(zip(map(_hashable, called), (values for _, values in found), strict=True)))


def _hashable(name: Any) -> Any:
    return "nan" if isinstance(name, float) and math.isnan(name) else name


def sure(values: list[Any]) -> bool:
    """Tell a column whose labels are beyond doubt: text and whole numbers, with None where there is none."""
    return {*map(type, values)} <= {str, type(None)} or {*map(type, values)} <= {int, type(None)}
