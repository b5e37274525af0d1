"""One wording for every bad input: the argument, the rule, the value, where, and what to do."""

from __future__ import annotations

import difflib
import inspect
import re
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import wraps
from itertools import product
from keyword import iskeyword
from numbers import Real
from typing import Any, NoReturn, ParamSpec, TypeVar

import numpy as np

from policemetrics._typing import FloatArray, IntArray
from policemetrics.errors import (
    ChoiceNeededError,
    InvalidInputError,
    InvalidTypeError,
    Note,
    PoliceMetricsError,
    PoliceMetricsWarning,
    UnknownNameError,
)

ChoiceT = TypeVar("ChoiceT", bound=str)
P = ParamSpec("P")
T = TypeVar("T")

_INT64 = np.iinfo(np.int64)
_MOST_LISTED = 12
# What publishers put behind a label: [note 3], [r], (p), (provisional), an asterisk; a p of no word: 2023/24p.
_MARKS = re.compile(
    r"(\s*(\[[^\]]*\]|\((?:p|r|e|rev(?:ised)?|prov(?:isional)?|est(?:imated)?|note[^)]*|[0-9]{1,2})\)|[*†‡¹²³])|(?<=[0-9])[pr])+$"
)
_POINT_ZERO = re.compile(r"(?<=[0-9])\.0+$")
_LEADING_ZEROS = re.compile(r"^0+(?=[0-9])")
_MOST_SHOWN = 80
_MOST_NAMED = 5
_MOST_WRITTEN = 12
_DASHES = str.maketrans(dict.fromkeys(range(0x2010, 0x2015), "-"))  # hyphens and dashes of all lengths


def listing(values: Iterable[object], *, most: int = _MOST_LISTED) -> str:
    """Write values as a list for an error message: quoted, comma separated, cut after `most`."""
    shown = [repr(v) if isinstance(v, str) else str(v) for v in values]
    if len(shown) > most:
        shown = [*shown[:most], f"and {len(shown) - most} more"]
    return ", ".join(shown) if shown else "none"


def shown(value: object) -> str:
    """Write a refused value on one line, cut short: a table would bury the message."""
    whole = repr(value)
    cut = whole.split("\n")[0][:_MOST_SHOWN]
    return whole if cut == whole else f"{cut.rstrip()}…"


def cut(labels: Iterable[str], most: int = _MOST_NAMED) -> str:
    """List labels in a sentence: the first few, and how many more there are."""
    named = list(labels)
    more = f" and {len(named) - most} more" if len(named) > most else ""
    return ", ".join(named[:most]) + more


def keyword(name: str, labels: Sequence[object]) -> str:
    """Write a choice of labels as a call takes it: ``force='Kent'``, or ``**{'Area name': […]}``."""
    value = repr(labels[0] if len(labels) == 1 else list(labels))
    return f"{name}={value}" if name.isidentifier() and not iskeyword(name) else f"**{{{name!r}: {value}}}"


def warn(kind: type[PoliceMetricsWarning], note: Note) -> None:
    """Warn at the line of the caller, outside the package, so that each of its lines warns once."""
    level, frame = 1, inspect.currentframe()
    while frame is not None and frame.f_globals.get("__name__", "").startswith(f"{__package__}."):
        level, frame = level + 1, frame.f_back
    warnings.warn(kind(note), stacklevel=level)


def wrong_type(value: object, rule: str) -> InvalidTypeError:
    """Return the error that a value is of another type than a rule asks for."""
    return InvalidTypeError(f"{rule}; got {shown(value)} ({type(value).__name__}).")


def instance(value: object, kind: type[Any], rule: str) -> Any:
    """Return `value` if it is of a type, or refuse it by the rule."""
    if not isinstance(value, kind):
        raise wrong_type(value, rule)
    return value


def spelt(labels: Iterable[str]) -> list[str]:
    """Return labels without what typing adds to them: case, spaces, kinds of dashes, "&" for "and"."""
    listed = list(labels)
    joined = "\n".join(listed)  # as one text: a label at a time takes twenty times as long
    if joined.count("\n") >= len(listed) > 0:  # one is of several lines
        return [spelt([label.replace("\n", " ")])[0] for label in listed]
    found = joined.translate(_DASHES).casefold().replace("&", " and ")
    found = re.sub(r" ?\n ?", "\n", re.sub(r"[^\S\n]+", " ", found))
    return found.strip(" ").split("\n") if listed else []


def stand_for(
    labels: Sequence[Any], known: Mapping[str, frozenset[str]], most: int
) -> dict[Any, frozenset[str]]:
    """Return what each label stands for, however it is spelt; nothing where it is not known, or there are too many."""
    names = spelt(map(str, labels)) if len(labels) <= most else []
    return {label: known.get(name, frozenset()) for label, name in zip(labels, names, strict=False)}


def unmarked(text: str) -> str:
    """Write a label without what is no part of it: case, spaces, note marks, the ".0" of a number."""
    return _POINT_ZERO.sub("", _MARKS.sub("", " ".join(text.casefold().split())))


def bare(text: str) -> str:
    """Write a code as others spell it, too: 4/1 is 4.1, and 034b is 34B."""
    return _LEADING_ZEROS.sub("", unmarked(text).replace("/", "."))


def nearest(value: object, options: Iterable[object], most: int = 1) -> list[Any]:
    """Return the options that a value is when both are written bare; else those that are spelt most like it."""
    listed = list(options)
    written = [bare(str(v)) for v in listed]
    same = [v for v, text in zip(listed, written, strict=True) if text == bare(str(value))]
    if same:
        return same[:most]
    of = dict(zip(written, listed, strict=True))
    return [of[text] for text in difflib.get_close_matches(bare(str(value)), of, n=most)]


def known(
    value: object, name: str, options: Iterable[object], *, hint: str = "", meant: object = None
) -> None:
    """Refuse a `value` that is not among `options`, and list them; `meant` is what it is surely another name of."""
    options = list(options)
    if not isinstance(value, str | int) or value not in options:
        near = [v for v in options if str(v) == str(value)] or nearest(value, options)
        near = near if meant is None else [meant]
        asked = f" Did you mean {near[0]!r}?" if near else ""
        if near and str(near[0]) == str(value):
            asked = f" Did you mean the {'text' if isinstance(near[0], str) else 'number'} {near[0]!r}?"
        msg = f"{name} must be one of {listing(options, most=60)}; got {shown(value)}.{asked}{' ' + hint if hint else ''}"
        raise UnknownNameError(msg)


def choice(value: object, name: str, options: Sequence[str]) -> None:
    """Refuse an option, given as text, that does not exist."""
    if not isinstance(value, str):
        msg = f"{name} must be one of {listing(options)}; got {shown(value)}."
        raise InvalidTypeError(msg)
    known(value, name, options)


def one_of(
    value: Any,
    name: str,
    meanings: Mapping[ChoiceT, str],
    more: str = "",
    note: tuple[str, str] | None = None,
    why: str = "",
) -> ChoiceT:
    """Return the choice that was made, or say what each means: where the field has not agreed, none is a default."""
    for choice in meanings:
        if isinstance(value, str) and value == choice:
            return choice
    lines = "".join(f"\n  {choice!r}: {meaning}" for choice, meaning in meanings.items())
    if value is None:
        required = f"{name}= is required: {why}" if why else f"{name}= is required and has no default"
        msg = f"{required}. Choose one of:{lines}{more}"
        code, short = note or (f"choose-{name.replace('_', '-')}", f"{name}= must be given")
        raise ChoiceNeededError(Note(code, short, msg), answers={name: tuple(meanings)})
    msg = f"{name} must be one of these; got {shown(value)}.{lines}{more}"
    raise (UnknownNameError if isinstance(value, str) else InvalidTypeError)(msg)


# ---- choices that are lacking ----------------------------------------------------------


def together(*checks: Callable[[], Any]) -> list[Any]:
    """Make several checks; the choices that they find lacking are asked for in one error."""
    found, lacking = [], []
    for check in checks:
        try:
            found.append(check())
        except ChoiceNeededError as error:
            lacking.append(error)
    if lacking:
        raise _joined(*lacking)
    return found


def _joined(*errors: ChoiceNeededError, call: str = "") -> ChoiceNeededError:
    notes = dict.fromkeys(note for error in errors for note in error.notes)
    answers = {name: choices for error in errors for name, choices in error.answers.items()}
    return ChoiceNeededError(*notes, answers=answers, call=call)


def asking_together(function: Callable[P, T]) -> Callable[P, T]:
    """Let a function ask in one error for all the choices that a call lacks, and show the call that makes them.

    What is asked may depend on the data and on the choices before. So the choices are tried, in the order in which
    they are listed, on the data that were given, and the first call that runs is shown.
    """

    @wraps(function)
    def asked(*args: P.args, **options: P.kwargs) -> T:
        try:
            return function(*args, **options)
        except ChoiceNeededError as error:
            if error.call or not error.answers:
                raise
            raise _completed(asked, args, options, error) from None

    return asked


def _completed(
    function: Callable[..., Any], args: Sequence[Any], options: Mapping[str, Any], error: ChoiceNeededError
) -> ChoiceNeededError:
    """Find the first choices with which a call runs, and ask for what these would be asked, too."""
    amiss: PoliceMetricsError | None = None
    for chosen in product(*error.answers.values()):
        given = {**options, **dict(zip(error.answers, chosen, strict=True))}
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # the call itself will warn
                function(*args, **given)
        except ChoiceNeededError as further:
            if further.call and not {*further.answers} & {*error.answers}:
                return _joined(error, further, call=further.call)
            amiss = amiss or further
        except UnknownNameError as other:
            amiss = other  # a name that the data lack, whatever is chosen
            break
        except PoliceMetricsError as other:
            amiss = amiss or other
        else:
            return _joined(error, call=_as_written(function, args, given))
    if isinstance(amiss, ChoiceNeededError):
        return _joined(error, amiss, call=amiss.call)
    return ChoiceNeededError(*error.notes, Note("more-amiss", "more is amiss", f"Besides, {amiss}"))


def _as_written(function: Callable[..., Any], args: Sequence[Any], options: Mapping[str, Any]) -> str:
    """Write a call; what is no plain value goes by the name of its argument, and the first of all is the data."""
    names = [{"old": "data"}.get(name, name) for name in inspect.signature(function).parameters]
    first = [_plainly(value, name) for name, value in zip(names, args, strict=False)]
    rest = [f"{name}={_plainly(options[name], name)}" for name in names if name in options]
    return f"{function.__name__}({', '.join([*first, *rest])})"


def _plainly(value: Any, name: str) -> str:
    parts = value if isinstance(value, tuple | list) else [value]
    plain = all(part is None or type(part) in {str, int, float, bool} for part in parts[:_MOST_WRITTEN])
    return repr(value) if plain and len(parts) <= _MOST_WRITTEN else name


def flag(value: object, name: str) -> bool:
    """Return True or False; nothing else, since any text would count as true."""
    if not isinstance(value, bool | np.bool_):
        raise wrong_type(value, f"{name} must be True or False")
    return bool(value)


def text(value: object, name: str, *, empty: bool = False) -> str:
    """Return `value` if it is text, and not blank unless `empty`."""
    found: str = instance(value, str, f"{name} must be text")
    if not empty and not found.strip():
        msg = f"{name} must not be empty."
        raise InvalidInputError(msg)
    if any("\ud800" <= c <= "\udfff" for c in found):
        msg = f"{name} must be of whole letters; got {found!r}, with half of one (a lone surrogate), which cannot be written."
        raise InvalidInputError(msg)
    return found


def names(value: object, name: str) -> tuple[str, ...]:
    """Return one name or several as a tuple of distinct names."""
    if isinstance(value, str):
        value = (value,)
    if not isinstance(value, Sequence) or isinstance(value, bytes):
        raise wrong_type(value, f"{name} must be a name or a sequence of names")
    found = tuple(text(v, f"{name}[{i}]") for i, v in enumerate(value))
    twice = sorted({v for v in found if found.count(v) > 1})
    if twice:
        msg = f"{name} must hold distinct names; got {listing(twice)} more than once."
        raise InvalidInputError(msg)
    return found


def is_number(value: object) -> bool:
    """Return whether a value is a single number (Python, numpy or Decimal), not an array, a text or a flag."""
    return isinstance(value, Real | Decimal) and not isinstance(value, bool | np.bool_)


def number(
    value: object,
    name: str,
    *,
    low: float = -np.inf,
    above: float | None = None,
    infinite: bool = False,
) -> float:
    """Return a single number as a float: finite unless `infinite`, >= `low`, > `above`."""
    if not is_number(value):
        raise wrong_type(value, f"{name} must be a number")
    found = _float(value)
    if np.isnan(found) or (np.isinf(found) and not infinite):
        msg = f"{name} must be a finite number; got {value}."
        raise InvalidInputError(msg)
    if found < low:
        msg = f"{name} must be >= {low:g}; got {value}."
        raise InvalidInputError(msg)
    if above is not None and found <= above:
        msg = f"{name} must be > {above:g}; got {value}."
        raise InvalidInputError(msg)
    return found


def _float(value: Any) -> float:
    """Turn a number of any type into a float; one too large is infinite, a signalling nan is nan."""
    try:
        return float(value)
    except OverflowError:
        return np.inf if value > 0 else -np.inf
    except ValueError:
        return np.nan


def at_least_one(value: object, name: str) -> int:
    """Return a whole number >= 1."""
    found = number(value, name, low=1)
    if not found.is_integer():
        msg = f"{name} must be a whole number; got {value}."
        raise InvalidInputError(msg)
    return int(found)


def confidence_level(value: object) -> float:
    """Return a level strictly between 0 and 1; 95 gets a hint."""
    level = number(value, "confidence_level")
    if not 0 < level < 1:
        hint = f" Did you mean {level / 100:g}?" if 1 < level < 100 else ""
        msg = f"confidence_level must lie strictly between 0 and 1; got {value}.{hint}"
        raise InvalidInputError(msg)
    return level


def as_array(values: object, name: str) -> np.ndarray[Any, Any]:
    """Return numbers as an array of a numeric dtype; flags, text, dates and objects are refused."""
    if isinstance(values, str | bytes | Mapping | set | frozenset) or values is None:
        raise wrong_type(values, f"{name} must hold numbers")
    if isinstance(values, np.ma.MaskedArray) and np.ma.is_masked(values):
        # numpy would hand over what lies under the mask.
        msg = f"{name} must not be missing; some of it is masked."
        raise InvalidInputError(msg)
    if isinstance(values, list | tuple) and not {bool, np.bool_}.isdisjoint(map(type, values)):
        # Among numbers numpy would take a flag for 0 or 1.
        msg = f"{name} must hold numbers; got a flag (bool)."
        raise InvalidTypeError(msg)
    try:
        # numpy turns whole numbers of several types into floats, which lose the last digits of large ones.
        mixed = isinstance(values, list | tuple) and len(set(map(type, values))) > 1
        found = np.array(values, dtype=object) if mixed else np.asarray(values)
    except (ValueError, TypeError) as error:
        msg = f"{name} must be a column of numbers; got {type(values).__name__} of uneven parts."
        raise InvalidTypeError(msg) from error
    if found.dtype.kind == "O":
        found = _from_objects(found, name)
    if found.size == 0 and found.dtype.kind not in "iuf":
        found = found.astype(np.float64)
    if found.dtype.kind not in "iuf":
        msg = f"{name} must hold numbers; got dtype {found.dtype}."
        raise InvalidTypeError(msg)
    return found


def _from_objects(values: np.ndarray[Any, Any], name: str) -> np.ndarray[Any, Any]:
    """Turn Python ints beyond 64 bits, Decimals and missing marks into numbers, or say which is none."""
    flat = values.ravel().tolist()
    for at, value in enumerate(flat):
        if value is None or type(value).__name__ in {"NAType", "NaTType"}:
            _bad(name, "not be missing", value, at, len(flat), InvalidInputError)
        if not is_number(value):
            _bad(name, "hold numbers", value, at, len(flat), InvalidTypeError)
    flat = [
        int(v) if isinstance(v, Decimal) and v.is_finite() and v == v.to_integral_value() else v for v in flat
    ]
    if any(isinstance(v, int | np.integer) for v in flat):
        flat = [int(v) if isinstance(v, float | np.floating) and v.is_integer() else v for v in flat]
    if all(isinstance(v, int | np.integer) for v in flat):
        beyond = [at for at, v in enumerate(flat) if not _INT64.min <= v <= _INT64.max]
        if beyond:
            _bad(name, "fit in 64 bits", flat[beyond[0]], beyond[0], len(flat), InvalidInputError)
        return np.asarray(flat, dtype=np.int64).reshape(values.shape)
    return np.asarray([_float(v) for v in flat]).reshape(values.shape)


def _bad(name: str, rule: str, value: object, at: int, size: int, kind: type[Exception]) -> NoReturn:
    place = f" at {name}[{at}]" if size > 1 else ""
    msg = f"{name} must {rule}; got {shown(value)}{place}."
    raise kind(msg)


def _refuse(bad: np.ndarray[Any, Any], values: np.ndarray[Any, Any], name: str, rule: str) -> None:
    if not bad.any():
        return
    if not values.ndim:
        rule = rule.replace("hold", "be a").replace("numbers", "number")
    at = tuple(int(i) for i in np.argwhere(bad)[0])
    place = f" at {name}[{', '.join(map(str, at))}]" if at else ""
    many = f" ({int(bad.sum())} of {values.size} values are bad)" if values.size > 1 else ""
    msg = f"{name} must {rule}; got {values[at]}{place}{many}."
    raise InvalidInputError(msg)


def finite(values: object, name: str) -> FloatArray:
    """Return finite numbers as float64."""
    found = as_array(values, name)
    if found.dtype.kind == "f":
        _refuse(~np.isfinite(found), found, name, "hold finite numbers")
    return found.astype(np.float64)


def nonnegative(values: object, name: str) -> FloatArray:
    """Return finite numbers >= 0 as float64."""
    found = as_array(values, name)
    # The extremes say whether all is well, without an array of answers; nan is never >= 0.
    if found.size and not 0 <= found.min() <= found.max() < np.inf:
        _refuse(~np.isfinite(found) | (found < 0), found, name, "hold finite numbers >= 0")
    return found.astype(np.float64)


def positive(values: object, name: str) -> FloatArray:
    """Return finite numbers > 0 as float64: divisors."""
    found = as_array(values, name)
    if found.size and not 0 < found.min() <= found.max() < np.inf:
        _refuse(~np.isfinite(found) | (found <= 0), found, name, "hold finite numbers > 0")
    return found.astype(np.float64)


def whole(values: object, name: str) -> IntArray:
    """Return whole numbers of either sign as int64; the cells of a tally may be corrections."""
    found = as_array(values, name)
    if found.dtype.kind == "f":
        _refuse(_broken(found), found, name, "hold whole numbers")
        _refuse(np.abs(found) >= 2.0**63, found, name, "fit in 64 bits")
    elif found.dtype.kind == "u":
        _refuse(found > np.uint64(_INT64.max), found, name, "fit in 64 bits")
    return found.astype(np.int64)


def whole_column(counts: Any) -> IntArray:
    """Return a column of counts as int64."""
    if isinstance(counts, str | bytes | Mapping | set | frozenset) or not isinstance(counts, Iterable):
        msg = f"counts must be a column of whole numbers; got {counts!r} ({type(counts).__name__})."
        raise InvalidTypeError(msg)
    # A masked array would lose its mask as an array; a list of it has None there.
    listed = counts.tolist() if np.ma.isMA(counts) else counts
    found = whole(listed if hasattr(listed, "__array__") else list(listed), "counts")
    if found.ndim != 1:
        msg = f"counts must be a column of whole numbers; got an array of shape {found.shape}."
        raise InvalidInputError(msg)
    return found


def counts(values: object, name: str) -> IntArray:
    """Return whole numbers >= 0 as int64."""
    found = as_array(values, name)
    bad = (found < 0) | _broken(found) if found.dtype.kind == "f" else found < 0
    _refuse(bad, found, name, "hold whole numbers >= 0")
    return whole(found, name)


def _broken(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return which floats are no whole numbers."""
    found: np.ndarray[Any, Any] = ~np.isfinite(values) | (values != np.floor(values))
    return found


def same_length(columns: Mapping[str, Any]) -> None:
    """Refuse columns whose lengths differ, naming each."""
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        shown = ", ".join(f"{name} has {n}" for name, n in lengths.items())
        msg = f"columns must have one length; {shown}."
        raise InvalidInputError(msg)


def same_index(columns: Mapping[str, object]) -> None:
    """Refuse pandas Series whose indexes differ: arithmetic by position would pair the wrong rows."""
    found = {name: getattr(column, "index", None) for name, column in columns.items()}
    indexes: dict[str, Any] = {name: index for name, index in found.items() if hasattr(index, "equals")}
    for name, index in indexes.items():
        first = next(iter(indexes))
        if not indexes[first].equals(index):
            msg = (
                f"{first} and {name} must have the same index; align them first, "
                f"for example {name}.reindex({first}.index), or pass .to_numpy() of each."
            )
            raise InvalidInputError(msg)


# ---- what a function of counts was given -----------------------------------------------


def one_count(value: object, name: str) -> int:
    """Return a single whole number >= 0."""
    number(value, name)
    return int(counts(value, name))


def one_data(value: Any, name: str) -> Any:
    """Refuse plain columns without labels before a frame reader sees them."""
    if isinstance(value, list | tuple | np.ndarray) or is_number(value):
        msg = f"{name} must be a number, a Tally or a data frame; several numbers need labels=, one for each; got {type(value).__name__}."
        raise InvalidTypeError(msg)
    return value


def refuse_options(**options: Any) -> None:
    """Refuse what has no meaning for plain numbers, or for a table; None stands for what was not given."""
    given = [name for name, value in options.items() if value is not None]
    if given:
        what = "a tally or frame with periods" if "labels" in given else "plain numbers"
        msg = f"{listing(f'{n}=' for n in given)} cannot go with {what}; it belongs to another form of the call."
        raise InvalidInputError(msg)


def exposure_pair(exposure: Any) -> dict[str, Any]:
    if exposure is None:
        return {}
    if isinstance(exposure, str) or not isinstance(exposure, Sequence) or len(exposure) != 2:
        msg = f"exposure must be a pair (before, after); got {shown(exposure)}."
        raise InvalidTypeError(msg)
    return {"exposure[0]": exposure[0], "exposure[1]": exposure[1]}


# ---- rounding ---------------------------------------------------------------------------


def off_step(values: FloatArray | float, step: float) -> np.ndarray[Any, Any]:
    """Return which values are no multiples of the step that they were rounded to; none where that is nan."""
    steps = np.asarray(values) / step
    # Of many steps a float keeps less than a millionth of one.
    found: np.ndarray[Any, Any] = np.abs(steps - np.rint(steps)) > np.maximum(1e-6, 1e-15 * np.abs(steps))
    return found


def refuse_unrounded(value: float, name: str, step: float) -> None:
    """Refuse a number that cannot have been rounded as was said."""
    if off_step(value, step):
        msg = f"{name} must be a multiple of rounded_to, {step:g}, if it was rounded to that; got {value:g}."
        raise InvalidInputError(msg)
