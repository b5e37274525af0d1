"""Times as published: ambulance means, an American centre's summaries and answer bands, London's fires."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from conformance._reading import Table, TextArray, find, joined, read
from conformance._verdicts import Cells, compare, together
from policemetrics import Tally, rate, share, summarise_times
from policemetrics.published import pool_means
from policemetrics.typing import FloatArray, IntArray

__all__ = [
    "ANSWERED",
    "ELAPSED",
    "FIRES",
    "NHS",
    "WALES",
    "answer_bands",
    "boards_add_up",
    "elapsed_summary",
    "fires",
    "trust_means",
    "trusts_add_up",
    "welsh_shares",
]

WALES: Final = "ambulance/wales_ambulance_red_calls.csv"
_RESPONSES: Final = "red_calls_resulting_in_an_emergency_response_at_the_scene"
_IN_TIME: Final = f"{_RESPONSES}_within_8_minutes"
_PER_CENT: Final = "red_calls_percent_of_emergency_responses_arriving_at_the_scene_within_8_minutes"
NHS: Final = "answer_times/nhs_ambsys_2017_09_and_2026_04.csv"
ANSWERED: Final = "answer_times/alexandria_phone_hourly_2025_weeks44_52.csv"
ELAPSED: Final = (
    "response_times/alexandria_cad_2025_weeks35_52.csv.gz",
    "response_times/alexandria_elapsed_summary_published.csv",
)
FIRES: Final = "response_times/lfb_dwelling_fires_2009.csv"

_ENGLAND: Final = "England"
_NHS_KEYS: Final = ("Year", "Month", "Org Name")
# Total seconds, count and printed mean: calls answered, and the response times of categories 1 to 3.
_MEANS: Final = (
    ("A2", "A1", "A3"),
    ("A24", "A8", "A25"),
    ("A27", "A9", "A28"),
    ("A30", "A10", "A31"),
    ("A33", "A11", "A34"),
)
_SUMS: Final = ("A0", "A1", "A2", "A7", "A8", "A9", "A10", "A11", "A12", "A24", "A27", "A30", "A33")


def trust_means(folder: Path) -> Cells:
    """Make means, printed in whole seconds, of total and count; England's are pooled from those of its trusts."""
    table = read(folder, NHS, *_NHS_KEYS, *dict.fromkeys(c for m in _MEANS for c in m))
    parts = []
    for total, count, mean in _MEANS:
        stated = table.stated(mean, ".")
        names = joined(*(stated[k] for k in _NHS_KEYS), np.full(len(stated), mean))
        seconds, calls = stated.whole(total), stated.whole(count)
        ours = rate(seconds, calls, labels=names, per=1)["rate"]
        months = joined(stated["Year"], stated["Month"])
        whole = stated["Org Name"] == _ENGLAND
        for at in np.flatnonzero(whole).tolist():
            of = ~whole & (months == months[at])
            ours = np.where(np.arange(len(ours)) == at, pool_means(ours[of], calls[of]).mean, ours)
        parts.append(compare(names, stated.numbers(mean), ours, step=1))
    return together(parts)


def trusts_add_up(folder: Path) -> Cells:
    """England's counts and totals beside the sums of its trusts."""
    table = read(folder, NHS, *_NHS_KEYS, *_SUMS)
    parts = []
    for column in _SUMS:
        stated = table.stated(column, ".")
        months = joined(stated["Year"], stated["Month"])
        whole = stated["Org Name"] == _ENGLAND
        sums = Tally.from_columns({"month": months[~whole]}, stated.whole(column)[~whole]).to_dict()
        ours = find(months[whole], np.array(sums["month"]), np.array(sums["count"]))
        names = joined(months[whole], np.full(whole.sum(), column))
        parts.append(compare(names, stated.whole(column)[whole], ours))
    return together(parts)


# ---- Alexandria, Virginia ---------------------------------------------------------------

_METRICS: Final = {
    "Phone Time": "Phone_Time",
    "Processing Time": "Processing_Time",
    "Time to Dispatch": "Time_To_Dispatch",
    "Time to Queue": "Time_To_Queue",
}
_STATISTICS: Final = {"n": 0.0, "median": 0.0, "p90": 0.0, "p99": 0.0, "pct_le_15": 0.1, "pct_le_20": 0.1}
_MISLABELLED: Final = ("51", "52")  # weeks whose priorities are printed by their place in the sorted list


def welsh_shares(folder: Path) -> Cells:
    """Per cent of responses within 8 minutes, printed to 6 places, by health board and month."""
    table = read(folder, WALES, "date", "hb", _RESPONSES, _IN_TIME, _PER_CENT)
    names = joined(table["date"], table["hb"])
    ours = 100 * share(table.whole(_IN_TIME), table.whole(_RESPONSES), labels=names)["share"]
    return compare(names, table.numbers(_PER_CENT), ours, step=1e-6)


def boards_add_up(folder: Path) -> Cells:
    """Counts of Wales beside the sums of its health boards."""
    columns = ("red_calls", _RESPONSES, "amber_calls", "green_calls", _IN_TIME)
    table = read(folder, WALES, "date", "hb", *columns)
    whole = table["hb"] == "WALES"
    parts = []
    for column in columns:
        boards = Tally.from_columns(
            {"month": table["date"][~whole], "board": table["hb"][~whole]}, table.whole(column)[~whole]
        ).sum_to("month")
        found = boards.to_dict()
        months = table["date"][whole]
        ours = find(months, np.array(found["month"]), np.array(found["count"]))
        parts.append(compare(joined(months, np.full(len(months), column)), table.whole(column)[whole], ours))
    return together(parts)


def elapsed_summary(folder: Path) -> Cells:
    """Make counts, percentiles and percentages within 15 and 20 s, by week, agency and priority."""
    printed = read(folder, ELAPSED[1], "week", "breakdown", "group", "metric", *_STATISTICS)
    calls = read(folder, ELAPSED[0], "WeekNo", "Agency", "Priority_Number", *_METRICS.values())
    calls = calls.keep(np.isin(calls["WeekNo"], printed["week"]))
    kinds = {
        "overall": np.full(len(calls), ""),
        "agency": calls["Agency"],
        "priority": calls["Priority_Number"],
    }
    times = _elapsed(calls, kinds)
    keys = joined(printed["week"], printed["breakdown"], _priorities(printed, calls), printed["metric"])
    ours: dict[str, FloatArray] = {}
    for target in (15, 20):
        found = summarise_times(times, by="key", target=target, inclusive=True)
        at = found["key"].astype(np.str_)
        ours |= {name: find(keys, at, found[name]) for name in ("n", "median", "p90", "p99")}
        ours[f"pct_le_{target}"] = find(keys, at, 100 * found["share_within"])
    parts = []
    for name, step in _STATISTICS.items():
        there = printed[name] != ""
        parts.append(
            compare(
                joined(keys, np.full(len(keys), name))[there],
                printed.keep(there).numbers(name),
                ours[name][there],
                step=step,
            )
        )
    return together(parts)


def _elapsed(calls: Table, kinds: dict[str, TextArray]) -> Tally:
    """Count calls by key and seconds; missing and negative times are left out."""
    keys, seconds = [], []
    for metric, column in _METRICS.items():
        stated = calls[column] != "NULL"
        measured = calls.keep(stated).numbers(column)
        there = measured >= 0
        for kind, labels in kinds.items():
            week, label = calls["WeekNo"][stated][there], labels[stated][there]
            constant = np.full(len(week), kind)
            keys.append(joined(week, constant, label, np.full(len(week), metric)))
            seconds.append(measured[there])
    columns = {"key": np.concatenate(keys), "seconds": np.concatenate(seconds)}
    return Tally.from_columns(columns, np.ones(len(columns["key"]), dtype=np.int64), unit="calls")


def _priorities(printed: Table, calls: Table) -> TextArray:
    """Give back their priorities to the weeks that print their places in the list, sorted as text."""
    groups = printed["group"].copy()
    for week in _MISLABELLED:
        among = np.unique(calls["Priority_Number"][calls["WeekNo"] == week])
        wrong = (printed["week"] == week) & (printed["breakdown"] == "priority")
        place = printed.keep(wrong).whole("group")
        listed = np.append(among, "?")  # for a place beyond the list
        groups[wrong] = listed[np.where((place > 0) & (place < len(listed)), place, 0) - 1]
    return groups


_LINES: Final = {"911": "911_{}", "ADM": "ADM_{}"}
_BANDS: Final = ("10", "15", "20", "40", "60", "120", "121")
_WITHIN: Final = {
    "911": ("911_PCT_10", "911_PCT_15", "911_PCT_20", "911_PCT_40"),
    "ADM": ("ADM_PCT_10", "PCT_ADM_15", "ADM_PCT_20", "ADM_PCT_40"),
}


def answer_bands(folder: Path) -> Cells:
    """Add up the calls of every hour from their bands; make the printed fractions answered within 10 to 40 s and abandoned."""
    columns = [form.format(name) for form in _LINES.values() for name in (*_BANDS, "AB", "T", "PCT_AB")]
    table = read(
        folder, ANSWERED, "Week", "DateTime", *columns, *(c for names in _WITHIN.values() for c in names)
    )
    # Week 50 calls one of its days 12/3, which week 49 has, too.
    hour = joined(table["Week"], table["DateTime"])
    parts = []
    for line, form in _LINES.items():
        bands = np.array([table.whole(form.format(b)) for b in _BANDS])
        lost = table.whole(form.format("AB"))
        calls = Tally.from_columns(
            {"hour": np.tile(hour, len(_BANDS) + 1)}, np.concatenate([bands.ravel(), lost])
        ).to_dict()
        received = find(hour, np.array(calls["hour"]), np.array(calls["count"]))
        total = form.format("T")
        parts.append(compare(joined(hour, np.full(len(hour), total)), table.whole(total), received))
        below = np.zeros(len(hour))
        for i, name in enumerate(_WITHIN[line]):
            parts.append(_fractions(table, name, hour, bands[: i + 1].sum(axis=0), bands.sum(axis=0), below))
            below = table.numbers(name)
        parts.append(
            _fractions(table, form.format("PCT_AB"), hour, lost, bands.sum(axis=0) + lost, 0 * below)
        )
    return together(parts)


def _fractions(
    table: Table, name: str, hour: TextArray, part: IntArray, whole: IntArray, least: FloatArray
) -> Cells:
    """Compare printed fractions of an hour's calls; of no calls there is none, though 0 is printed."""
    there = whole > 0
    names = joined(hour, np.full(len(hour), name))
    ours = np.full(len(hour), np.nan)
    ours[there] = rate(part[there], whole[there], labels=names[there], per=1)["rate"]
    printed = table.numbers(name, "#DIV/0!")
    # Hours whose only call was abandoned print 0 where the formula gives 1; one prints less than for a shorter time.
    known = ((printed == 0) & (~there | ((whole == 1) & (part == 1)))) | (printed < least)
    return compare(names, printed, ours, step=0.0001, explained=known)


# ---- London -----------------------------------------------------------------------------


def fires(folder: Path) -> Cells:
    """Dwelling fires of 2009: how many were reached within six minutes, first and second pumps."""
    first, second = (f"{pump}PumpArriving_AttendanceTime" for pump in ("First", "Second"))
    table = read(folder, FIRES, first, second)
    names = np.array(["fires", "per cent under 360 s", "per cent at most 360 s", "second pumps"])
    under, at_most = (
        summarise_times(table.numbers(first), target=360, inclusive=inclusive) for inclusive in (False, True)
    )
    pumps = summarise_times(table.numbers(second, "NULL"), invalid="exclude")
    ours = np.array([under.n, 100 * under.share_within, 100 * at_most.share_within, pumps.n])
    printed = np.array([6708, 70.86, 71.15, 6708 - 1673])
    return compare(names, printed, ours, step=0.01)
