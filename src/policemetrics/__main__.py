"""The worked example: a scorecard for West Midlands Police on real bundled figures.

``python -m policemetrics`` prints it; ``--html FILE`` writes the same as a page.
"""

from __future__ import annotations

import argparse
import html
import sys
import textwrap
from collections.abc import Iterable, Sequence
from pathlib import Path

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
from policemetrics.definitions import claim_words, offences, outcome_sets
from policemetrics.figures import OutcomeRate, RateChange
from policemetrics.published import pool_means
from policemetrics.typing import Basis

__all__ = ["main", "scorecard"]

_WIDTH = 100
_TITLE = "West Midlands Police: what the published figures say"
_YEARS = ("2022/23", "2023/24")
_DETAIL = ("2017/18", "2019/20")
_PLAIN_SIGNS = {ord(_write.MINUS): "-", ord("“"): '"', ord("”"): '"'}
_POSITIVE = "positive-dashboard"
_TIMES = {
    "999 calls answered in": "5 seconds",
    "101 calls answered in": "2 minutes 14 seconds",
    "Emergencies attended in": "11 minutes",
    "Priority calls attended in": "39 minutes",
}
_NAMED = {
    "Burglary": ("Domestic burglary", "Non-domestic burglary"),
    "Vehicle offences": ("Theft from a vehicle", "Theft of a motor vehicle", "Vehicle interference"),
    "Theft from the person": ("Theft from the person",),
}


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


def _annual() -> tuple[Dataset, Tally]:
    data = datasets.west_midlands_annual()
    return data, Tally.from_columns({"period": data.columns["period"]}, data.columns["crimes"], unit="crimes")


def _crime() -> Section:
    data, crimes = _annual()
    change = rate_change(crimes, between=_YEARS)
    daily = rate_change(crimes, between=_YEARS, per_day=True)
    return _section(
        f"Recorded crime, {_YEARS[0]} to {_YEARS[1]}",
        [
            str(change),
            f"Per day it is {_write.signed(daily.percent_change, 2, '%')}: {_YEARS[1]} had 366 days.",
            "These are crimes, not victims: one person may suffer several, and some crimes have no victim.",
            (
                "In spring 2023 the counting of stalking and harassment beside another crime changed, "
                "so the two years are not counted quite alike."
            ),
        ],
        data,
        "crimes recorded in the financial year, without fraud; the interval is that of a Poisson process, the least "
        "that is uncertain.",
    )


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
    known = offences()
    codes = crimes.labels("offence")
    by_group = rate_change(
        crimes.relabel("offence", {c: known[c].group for c in codes}), between=_DETAIL, by="offence"
    ).sort("change")
    subgroups = crimes.relabel("offence", {c: known[c].subgroup for c in codes})
    total = rate_change(crimes, between=_DETAIL)
    rows = [_row(str(row.group["offence"]), row) for row in by_group]
    rows.append(_row("All recorded crime", total))
    for name, parts in _NAMED.items():
        named = rate_change(subgroups.where(offence=parts), between=_DETAIL, by="offence").sort("change")
        rows.append(
            _row(f"of which {name.lower()}", rate_change(subgroups.where(offence=parts), between=_DETAIL))
        )
        if len(parts) > 1:
            rows += [_row(f"    {row.group['offence']}", row) for row in named]
    risen = [str(r.group["offence"]) for r in by_group.sort("change", descending=True) if r.change > 0]
    fallen = [str(r.group["offence"]) for r in by_group if r.change < 0]
    return _section(
        f"What rose and what fell, {_DETAIL[0]} to {_DETAIL[1]}",
        [
            str(total),
            f"Rose, the most first: {_listed(risen)}.",
            f"Fell, the most first: {_listed(fallen)}.",
            f"The changes of the {len(by_group)} groups add up to the total: {_write.signed(by_group['change'].sum(), 0)}.",
        ],
        data,
        "Home Office offence groups, one classification for both years; the parts named below the total are inside it.",
        ("Offence", _DETAIL[0], _DETAIL[1], "Change", "Per cent", "95% interval"),
        rows,
    )


def _row(name: str, change: RateChange) -> tuple[str, ...]:
    return (
        name,
        _write.count(change.old),
        _write.count(change.new),
        _write.signed(change.change, 0),
        _write.signed(change.percent_change, 1, "%"),
        _write.limits(
            _write.signed(change.percent_change_low, 1, "%"),
            _write.signed(change.percent_change_high, 1, "%"),
            unbounded=bool(np.isinf(change.percent_change_high)),
        ),
    )


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
    return _section(
        f"Harm, {_DETAIL[0]} to {_DETAIL[1]}",
        [
            str(change),
            (
                f"Of the change of {_write.signed(change.change, 0)} days, {_write.signed(change.from_volume, 0)} comes "
                f"from the number of crimes and {_write.signed(change.from_mix, 0)} from their mix."
            ),
            (
                f"Per resident (ONS, mid-2016 and mid-2018) the score is {first.per_head:.2f} in {_DETAIL[0]} and {last.per_head:.2f} in {_DETAIL[1]}; "
                f"per crime {first.per_crime:.1f} and {last.per_crime:.1f} days."
            ),
        ],
        data,
        f"ONS Crime Severity Score, edition {weights.version}: the sum over offences of {weights.unit} of sentence times "
        "crimes; fraud is outside it.",
    )


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
    data = datasets.west_midlands_outcomes()
    sentences = []
    bases: tuple[Basis, ...] = ("closed", "recorded")
    for basis in bases:
        rates = _positive(basis)
        old, new = (rates.at(period=year) for year in _YEARS)
        change = outcome_rate_change(old, new)
        sentences += [
            (
                f"{basis.capitalize()} basis: {_write.percent(old.rate, 2)} in {_YEARS[0]} "
                f"({_write.count(old.positive)} of {_write.count(old.denominator)}) to {_write.percent(new.rate, 2)} in "
                f"{_YEARS[1]} ({_write.count(new.positive)} of {_write.count(new.denominator)}): "
                f"{_write.signed(change.points, 2)} percentage points "
                f"({_write.signed(change.points_low, 2)} to {_write.signed(change.points_high, 2)}), "
                f"which is {_write.signed(change.percent_change, 1)} per cent."
            ),
        ]
    chosen = outcome_sets()[_POSITIVE]
    return _section(
        f"Positive outcomes, {_YEARS[0]} to {_YEARS[1]}",
        [
            *sentences,
            (
                "Closed: outcomes given in the year, whenever the crime was recorded. Recorded: outcomes given so far to the "
                "crimes of the year, which still grow. There is no official list of positive outcomes."
            ),
        ],
        data,
        f"the set {_POSITIVE!r}: types {_listed(chosen.types)} ({chosen.origin}), out of all crimes recorded in the year.",
    )


def _answering() -> Section:
    data = datasets.nhs_999_calls()
    table = data.to_dict()
    month = "2017-09"
    chosen = [i for i, period in enumerate(table["period"]) if period == month]
    calls, seconds, printed = (
        np.array([table[name][i] for i in chosen], dtype=float)
        for name in ("calls", "total_seconds", "mean_seconds")
    )
    exact = pool_means(seconds / calls, calls)
    rounded = pool_means(printed, calls, rounded_to=1)
    return _section(
        "Answering 999 calls: the worked example, NHS England, September 2017",
        [
            (
                f"The mean time to answer was {exact.mean:.2f} s over {_write.count(exact.n)} calls of {len(chosen)} "
                "ambulance trusts, weighted by calls."
            ),
            (
                f"The plain mean of the trusts' means would say {(seconds / calls).mean():.2f} s: it counts a small trust as "
                "much as a large one."
            ),
            (
                f"From the means as printed, in whole seconds, it can be told to lie between {rounded.rounding_low:.1f} "
                f"and {rounded.rounding_high:.1f} s."
            ),
            "Police 999 calls are not published call by call, so a commissioner's 5 seconds cannot be checked.",
        ],
        data,
        "seconds from the call reaching the trust to its answer; answered calls only.",
    )


def _attendance() -> Section:
    data = datasets.lfb_first_pump_2009()
    fires = Tally.from_columns({"seconds": data.columns["seconds"]}, data.columns["calls"], unit="fires")
    under, at_most = (summarise_times(fires, target=360, inclusive=inclusive) for inclusive in (False, True))
    return _section(
        "Attending emergencies: the worked example, London Fire Brigade, dwelling fires of 2009",
        [
            (
                f"The first pump took {under.mean:.2f} s in the mean ({_write.duration(under.mean)}; 95% interval "
                f"{under.mean_low:.1f} to {under.mean_high:.1f} s), {under.median:.0f} s in the median, and {under.p90:.0f} s at "
                f"the 90th percentile, over {_write.count(under.n)} fires."
            ),
            (
                f"Within six minutes: {_write.percent(at_most.share_within, 2)} took at most 360 s, "
                f"{_write.percent(under.share_within, 2)} took less; the bound must be said."
            ),
            "Police attendance is not published incident by incident, so a commissioner's 11 and 39 minutes cannot be checked.",
        ],
        data,
        "from mobilisation to the first pump's arrival, not from the call; percentiles by linear interpolation.",
    )


def _news_item() -> Section:
    data, crimes = _annual()
    change = rate_change(crimes, between=_YEARS)
    harm = harm_change(_detailed()[1], harm_weights("ons-css", version="2020"), between=_YEARS)
    closed, recorded = (_positive(basis).at(period=_YEARS[1]) for basis in ("closed", "recorded"))
    checks = [
        ("Recorded crime", _checked(change, "10% lower", data.vintage)),
        ("As victims", _checked(change, "around 35,000 fewer victims", data.vintage)),
        ("As crimes", _checked(change, "around 35,000 fewer", data.vintage)),
        ("The harm score", _checked(harm, "5% lower", data.vintage)),
        ("Positive outcomes, closed basis", _checked(closed, "about 8%", data.vintage)),
        ("Positive outcomes, recorded basis", _checked(recorded, "about 8%", data.vintage)),
        *((what, _unpublished(claim)) for what, claim in _TIMES.items()),
    ]
    first, last = (
        implied_change(percent_change="10% lower", change="around 35,000 fewer")[n]
        for n in ("before", "after")
    )
    per_crime = implied_harm_per_crime(crime="10% lower", harm="5% lower")
    section = _section(
        "The news item that this follows, claim by claim",
        [
            *(f"{what}. {check}" for what, check in checks),
            (
                f"Together, 10% and around 35,000 fewer mean {_write.count(round(first.low))} to "
                f"{_write.count(round(first.high))} crimes before and {_write.count(round(last.low))} to "
                f"{_write.count(round(last.high))} after; the counts published since lie in both."
            ),
            (
                f"{per_crime} So a lower score does not show that offences became less serious, unless the score is "
                "one per crime already, which the item does not say."
            ),
            (
                "What the open data can tell: the crimes recorded, their change, and their outcomes. What they cannot: "
                "how many people suffered, how long they waited, and the force's own harm score."
            ),
        ],
        data,
        f"each figure is read as the range of what it could mean, by the table {claim_words().edition}, and compared "
        "with the figure itself; intervals are not used.",
    )
    item = "West Midlands Police and Crime Commissioner, news item of 2024 on the year 2023/24 (its figures alone)"
    return attrs.evolve(section, source=f"{item}; checked against {section.source}")


def _checked(figure: Figure, claim: str, vintage: str) -> ClaimCheck:
    return check_claim(figure, stated(claim, vintage="published in 2024"), vintage=vintage)


def _unpublished(claim: str) -> ClaimCheck:
    """Answer for a claim that there are no open data about."""
    said = stated(claim)
    return ClaimCheck(
        verdict="cannot tell",
        ground="not available",
        reason=f"{said.quoted}: police times are not published one by one, nor is it said whether it is a mean or a median.",
        claim=said,
        figure=None,
    )


def _section(
    title: str,
    sentences: Iterable[str],
    data: Dataset,
    definition: str,
    headers: Sequence[str] = (),
    rows: Iterable[tuple[str, ...]] = (),
) -> Section:
    source = f"{data.publisher}, {data.source}. {data.licence}"
    return Section(title, tuple(sentences), source, data.vintage, definition, tuple(headers), tuple(rows))


def _listed(names: Sequence[str]) -> str:
    return " and ".join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else "".join(names)


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
    lines = [_TITLE, "=" * len(_TITLE)]
    for section in sections:
        lines += ["", section.title, "-" * len(section.title)]
        for sentence in section.sentences:
            lines += textwrap.wrap(
                sentence, _WIDTH, initial_indent="* ", subsequent_indent="  ", break_on_hyphens=False
            )
        if section.rows:
            lines += ["", _write.text_table(section.headers, section.rows, left=1), ""]
        for name, value in section.origin:
            lines += textwrap.wrap(
                f"{name}: {value.rstrip('.')}.",
                _WIDTH,
                initial_indent="  ",
                subsequent_indent="    ",
                break_on_hyphens=False,
            )
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
        # A terminal that has no true minus sign gets a plain one, not a traceback; quotation marks likewise.
        print(
            text.translate(_PLAIN_SIGNS).encode(encoding, "replace").decode(encoding)
            if not _writes(text, encoding)
            else text
        )
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


def _writes(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


if __name__ == "__main__":
    raise SystemExit(main())
