"""What the scorecard says: figures from the bundled data, put into the words of ``data/scorecard.toml``."""

from __future__ import annotations

import string
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import attrs
import numpy as np

from policemetrics import (
    Exposure,
    Figure,
    Results,
    Tally,
    _write,
    change_drivers,
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
from policemetrics.figures import ChangeDriver, OutcomeRate, RateChange
from policemetrics.published import pool_means
from policemetrics.typing import Basis

YEARS = ("2022/23", "2023/24")
_DETAIL = ("2017/18", "2019/20")
_POSITIVE = "positive-dashboard"
WORDS: Mapping[str, Any] = tomllib.loads(_tables.text("data", "scorecard.toml"))
_FORMS = _write.FORMATS | {"days": lambda v: _write.signed(v, 0)}


class _Wording(string.Formatter):
    """Words with figures in them, written in the forms of tables: {rate:share}."""

    def format_field(self, value: Any, format_spec: str) -> str:
        form = _FORMS.get(format_spec)
        return form(value) if form else str(super().format_field(value, format_spec))


in_words = _Wording().format


@attrs.frozen
class Section:
    """A part of the scorecard: sentences, perhaps a table, and where they come from."""

    name: str
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
    >>> print(scorecard()[0].sentences[1])
    Per day it is −10.57%: 2023/24 had 366 days.
    """
    return (_crime(), _groups(), _harm(), _outcomes(), _answering(), _attendance(), _news_item())


def _section(
    name: str,
    data: Dataset,
    years: tuple[str, str] = YEARS,
    *,
    above: Iterable[str] = (),
    rows: Iterable[tuple[str, ...]] = (),
    **figures: Any,
) -> Section:
    """Put figures into the words of a section, and put `above` them what is written already."""
    words = WORDS[name]
    written = partial(in_words, old=years[0], new=years[1], **figures)
    return Section(
        name,
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
    change = rate_change(crimes, between=YEARS)
    return _section("crime", data, change=change, daily=rate_change(crimes, between=YEARS, per_day=True))


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


def _in_groups() -> Tally:
    _, crimes = _detailed()
    return crimes.relabel("offence", {code: offences()[code].group for code in crimes.labels("offence")})


def _groups() -> Section:
    data, crimes = _detailed()
    subgroups = crimes.relabel(
        "offence", {code: offences()[code].subgroup for code in crimes.labels("offence")}
    )
    by_group = rate_change(_in_groups(), between=_DETAIL, by="offence").sort("change")
    total = rate_change(crimes, between=_DETAIL)
    rows = [*map(_row, by_group), _row(total, "All recorded crime")]
    for name, labels in WORDS["groups"]["named"].items():
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


def _positive(basis: Basis, years: Sequence[str] = YEARS) -> Results[OutcomeRate]:
    data, names = datasets.west_midlands_outcomes(), ("period", "basis", "outcome")
    results = Tally.from_columns(
        {n: data.columns[n] for n in names}, data.columns["outcomes"], overlapping="basis", unit="outcomes"
    )
    part = results.where(basis=basis, period=list(years)).sum_to("period", "outcome")
    return positive_outcome_rate(
        part, positive=_POSITIVE, basis=basis, out_of="crimes", crimes=_annual()[1], by="period"
    )


def _outcomes() -> Section:
    above = []
    for basis in ("closed", "recorded"):
        rates = _positive(basis)
        first, last = (rates.at(period=year) for year in YEARS)
        figures = {"first": first, "last": last, "change": outcome_rate_change(first, last)}
        each = WORDS["outcomes"]["each"]
        above.append(in_words(each, basis=basis.capitalize(), old=YEARS[0], new=YEARS[1], **figures))
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
    data, fires = datasets.lfb_first_pump_2009(), attendance_times()
    under, at_most = (summarise_times(fires, target=360, inclusive=inclusive) for inclusive in (False, True))
    return _section("attendance", data, under=under, at_most=at_most)


# ---- the claims -------------------------------------------------------------------------


@attrs.frozen
class CheckedClaim:
    """A claim of the news item, in short, and what open data say of it."""

    short: str
    found: str
    what: str
    check: ClaimCheck

    @property
    def row(self) -> tuple[str, str, str]:
        """The claim on one line."""
        return self.short, self.check.verdict, self.found


def checked_claims() -> tuple[CheckedClaim, ...]:
    """Check the claims of the news item, in its order.

    Returns
    -------
    tuple of CheckedClaim
        Each claim, with the verdict and the figure that it rests on.

    Examples
    --------
    >>> checked_claims()[0].row
    ('Recorded crime is 10% lower', 'supported', '365,882 to 328,104: −10.3%')
    """
    data, crimes = _annual()
    figures: dict[str, Figure] = {
        "crime": rate_change(crimes, between=YEARS),
        "harm": harm_change(_detailed()[1], harm_weights("ons-css", version="2020"), between=YEARS),
        "closed": _positive("closed").at(period=YEARS[1]),
        "recorded": _positive("recorded").at(period=YEARS[1]),
    }
    per_crime = implied_harm_per_crime(crime="10% lower", harm="5% lower")
    return tuple(
        CheckedClaim(
            claim["short"],
            in_words(claim["found"], per_crime=per_crime, **figures),
            claim["what"],
            _checked(figures.get(claim.get("figure", "")), claim, data.vintage),
        )
        for claim in WORDS["item"]["claims"]
    )


def _checked(figure: Figure | None, claim: Mapping[str, str], vintage: str) -> ClaimCheck:
    """Check a claim against a figure; where there is none, the words say why."""
    if figure is not None:
        return check_claim(figure, stated(claim["claim"], vintage="published in 2024"), vintage=vintage)
    said = stated(claim["claim"])
    reason = f"{said.quoted}: {claim['reason']}"
    return ClaimCheck(verdict="cannot tell", ground="not available", reason=reason, claim=said, figure=None)


def _news_item() -> Section:
    implied = implied_change(percent_change="10% lower", change="around 35,000 fewer")
    return _section(
        "item",
        datasets.west_midlands_annual(),
        above=[f"{claim.what}. {claim.check}" for claim in checked_claims()],
        before=implied["before"],
        after=implied["after"],
        per_crime=implied_harm_per_crime(crime="10% lower", harm="5% lower"),
        edition=claim_words().edition,
    )


# ---- what the pictures show -------------------------------------------------------------


def change_by_group() -> Results[ChangeDriver]:
    """Return what each group of offences added to the change, what fell first."""
    return change_drivers(_in_groups(), between=_DETAIL, of="offence").sort("change")


def attendance_times() -> Tally:
    """Return the times from mobilisation to arrival."""
    data = datasets.lfb_first_pump_2009()
    return Tally.from_columns({"seconds": data.columns["seconds"]}, data.columns["calls"], unit="fires")


def positive_by_year(basis: Basis) -> Results[OutcomeRate]:
    """Return the rate of positive outcomes by year, out of all crimes recorded in it, for each year there is."""
    return _positive(basis, datasets.west_midlands_annual().columns["period"])
