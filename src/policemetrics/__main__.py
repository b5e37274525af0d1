"""The worked example: a scorecard for West Midlands Police on real bundled figures.

``python -m policemetrics`` prints it; ``--html FILE`` writes the same as a page. What it says stands in
``data/scorecard.toml``; the figures in it are worked out here.
"""

from __future__ import annotations

import argparse
import html
import os
import string
import sys
import textwrap
import tomllib
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import attrs
import numpy as np

from policemetrics import (
    Exposure,
    Figure,
    Results,
    Tally,
    _write,
    datasets,
    harm_change,
    harm_score,
    harm_weights,
    outcome_rate_change,
    positive_outcome_rate,
    rate_change,
    summarise_times,
)
from policemetrics.claims import ClaimCheck, check_claim, implied_change, implied_harm_per_crime, stated
from policemetrics.datasets import Dataset
from policemetrics.definitions import _tables, claim_words, offences, outcome_sets
from policemetrics.figures import OutcomeRate, RateChange
from policemetrics.published import pool_means
from policemetrics.typing import Basis

__all__ = ["main", "scorecard"]

_WIDTH = 100
_YEARS = ("2022/23", "2023/24")
_DETAIL = ("2017/18", "2019/20")
_PLAIN_SIGNS = {ord(_write.MINUS): "-", ord("“"): '"', ord("”"): '"'}
_POSITIVE = "positive-dashboard"
_WORDS: dict[str, Any] = tomllib.loads(_tables.text("data", "scorecard.toml"))
_TITLE = _WORDS["title"]
_FORMS = _write.FORMATS | {"days": lambda v: _write.signed(v, 0)}


class _Wording(string.Formatter):
    """Words with figures in them, written in the forms of tables: {rate:share}."""

    def format_field(self, value: Any, format_spec: str) -> str:
        form = _FORMS.get(format_spec)
        return form(value) if form else str(super().format_field(value, format_spec))


_written = _Wording().format


@attrs.frozen
class Section:
    """A part of the scorecard: sentences, perhaps a table, and where they come from."""

    title: str
    sentences: tuple[str, ...]
    source: str
    vintage: str
    definition: str
    headers: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()

    @property
    def origin(self) -> tuple[tuple[str, str], ...]:
        """What stands under every section."""
        return ("Source", self.source), ("Vintage", self.vintage), ("Definition", self.definition)


# ---- the sections -----------------------------------------------------------------------


def scorecard() -> tuple[Section, ...]:
    """Work out the scorecard from the bundled figures.

    Returns
    -------
    tuple of Section
        Its sections, in the order of the news item that they follow.

    Examples
    --------
    >>> print(scorecard()[0].sentences[0])
    Recorded crime fell by 37,778 (−10.3%, 95% interval −10.7% to −9.9%), from 365,882 in 2022/23 to 328,104 in 2023/24.
    """
    return (_crime(), _groups(), _harm(), _outcomes(), _answering(), _attendance(), _news_item())


def _section(
    name: str,
    data: Dataset,
    years: tuple[str, str] = _YEARS,
    *,
    above: Iterable[str] = (),
    rows: Iterable[tuple[str, ...]] = (),
    **figures: Any,
) -> Section:
    """Put figures into the words of a section, and put `above` them what is written already."""
    words = _WORDS[name]
    written = partial(_written, old=years[0], new=years[1], **figures)
    return Section(
        written(words["title"]),
        (*above, *map(written, words["sentences"])),
        f"{words.get('source', '')}{data.publisher}, {data.source}. {data.licence}",
        data.vintage,
        written(words["definition"]),
        ("Offence", *years, "Change", "Per cent", "95% interval") if rows else (),
        tuple(rows),
    )


def _annual() -> tuple[Dataset, Tally]:
    data = datasets.west_midlands_annual()
    return data, Tally.from_columns({"period": data.columns["period"]}, data.columns["crimes"], unit="crimes")


def _crime() -> Section:
    data, crimes = _annual()
    change = rate_change(crimes, between=_YEARS)
    return _section("crime", data, change=change, daily=rate_change(crimes, between=_YEARS, per_day=True))


def _detailed() -> tuple[Dataset, Tally]:
    data = datasets.west_midlands_offences()
    columns = {
        "period": data.columns["period"],
        "quarter": data.columns["quarter"],
        "offence": data.columns["offence_code"],
    }
    return data, Tally.from_columns(
        columns, data.columns["offences"], coverage=["period", "quarter"], unit="offences"
    )


def _groups() -> Section:
    data, crimes = _detailed()
    known = {code: offences()[code] for code in crimes.labels("offence")}
    groups = crimes.relabel("offence", {code: offence.group for code, offence in known.items()})
    subgroups = crimes.relabel("offence", {code: offence.subgroup for code, offence in known.items()})
    by_group = rate_change(groups, between=_DETAIL, by="offence").sort("change")
    total = rate_change(crimes, between=_DETAIL)
    rows = [*map(_row, by_group), _row(total, "All recorded crime")]
    for name, labels in _WORDS["groups"]["named"].items():
        chosen = subgroups.where(offence=labels)
        rows.append(_row(rate_change(chosen, between=_DETAIL), f"of which {name}"))
        if len(labels) > 1:
            parts = rate_change(chosen, between=_DETAIL, by="offence").sort("change")
            rows += [_row(part, f"    {part.group['offence']}") for part in parts]
    names, change = by_group["offence"], by_group["change"]
    return _section(
        "groups",
        data,
        _DETAIL,
        rows=rows,
        total=total,
        risen=_write.listed(names[change > 0][::-1]),
        fallen=_write.listed(names[change < 0]),
        groups=len(by_group),
        sum=change.sum(),
    )


def _row(change: RateChange, name: str = "") -> tuple[str, ...]:
    """Write a change as a row of a table, under its own name or another one."""
    page = change._page()
    return (name or page.keys[0].cells[0], *(column.cells[0] for column in page.columns))


def _harm() -> Section:
    data, crimes = _detailed()
    weights = harm_weights("ons-css", version="2020")
    people = datasets.west_midlands_population().to_dict()
    residents = Exposure(
        dict(zip(people["period"], people["residents"], strict=True)),
        by="period",
        name="residents",
        date="mid-year two years before the end of the year",
    )
    scores = harm_score(crimes, weights, by="period", exposure=residents)
    change = harm_change(crimes, weights, between=_DETAIL)
    first, last = (scores.at(period=year) for year in _DETAIL)
    return _section("harm", data, _DETAIL, change=change, first=first, last=last, weights=weights)


def _positive(basis: Basis) -> Results[OutcomeRate]:
    """Return the rate of positive outcomes by year, out of all crimes recorded in it."""
    data, names = datasets.west_midlands_outcomes(), ("period", "basis", "outcome")
    results = Tally.from_columns(
        {n: data.columns[n] for n in names}, data.columns["outcomes"], overlapping="basis", unit="outcomes"
    )
    part = results.where(basis=basis, period=list(_YEARS)).sum_to("period", "outcome")
    return positive_outcome_rate(
        part, positive=_POSITIVE, basis=basis, out_of="crimes", crimes=_annual()[1], by="period"
    )


def _outcomes() -> Section:
    above = []
    for basis in ("closed", "recorded"):
        rates = _positive(basis)
        first, last = (rates.at(period=year) for year in _YEARS)
        figures = {"first": first, "last": last, "change": outcome_rate_change(first, last)}
        each = _WORDS["outcomes"]["each"]
        above.append(_written(each, basis=basis.capitalize(), old=_YEARS[0], new=_YEARS[1], **figures))
    chosen, data = outcome_sets()[_POSITIVE], datasets.west_midlands_outcomes()
    types = _write.listed(chosen.types)
    return _section("outcomes", data, above=above, which=_POSITIVE, set=chosen, types=types)


def _answering() -> Section:
    data = datasets.nhs_999_calls()
    chosen = np.array(data.columns["period"]) == "2017-09"
    calls, seconds, printed = (
        data.columns[name][chosen].astype(float) for name in ("calls", "total_seconds", "mean_seconds")
    )
    return _section(
        "answering",
        data,
        exact=pool_means(seconds / calls, calls),
        rounded=pool_means(printed, calls, rounded_to=1),
        plain=(seconds / calls).mean(),
        trusts=len(calls),
    )


def _attendance() -> Section:
    data = datasets.lfb_first_pump_2009()
    fires = Tally.from_columns({"seconds": data.columns["seconds"]}, data.columns["calls"], unit="fires")
    under, at_most = (summarise_times(fires, target=360, inclusive=inclusive) for inclusive in (False, True))
    return _section("attendance", data, under=under, at_most=at_most)


def _news_item() -> Section:
    data, crimes = _annual()
    figures: dict[str, Figure] = {
        "crime": rate_change(crimes, between=_YEARS),
        "harm": harm_change(_detailed()[1], harm_weights("ons-css", version="2020"), between=_YEARS),
        "closed": _positive("closed").at(period=_YEARS[1]),
        "recorded": _positive("recorded").at(period=_YEARS[1]),
    }
    claims = _WORDS["item"]["claims"]
    implied = implied_change(percent_change="10% lower", change="around 35,000 fewer")
    return _section(
        "item",
        data,
        above=[f"{what}. {_checked(figures.get(of), claim, data.vintage)}" for what, claim, of in claims],
        before=implied["before"],
        after=implied["after"],
        per_crime=implied_harm_per_crime(crime="10% lower", harm="5% lower"),
        edition=claim_words().edition,
    )


def _checked(figure: Figure | None, claim: str, vintage: str) -> ClaimCheck:
    """Check a claim against a figure; without one, there are no open data about it."""
    if figure is not None:
        return check_claim(figure, stated(claim, vintage="published in 2024"), vintage=vintage)
    said = stated(claim)
    return ClaimCheck(
        verdict="cannot tell",
        ground="not available",
        reason=f"{said.quoted}: police times are not published one by one, nor is it said whether it is a mean or a median.",
        claim=said,
        figure=None,
    )


# ---- on paper ---------------------------------------------------------------------------


def as_text(sections: Sequence[Section]) -> str:
    """Lay the scorecard out for a terminal.

    Parameters
    ----------
    sections : sequence of Section
        What `scorecard` returned.

    Returns
    -------
    str
        Lines of at most 100 characters.
    """
    wrapped = partial(textwrap.wrap, width=_WIDTH, break_on_hyphens=False)
    lines = [_TITLE, "=" * len(_TITLE)]
    for section in sections:
        lines += ["", section.title, "-" * len(section.title)]
        for sentence in section.sentences:
            lines += wrapped(sentence, initial_indent="* ", subsequent_indent="  ")
        if section.rows:
            lines += ["", _write.text_table(section.headers, section.rows, left=1), ""]
        for name, value in section.origin:
            origin = f"{name}: {value.rstrip('.')}."
            lines += wrapped(origin, initial_indent="  ", subsequent_indent="    ")
    return "\n".join(lines)


_STYLE = """
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 56rem; margin: 2rem auto; padding: 0 1rem; color-scheme: light dark; }
table { border-collapse: collapse; margin: 1rem 0; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: bold; }
th, td { padding: .2rem .8rem .2rem 0; border-bottom: 1px solid #8888; white-space: pre; }
dl { font-size: .875rem; display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem; }
dd { margin: 0; }
"""


def as_html(sections: Sequence[Section]) -> str:
    """Lay the scorecard out as a page; everything is escaped.

    Parameters
    ----------
    sections : sequence of Section
        What `scorecard` returned.

    Returns
    -------
    str
        A whole HTML document, without scripts and without anything to fetch.
    """
    body = [f"<h1>{html.escape(_TITLE)}</h1>"]
    for section in sections:
        items = "".join(f"<li>{html.escape(s)}</li>" for s in section.sentences)
        body.append(f"<section><h2>{html.escape(section.title)}</h2><ul>{items}</ul>")
        if section.rows:
            body.append(_write.html_table(section.headers, section.rows, left=1, caption=section.title))
        origin = "".join(f"<dt>{n}</dt><dd>{html.escape(v)}</dd>" for n, v in section.origin)
        body.append(f"<dl>{origin}</dl></section>")
    head = (
        '<!doctype html>\n<html lang="en-GB"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{html.escape(_TITLE)}</title><style>{_STYLE}</style></head>"
    )
    return f"{head}<body>{''.join(body)}</body></html>\n"


# ---- the command ------------------------------------------------------------------------


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the scorecard, or write it as a page.

    Parameters
    ----------
    arguments : sequence of str, optional
        The command line, without the program's name. Default is that of the process.

    Returns
    -------
    int
        The exit status: 0, or 2 where the page cannot be written.
    """
    parser = argparse.ArgumentParser(
        prog="python -m policemetrics",
        description="A scorecard for West Midlands Police on real bundled figures: a worked example.",
    )
    parser.add_argument(
        "--html", metavar="FILE", type=Path, help="write the scorecard as a page instead of printing it"
    )
    options = parser.parse_args(arguments)
    sections = scorecard()
    if options.html is None:
        text = as_text(sections)
        encoding = sys.stdout.encoding or "utf-8"
        try:
            text.encode(encoding)
        except UnicodeEncodeError:
            # A terminal that has no true minus sign gets a plain one, not a traceback; quotation marks likewise.
            text = text.translate(_PLAIN_SIGNS).encode(encoding, "replace").decode(encoding)
        print(text)
        return 0
    try:
        options.html.write_text(as_html(sections), encoding="utf-8")
    except OSError as error:
        print(
            f"cannot write {options.html}: {error.strerror}; name a file in a folder that exists.",
            file=sys.stderr,
        )
        return 2
    print(f"wrote {options.html}")
    return 0


if __name__ == "__main__":
    try:
        status = main()
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read it, such as head, had read enough
        # What is left to be written goes nowhere, or Python would say so when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 0
    raise SystemExit(status)
