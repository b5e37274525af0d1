"""Random programs on random worlds: every figure, or that there is none, is what a naive model says.

`POLICEMETRICS_SUPPLY=20000 pytest tests/test_supply.py` runs that many programs; the gate runs a few hundred.
"""

from __future__ import annotations

import itertools
import os
import random

import pytest
import supply_model as model
from supply_model import Ask, NotThere

from policemetrics import Exposure, Period, Tally, change_drivers, rate, rate_change
from policemetrics.errors import PoliceMetricsError

PROGRAMS = int(os.environ.get("POLICEMETRICS_SUPPLY", "300"))
FORCES, OFFENCES = ["A", "B", "C"], ["x", "y"]
REGION = {"A": "R", "B": "R", "C": "S"}
PEOPLE, AREAS = {"A": 10, "B": 30, "C": 70}, {"R": 40, "S": 70}
COVERAGE = {"force": ["force", "period"], "period": "period", "": None}


def spelt(label):
    """Write a period of the model as the library does; anything else stays."""
    found = model.months(label)
    if found is None:
        return label
    first, last = (Period.month(2024 + m // 12, m % 12 + 1) for m in (found[0], found[-1]))
    return Period(first.start, last.end).label


def rows_of(r):
    """Each report was sent or not (five of six); a sent one has rows for some offences, 0 and corrections included."""
    rows = []
    for force in FORCES[: r.choice([1, 2, 3, 3])]:
        for month in range(r.choice([4, 6])):
            if r.random() < 0.85:
                told = [o for o in OFFENCES if r.random() < 0.6] or ["x"]
                rows += [(force, month, o, r.choice([0, 1, 2, 5, 9, -1])) for o in told]
    return rows or [("A", 0, "x", 1)]


def tally_of(rows, stated):
    force, month, offence, number = zip(*rows, strict=True)
    columns = {"force": force, "period": [spelt(m) for m in month], "offence": offence}
    return Tally.from_columns(columns, number, coverage=COVERAGE[stated])


def step(r, world):
    """One random operation, with its name: on the world, and on the tally."""
    forces, periods = (sorted({line[i] for line in world.lines}, key=str) for i in (2, 3))
    name = r.choice(
        [
            "where_force",
            "where_period",
            "where_offence",
            "drop_force",
            "drop_report",
            "relabel",
            "sum_to",
            "to_periods",
        ]
        + ["not_supplied", "rolling", "names"]
    )
    single = all(model.months(p) is not None and len(model.months(p)) == 1 for p in periods)
    if name in {"to_periods", "rolling", "names"} and (world.rolled or not single):
        name = "relabel"
    if name == "not_supplied" and world.rolled:
        name = "relabel"  # a mark is set before windows are made
    if name == "rolling" and (len(periods) < 3 or not world.stated):
        name = "relabel"
    if name == "drop_report" and world.stated != "force":
        name = "drop_force"  # of one sender's report a part cannot be dropped, and is not compared
    f, p = (sorted(r.sample(v, r.randint(1, len(v))), key=str) for v in (forces, periods))
    o = r.sample(OFFENCES, r.randint(1, 2))
    names = {q: "early" if q in periods[: len(periods) // 2] else "late" for q in periods}
    at = [spelt(q) for q in p]
    does = {
        "where_force": (lambda w: model.where(w, force=f), lambda t: t.where(force=f)),
        "where_period": (lambda w: model.where(w, period=p), lambda t: t.where(period=at)),
        "where_offence": (
            lambda w: model.where(w, offence=o),
            lambda t: t.where(offence=[v for v in o if v in t.labels("offence")]),
        ),
        "drop_force": (lambda w: model.drop(w, force=f[:1]), lambda t: t.drop(force=f[:1])),
        "drop_report": (
            lambda w: model.drop(w, force=f[:1], period=p[:1]),
            lambda t: t.drop(force=f[:1], period=at[:1]),
        ),
        "relabel": (
            lambda w: model.relabel(w, force=REGION),
            lambda t: t.relabel("force", {k: v for k, v in REGION.items() if k in t._known_labels("force")}),
        ),
        "sum_to": (lambda w: w, lambda t: t),
        "to_periods": (lambda w: model.to_periods(w, 3), lambda t: t.to_periods("quarter")),
        "names": (
            lambda w: model.relabel(w, period=names),
            lambda t: t.relabel(
                "period", {spelt(k): v for k, v in names.items() if spelt(k) in t._known_labels("period")}
            ),
        ),
        "not_supplied": (
            lambda w: model.not_supplied(w, "lost", force=f[:1], period=p[:1]),
            lambda t: t.not_supplied("lost", force=f[0], period=at[0]),
        ),
        "rolling": (lambda w: model.rolling(w, 3), lambda t: t.rolling(3)),
    }
    return name, *does[name]


def asked(call, *args, **options):
    try:
        return call(*args, **options)
    except (Ask, PoliceMetricsError) as error:
        return f"asks: {error}"


def residents(given):
    return Exposure(given, by="force", name="residents", date="d") if isinstance(given, dict) else given


def rows_by(table, by):
    figures = [table] if not by else list(table)
    return {tuple(f.group.get(d) for d in by): f for f in figures}


def as_regions(world):
    """Return whether each force has rows of one offence only, so that offences might be regions."""
    of = {f: {o for g, _, o in world.rows if g == f} for f, *_ in world.rows}
    return all(len(v) == 1 for v in of.values())


def compare_rates(world, tally, exposure, by, told):
    want = asked(model.rate, world, exposure, by)
    have = asked(rate, tally, residents(exposure), by=by or None, per=1)
    if want == "asks: windows overlap and do not add up" and not isinstance(have, str):
        return  # of one of them alone there are counts
    if isinstance(want, str) or isinstance(have, str):
        assert isinstance(want, str) == isinstance(have, str), (told, "rate", exposure, by, want, have)
        return
    found = rows_by(have, by)
    for key, value in want.items():
        figure = found.get(tuple(map(spelt, key)))
        shown = None if figure is None or figure.reason else figure.rate
        if isinstance(value, NotThere) or value < 0:
            assert shown is None, (told, "rate", exposure, by, key, value, shown)
        elif figure is None:  # nothing was ever counted there
            assert value == 0, (told, "rate", exposure, by, key, value)
        else:
            assert shown == pytest.approx(float(value)), (
                told,
                "rate",
                exposure,
                by,
                key,
                value,
                shown,
                figure and figure.reason,
            )


def compare_changes(world, tally, between, exposure, by, match, told):
    told = (*told, "change", between, exposure, by, match)
    want = asked(model.change, world, *between, by, exposure, match=match)
    options = {"between": tuple(map(spelt, between)), "like_for_like": "match" if match else "require"}
    have = asked(rate_change, tally, by=by or None, exposure=residents(exposure), **options)
    if isinstance(want, str) or isinstance(have, str):
        assert isinstance(want, str) == isinstance(have, str), (told, want, have)
        return
    found = rows_by(have, by)
    for key, value in want.items():
        figure = found.get(tuple(map(spelt, key)))
        stands = figure is not None and figure.change == figure.change
        if isinstance(value, NotThere):
            assert not stands, (told, key, value, figure)
        elif figure is None:  # nothing was ever counted there
            assert [n for n, _ in value] == [0, 0], (told, key, value)
        elif min(n for n, _ in value) >= 0:
            assert stands, (told, key, value, figure and figure.reason)
            assert [figure.old, figure.new] == [n for n, _ in value], (told, key, value, figure)
            if exposure is not None:
                sizes = [figure.old / figure.old_exposure, figure.new / figure.new_exposure]
                assert sizes == pytest.approx([float(q) for _, q in value]), (told, key, value, sizes)


def compare_parts(world, tally, between, of, by, match, told):
    told = (*told, "parts", between, of, by, match)
    whole, want = (asked(model.change, world, *between, by, None, match=match, of=v) for v in (None, of))
    options = {"between": tuple(map(spelt, between)), "like_for_like": "match" if match else "require"}
    have = asked(change_drivers, tally, of=of, by=by, **options)
    if isinstance(want, str) or isinstance(have, str):
        assert isinstance(want, str) == isinstance(have, str), (told, want, have)
        return
    found = rows_by(have, (*by, of))
    for key, value in want.items():
        above = whole[key[: len(by)]]
        figure = found.get(tuple(map(spelt, key)))
        if isinstance(value, NotThere):
            assert figure is None or figure.change != figure.change, (told, key, value, figure)
        elif min(n for n, _ in above) >= 0:
            shown = (0, 0) if figure is None else (figure.old, figure.new)
            assert shown == tuple(n for n, _ in value), (told, key, value, figure)


def program(seed):
    r = random.Random(seed)
    rows, stated = rows_of(r), r.choice(["force", "force", "period", ""])
    world, tally = model.world(rows, stated), tally_of(rows, stated)
    told = (seed, stated)
    for _ in range(r.randint(0, 4)):
        name, on_world, on_tally = step(r, world)
        after = asked(on_tally, tally)
        if isinstance(after, str) or not len(after):  # a mark where there is no cell, say
            continue
        world, tally, told = on_world(world), after, (*told, name)
    periods = sorted({line[3] for line in world.lines}, key=str)
    pairs = [p for p in itertools.combinations(periods, 2) if all(model.months(q) for q in p)]
    pairs = [p for p in pairs if model.months(p[0])[-1] < model.months(p[1])[0]][:3]
    pairs += [] if world.rolled else [("0-2", "3-5")]
    for exposure in (100, PEOPLE, AREAS):
        for by in ((), ("force",), ("period",), ("offence",), ("force", "period")):
            if (exposure != 100 or not by) and not ("offence" in by and as_regions(world)):
                compare_rates(world, tally, exposure, by, told)
    if not all(map(model.months, periods)):
        return  # between mere names nothing is compared
    for between, match in itertools.product(pairs, (False, True)):
        for exposure, by in itertools.product((None, PEOPLE, AREAS), ((), ("force",), ("offence",))):
            if not (exposure and "offence" in by and as_regions(world)):
                compare_changes(world, tally, between, exposure, by, match, told)
        for of, by in (("offence", ()), ("force", ()), ("offence", ("force",)), ("force", ("offence",))):
            compare_parts(world, tally, between, of, by, match, told)


@pytest.mark.parametrize("block", range(10))
def test_programs(block):
    """Whatever is done to a tally, its figures are those of who sent what."""
    for seed in range(block, PROGRAMS, 10):
        program(seed)
