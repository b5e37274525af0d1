"""How figures are written: numbers, signs, durations, and tables in text, HTML and Markdown.

Headlines round half away from zero, as published figures do; Python's own `round` goes to
the even neighbour.
"""

from __future__ import annotations

import html
import math
import re
import textwrap
from collections.abc import Callable, Collection, Iterable, Sequence
from decimal import ROUND_HALF_UP, Context, Decimal

MINUS = "\N{MINUS SIGN}"
UNDEFINED = "n/a"
_UNIT_SECONDS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))
# Wide enough for any float, and not the caller's own context, which may round or raise.
_EXACT = Context(prec=700, rounding=ROUND_HALF_UP)


def fixed(value: float, digits: int = 0) -> str:
    """Write a number with `digits` decimals, rounded half away from zero, thousands apart."""
    return _written(value, digits)


def _written(value: float, digits: int, *, shift: int = 0) -> str:
    """Write a number whose point is first moved by `shift`, in decimal so that a tie remains one."""
    if math.isnan(value):
        return UNDEFINED
    if math.isinf(value):
        return "infinity" if value > 0 else f"{MINUS}infinity"
    rounded = _rounded(Decimal(repr(float(value))).scaleb(shift, _EXACT), digits)
    return f"{MINUS if rounded < 0 else ''}{rounded.copy_abs():,f}"


def _rounded(value: Decimal, digits: int = 0) -> Decimal:
    return value.quantize(Decimal((0, (1,), -digits)), context=_EXACT)


def count(value: float) -> str:
    """Write a count: whole where it is whole, otherwise with one decimal."""
    if isinstance(value, int):
        return f"{value:,}".replace("-", MINUS)  # exact, whatever its size
    return fixed(value, 0 if math.isinf(value) or float(value).is_integer() else 1)


def plain(value: float) -> str:
    """Write a number with about four figures, so that small rates keep their digits."""
    if value == 0 or not math.isfinite(value):
        return fixed(value)
    return fixed(value, max(0, min(12, 3 - math.floor(math.log10(abs(value))))) if abs(value) < 1000 else 0)


def rate(value: float) -> str:
    """Write a rate in a sentence: with one decimal from 1 up, with four figures below."""
    return fixed(value, 1) if value >= 1 else plain(value)


def amount(value: float) -> str:
    """Write an amount of something weighted, as harm is: without decimals from 100 up, with four figures below."""
    return fixed(value) if abs(value) >= 100 or float(value).is_integer() else plain(value)


def per_words(per: float, name: str) -> str:
    """Write what a rate is per: "1,000 residents", "day"; empty where there is none."""
    if math.isnan(per):
        return ""
    return (
        name.removesuffix("s") if name in {"days", "years"} and per == 1 else f"{count(per)} {name}".strip()
    )


def signed(value: float, digits: int = 1, unit: str = "") -> str:
    """Write a change with its sign: "+5.6%", "−10.3%"; a rounded zero has none."""
    written = fixed(value, digits)
    if math.isnan(value):
        return written
    rises = not written.startswith(MINUS) and any(c not in "0.," for c in written)
    return f"{'+' if rises else ''}{written}{unit}"


def size(change: float, digits: int) -> str:
    """Write the size of a change so that a small one does not read as none."""
    least = 10.0**-digits
    return fixed(abs(change), digits) if abs(change) >= least / 2 else f"less than {fixed(least, digits)}"


def listed(parts: Iterable[str]) -> str:
    """Join words as a sentence does: the last two by "and"."""
    *most, last = parts
    return f"{', '.join(most)} and {last}" if most else last


SEVERAL = 3  # names that are all written


def shortened(names: Sequence[str], of: int | None = None) -> str:
    """Join names as a sentence does; of more than three the first, and how many more there are: of `of`, where these are the first."""
    of = len(names) if of is None else of
    return listed(names) if of <= SEVERAL else f"{names[0]} and {of - 1} more"


def one_sentence(parts: Iterable[str]) -> str:
    """Join what is said of a figure to one sentence."""
    joined = "; ".join(parts)
    return f"{joined[0].upper()}{joined[1:]}."


def moved(change: float, amount: str) -> str:
    """Say which way something went, and by how much: "rose by 5.6%"."""
    if change == 0:
        return "did not change"
    return f"{'rose' if change > 0 else 'fell'} by {amount}"


def path(
    change: float,
    amount: str,
    interval: str,
    both: Iterable[str],
    between: Iterable[str],
    *,
    groups: bool = False,
) -> str:
    """Say how something went from one value to another, and when, where that is known: "rose by 1, from 5 to 6".

    Of two groups it says how the second differs from the first: "was 1 higher in Kent than in Essex: 6 against 5".
    """
    if groups:
        return differs(change, f"{amount} ", interval, both, between)
    (old, new), when = both, [f" in {period}" if period else "" for period in between]
    if change == 0:
        return f"{moved(change, amount)}{interval}: {old}{' and'.join(when) if all(when) else ' before and after'}"
    return f"{moved(change, amount)}{interval}, from {old}{when[0]} to {new}{when[1]}"


def differs(change: float, amount: str, interval: str, both: Iterable[str], groups: Iterable[str]) -> str:
    """Say how the second of two groups differs from the first: "was 1 higher in Kent than in Essex: 6 against 5"."""
    (old, new), (first, second) = both, groups
    if change == 0:
        return f"did not differ{interval}: {old} in both {first} and {second}"
    higher = "higher" if change > 0 else "lower"
    return f"was {amount}{higher}{interval} in {second} than in {first}: {new} against {old}"


def limits(low: str, high: str, *, unbounded: bool) -> str:
    """Write an interval; one without an upper limit says so."""
    return f"{low} or more" if unbounded else f"{low} to {high}"


def rounding(low: str, high: str, step: float = 1) -> str:
    """Write between what a number lies that was rounded; nothing where the step is nan, as it was not said."""
    return "" if math.isnan(step) else f" ({low} to {high} as far as the rounding tells)"


def percent(value: float, digits: int = 1) -> str:
    """Write a share as a percentage: 0.0793 as "7.9%"."""
    return _written(value, digits, shift=2) + ("" if math.isnan(value) else "%")


def duration(value: float) -> str:
    """Write seconds as "2 min 14 s"; under a minute with one decimal where there is one."""
    if not math.isfinite(value):
        return fixed(value)
    if abs(value) < 59.95:
        written = fixed(value, 1)
        return f"{written.removesuffix('.0')} s"
    # Beyond an hour the seconds are noise; beyond a day the minutes are.
    step = 1 if abs(value) < 3_600 else 60 if abs(value) < 86_400 else 3_600
    left = int(_rounded(Decimal(repr(abs(float(value)) / step)))) * step
    parts = []
    for size, unit in _UNIT_SECONDS:
        amount, left = divmod(left, size)
        if amount:
            parts.append(f"{amount} {unit}")
    return (MINUS if value < 0 else "") + " ".join(parts)


def seconds_change(value: float) -> str:
    """Write a change in seconds with its sign: "+2 min 14 s"; a rounded zero has none."""
    written = duration(value)
    return f"{'+' if value > 0 and written != '0 s' else ''}{written}"


def days(value: float) -> str:
    """Write a number of days, which is whole or a half one as a rule."""
    return fixed(value, 1).removesuffix(".0")


def _p_value(value: float) -> str:
    return "< 0.001" if value < 0.001 else fixed(value, 3)


FORMATS: dict[str, Callable[[float], str]] = {
    "count": count,
    "change": lambda v: signed(v, 0 if math.isinf(v) or float(v).is_integer() else 1),
    "amount": amount,
    "amount_change": lambda v: f"{'+' if v > 0 else ''}{amount(v)}",
    "percent": lambda v: signed(v, 1, "%"),
    "points": lambda v: signed(v, 2),
    "share": lambda v: percent(v, 2),
    "rate": lambda v: fixed(v, 2) if abs(v) >= 1 else plain(v),
    "seconds": duration,
    "seconds_change": seconds_change,
    "days": days,
    "p": _p_value,
    "number": plain,
}


_LONG_HEADING = 14  # as percent_change is


def _broken(heading: str) -> list[str]:
    """Break a heading before its unit."""
    name, opened, unit = heading.partition(" (")
    return [name, f"({unit}"] if opened else [heading]


def column_width(heading: str, cells: Iterable[str]) -> int:
    """Return how wide a column is in plain text: a long heading breaks between words, and before its unit."""
    least = [min(len(part), _LONG_HEADING - 2 * i) for i, part in enumerate(_broken(heading))]
    return max(*least, *map(len, heading.split()), 0, *map(len, cells))


def _lines(heading: str, width: int) -> list[str]:
    if len(heading) <= width:
        return [heading]
    return [line for part in _broken(heading) for line in textwrap.wrap(part, width, break_on_hyphens=False)]


def text_table(headers: Sequence[str], rows: Sequence[Sequence[str]], *, left: int) -> str:
    """Lay out a table in plain text; the first `left` columns are aligned left, and a long heading takes several lines."""
    widths = [column_width(heading, (row[i] for row in rows)) for i, heading in enumerate(headers)]
    heads = [_lines(h, w) for h, w in zip(headers, widths, strict=True)]
    height = max(map(len, heads), default=1)
    above = [["" if i >= len(h) else h[i] for h in heads] for i in range(height)]
    lines = []
    for row in (*above, ["-" * w for w in widths], *rows):
        cells = [
            c.ljust(w) if i < left else c.rjust(w) for i, (c, w) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


# A time is one word: "18 min 33 s".
_WITHIN_TIME = re.compile(r"(?<=\d) (?=(?:d|h|min|s)\b)|(?<=\d d|\d h|min) (?=\d+ (?:h|min|s)\b)")
_NO_BREAK = "\N{NO-BREAK SPACE}"


def unbroken(text: str) -> str:
    """Write text so that no line ends inside a time."""
    return _WITHIN_TIME.sub(_NO_BREAK, text)


def wrapped(text: str, width: int) -> str:
    """Break text into lines, though not inside a time; a width of 0 is none."""
    if not width:
        return text
    found = textwrap.fill(unbroken(text), width, break_long_words=False, break_on_hyphens=False)
    return found.replace(_NO_BREAK, " ")


_FIGURES = ";font-variant-numeric:tabular-nums;white-space:nowrap"


def html_table(
    headers: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    left: int,
    caption: str = "",
    prose: Collection[str] = (),
    below: str = "",
) -> str:
    """Lay out a table in HTML, with scopes, a caption, and what is said below it; everything is escaped.

    The first `left` columns name the row; those headed by one of `prose` hold words, not figures: only words break.
    Colours are those of the page, so that it may be dark or light.
    """
    side = ["left" if i < left or h in prose else "right" for i, h in enumerate(headers)]
    head = "".join(
        f'<th scope="col" style="text-align:{s}">{html.escape(h)}</th>'
        for h, s in zip(headers, side, strict=True)
    )
    body = []
    for row in rows:
        cells = [
            f'<th scope="row" style="text-align:{s}">{html.escape(c)}</th>'
            if i < left and c  # a heading has words
            else f'<td style="text-align:{s}{_FIGURES if s == "right" else ""}">{html.escape(c)}</td>'
            for i, (c, s) in enumerate(zip(row, side, strict=True))
        ]
        body.append(f"<tr>{''.join(cells)}</tr>")
    title = f'<caption style="text-align:left">{html.escape(caption)}</caption>' if caption else ""
    wide = f'<td colspan="{len(headers)}" style="text-align:left">{html.escape(below)}</td>'
    foot = f"<tfoot><tr>{wide}</tr></tfoot>" if below else ""
    return f"<table>{title}<thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody>{foot}</table>"


# What Markdown reads as more than text, wherever it stands; an underscore only at the edge of a word.
_MARKED = re.compile(r"[\\`*\[\]<>|~$&]|(?<![^\W_])_|_(?![^\W_])")
_SPACES = re.compile(r"[^\S\N{NO-BREAK SPACE}]+")
_AT_START = re.compile(r"^(\d*)([-+.)#=])(?=[-=# ]|$)")


def markdown(text: str) -> str:
    """Write text so that Markdown shows it as it is, on one line."""
    escaped = _MARKED.sub(r"\\\g<0>", _SPACES.sub(" ", text).strip(" "))
    return _AT_START.sub(r"\1\\\2", escaped)


def markdown_table(
    headers: Sequence[str], rows: Iterable[Sequence[str]], *, left: int, prose: Collection[str] = ()
) -> str:
    """Lay out a table in Markdown with pipes; everything is escaped."""
    rule = [":---" if i < left or h in prose else "---:" for i, h in enumerate(headers)]
    written = ([markdown(unbroken(cell)) for cell in row] for row in (headers, *rows))
    lines = [f"| {' | '.join(row)} |" for row in written]
    return "\n".join((lines[0], f"| {' | '.join(rule)} |", *lines[1:]))
