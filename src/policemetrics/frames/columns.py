"""Small tables read whole: columns of labels and of values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from policemetrics._cells import MEASURED
from policemetrics.errors import InvalidInputError, InvalidTypeError
from policemetrics.frames._reading import (
    collected,
    column_named,
    dimensions,
    engine_errors,
    label,
    labels_of,
    opened,
)
from policemetrics.typing import Columns

if TYPE_CHECKING:
    from narwhals.typing import IntoDataFrame

__all__ = ["holds_text", "read_columns", "text_columns"]


def read_columns(
    frame: IntoDataFrame, by: Columns, value: str, *, by_name: str = "by", value_name: str = "value"
) -> tuple[tuple[str, ...], dict[str, list[Any]]]:
    """Read a small table whole: the labels by dimension, and one column of values.

    The names are those of the caller's arguments, for the errors.
    """
    import narwhals.stable.v2 as nw

    data, schema = opened(frame)
    lazy = data.lazy()
    dims = dimensions(by)
    # The one measured dimension is an argument of its own; the labels are in a mapping.
    arguments = {d: by_name if len(dims) == 1 or d == MEASURED else f"by[{d!r}]" for d in dims}
    wanted = [
        label(lazy, nw.col(column_named(c, arguments[d], schema)), d, c, schema[c]).alias(f"k{i}")
        for i, (d, c) in enumerate(dims.items())
    ]
    wanted.append(nw.col(column_named(value, value_name, schema)).alias("v"))
    if value in dims:
        msg = f"by must not name the dimension {value!r}: that is the column of {value_name}; give it another name."
        raise InvalidInputError(msg)
    if schema[value].is_temporal():
        # An engine may have dates that Python has not, and fail on them.
        msg = f"{value_name}: column {value!r} must hold numbers; got {schema[value]}."
        raise InvalidTypeError(msg)
    with engine_errors("read"):
        found = collected(lazy.select(*wanted))
    columns = {d: labels_of(found[f"k{i}"], schema[c]) for i, (d, c) in enumerate(dims.items())}
    return tuple(dims), columns | {value: found["v"]}


def holds_text(frame: Any, name: str, argument: str) -> bool:
    """Tell whether a column of a data frame holds text; one that is not there is refused as the argument's."""
    schema = opened(frame)[1]
    return _is_text(schema[column_named(name, argument, schema)])


def text_columns(frame: Any, *, whole: bool = False) -> list[str]:
    """Name the columns of a data frame that hold text, categories among them; with `whole` whole numbers too."""
    schema = opened(frame)[1]
    return [name for name, dtype in schema.items() if _is_text(dtype) or (whole and dtype.is_integer())]


def _is_text(dtype: Any) -> bool:
    import narwhals.stable.v2 as nw

    return dtype in (nw.String, nw.Categorical, nw.Enum)
