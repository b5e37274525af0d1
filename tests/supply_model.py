"""Who sent what: a naive reference, slow and obvious, for `tests/test_supply.py`.

The world is made of reports. A report is one force's return for one month; it was sent or not. A row is a number of
crimes by force, month and offence. A `World` is what was sent, as it was sent and never merged, and how it is looked
at now: one line for each force and month, with the label of force and period that they go by now.

Months are whole numbers. A period is written "a" or "a-b", months a to b; any other label is only a name.
"""

from dataclasses import dataclass, replace
from fractions import Fraction

DIMS = ("force", "period", "offence")


class Ask(Exception):
    """The library must refuse: the caller has not said enough."""


class NotThere(str):
    """No figure, for this reason."""

    __slots__ = ()


def months(label):
    first, _, last = str(label).partition("-")
    return range(int(first), int(last or first) + 1) if first.isdigit() else None


def label(first, last):
    return str(first) if first == last else f"{first}-{last}"


@dataclass(frozen=True)
class World:
    stated: str  # "force": forces send, by months. "period": one sender, by months. "": nothing was said
    rows: dict  # (force, month, offence), as sent -> number
    sent: frozenset  # (force, month) of the reports that came
    lines: frozenset  # (force, month as sent, force, period as they are called now)
    made: frozenset  # the reports as they came first
    called: frozenset = frozenset()  # (force, label now), of every force that ever was
    marks: frozenset = frozenset()  # (force, month, offence or None, reason): said not to be supplied
    rolled: bool = False  # the periods overlap

    def who(self, force, areas=()):
        """Return who sent for a force: two names of one force, never stated for the same month, are one."""
        if self.stated != "force":  # rows are too few to tell two names from two forces
            return force if areas else "the sender"
        now = {n for f, n in self.called if f == force}
        names = {f for f, n in self.called if n in now}
        seen = [m for f, m in self.made if f in names]
        return f"now {min(now)}" if len(seen) == len(set(seen)) else force

    def came(self, force, month):
        """Return whether a report came; where nobody but one sender was named, any force's is the sender's."""
        return (force, month) in self.sent or (
            self.stated != "force" and any(m == month for _, m in self.sent)
        )


# ---- making and changing ----------------------------------------------------------------


def world(rows, stated):
    """Make a world of rows (force, month, offence, number). A row, even of 0, proves that its report was sent."""
    added = {}
    for force, month, offence, number in rows:
        added[force, month, offence] = added.get((force, month, offence), 0) + number
    sent = frozenset((f, m) for f, m, _ in added)
    lines = frozenset((f, m, f, label(m, m)) for f in {f for f, _ in sent} for m in {m for _, m in sent})
    return World(stated, added, sent, lines, sent, frozenset((f, f) for f, _ in sent))


def _keep(w, lines, offences=None):
    at = {line[:2] for line in lines}

    def fits(force, month, offence):
        return (force, month) in at and (offences is None or offence is None or offence in offences)

    rows = {k: n for k, n in w.rows.items() if fits(*k)}
    return replace(w, lines=frozenset(lines), rows=rows, marks=frozenset(m for m in w.marks if fits(*m[:3])))


def _chosen(w, force=None, period=None):
    return {s for s in w.lines if (force is None or s[2] in force) and (period is None or s[3] in period)}


def where(w, offence=None, **labels):
    return _keep(w, _chosen(w, **labels), offence)


def drop(w, **labels):
    return _keep(w, w.lines - _chosen(w, **labels))


def relabel(w, force=(), period=()):
    f, p = dict(force), dict(period)
    lines = frozenset((a, m, f.get(n, n), p.get(q, q)) for a, m, n, q in w.lines)
    found = replace(w, lines=lines, called=frozenset((a, f.get(n, n)) for a, n in w.called))
    one = [len({x.who(a) for a, _ in w.called}) for x in (w, found)]
    if w.rolled and w.stated == "force" and one[0] > one[1]:
        raise Ask("a name that changes within a window is to be joined before")
    return found


def to_periods(w, length):
    starts = {q: months(q)[0] // length * length for _, _, _, q in w.lines}
    return relabel(w, period={q: label(a, a + length - 1) for q, a in starts.items()})


def rolling(w, length):
    known = sorted({m for _, m, *_ in w.lines})
    ends = range(known[0] + length - 1, known[-1] + 1)
    lines = {
        (f, m, n, label(e - length + 1, e)) for f, m, n, _ in w.lines for e in ends if e - length < m <= e
    }
    return replace(w, lines=frozenset(lines), rolled=True)


def not_supplied(w, reason, **labels):
    """Mark all that has these labels, whether or not a row stands there; a whole report was then not sent."""
    hit = {line[:2] for line in _chosen(w, **labels)}
    rows = {k: n for k, n in w.rows.items() if k[:2] not in hit}
    marks = {(f, m, None, reason) for f, m in hit}
    lost = hit if w.stated != "period" else set()  # of one sender's report that is a part
    return replace(w, rows=rows, marks=w.marks | marks, sent=w.sent - lost)


# ---- reading ----------------------------------------------------------------------------


def _needed(lines, period):
    """Return the months that make a period whole: those that its label names; of a mere name, those it has."""
    held = {m for _, m, _, q in lines if q == period}
    named = months(period)
    return set(named) if named and held <= set(named) else held


def _inside(w, lines, period, areas):
    """Return who sent the whole of a period."""
    need = _needed(w.lines, period)
    of = {}
    for f, m, _, q in lines:
        if q == period:
            there = ((f, m) in w.sent) if areas else w.came(f, m)
            of.setdefault(w.who(f, areas), set()).update({m} if there else set())
    return {who for who, there in of.items() if there >= need}


def _group(w, key):
    return {s for s in w.lines if key.get("force", s[2]) == s[2] and key.get("period", s[3]) == s[3]}


def _marked(w, lines, offence):
    at = {s[:2] for s in lines}
    return sorted(r for f, m, o, r in w.marks if (f, m) in at and (o is None or offence in (None, o)))


def _count(w, lines, key, members, areas):
    at = {(f, m) for f, m, _, q in lines if w.who(f, areas) in members[q]}
    return sum(n for (f, m, o), n in w.rows.items() if (f, m) in at and key.get("offence", o) == o)


def _own_rows(w, lines, key):
    at = {s[:2] for s in lines}
    return any((f, m) in at and key.get("offence", o) == o for f, m, o in w.rows)


def _keys(w, by):
    offences = sorted({o for *_, o in w.rows}) or ["-"]
    found = {(n, q, o) for _, _, n, q in w.lines for o in offences}
    return sorted({tuple(row[DIMS.index(d)] for d in by) for row in found}, key=str)


def _divisor(w, lines, members, exposure, areas, every=None):
    """Return one number; or residents by force, by the labels as sent, or by those of now where all of `every` line sent."""
    if not isinstance(exposure, dict):
        return exposure
    if w.stated == "period":  # every area with a row anywhere
        here = {s for s in lines if any(f == s[0] for f, *_ in w.made)}
    else:
        here = {s for s in lines if w.who(s[0], areas) in members[s[3]] and (areas or s[:2] in w.sent)}
    sent, now = {s[0] for s in here}, {s[2] for s in here}
    by_sent = sum(exposure[f] for f in sent) if sent <= set(exposure) else None
    by_now = sum(exposure[n] for n in now) if now <= set(exposure) else None
    known = {w.who(s[0], areas) for s in every or lines if s[2] in now}
    if by_sent is not None and by_now is not None and by_sent != by_now:
        raise Ask("labels that mean one thing as sent and another now")
    if by_sent is not None:
        return by_sent
    if by_now is None:
        return NotThere("no residents")
    return (
        by_now
        if known == {w.who(f, areas) for f in sent}
        else NotThere("residents of those, too, who did not send")
    )


def rate(w, exposure, by=()):
    """Return the rate of each group, or why it has none."""
    areas = ("force",) if not w.stated and isinstance(exposure, dict) else ()
    found = {}
    for k in _keys(w, by):
        key = dict(zip(by, k, strict=True))
        lines = _group(w, key)
        members = {q: _inside(w, lines, q, areas) for q in {s[3] for s in lines}}
        if w.rolled and "period" not in by and len(members) > 1:
            raise Ask("windows overlap and do not add up")
        if why := _marked(w, lines, key.get("offence")):
            found[k] = NotThere(why[0])
        elif not any(members.values()) or (not w.stated and not _own_rows(w, lines, key)):
            found[k] = NotThere("no rows")
        elif len({frozenset(m) for m in members.values() if m}) > 1:
            found[k] = NotThere("not the same suppliers in every period")
        else:
            size = _divisor(w, lines, members, exposure, areas)
            n = _count(w, lines, key, members, areas)
            found[k] = size if isinstance(size, NotThere) else Fraction(n) / Fraction(size)
    return found


def _side(w, period):
    """Take the part in one period: its own label, or shorter ones that lie within it."""
    wide = set(months(period))
    own = {s for s in w.lines if s[3] == period}
    fits = own or {s for s in w.lines if not w.rolled and months(s[3]) and set(months(s[3])) <= wide}
    return relabel(_keep(w, fits), period={s[3]: period for s in fits})


def change(w, old, new, by=(), exposure=None, *, match=False, of=None):
    """Return (old, new) of each group; with of= of each part of it, which is 0 where it has no row."""
    if match and w.stated != "force":
        raise Ask("match needs to know who the suppliers are")
    areas = ("force",) if not w.stated and isinstance(exposure, dict) else ()
    sides, found = [_side(w, p) for p in (old, new)], {}
    starts = [min(months(p)) for p in (old, new)]
    need = {0} if w.rolled else set(range(len(months(old))))
    for k in _keys(w, by):
        key = dict(zip(by, k, strict=True))
        lines = every = [_group(s, key) for s in sides]
        came = []
        for s, x, p, a in zip(sides, lines, (old, new), starts, strict=True):
            if w.rolled:  # windows were settled: who sent all of one
                came.append({(v, 0) for v in _inside(s, x, p, areas)})
            else:
                came.append(
                    {
                        (s.who(f, areas) if areas else w.who(f), m - a)
                        for f, m, *_ in x
                        if (((f, m) in w.sent) if areas else w.came(f, m))
                    }
                )
        if match and came[0] & came[1]:
            both = came[0] & came[1]
            place = [(lambda s: 0) if w.rolled else (lambda s, a=a: s[1] - a) for a in starts]
            lines = [
                {s for s in x if (w.who(s[0]), at(s)) in both} for x, at in zip(lines, place, strict=True)
            ]
            came, need_of = [both, both], set()
        else:
            need_of = need
        why = [v for s, x in zip(sides, lines, strict=True) for v in _marked(s, x, key.get("offence"))]
        quiet = (
            not w.stated
            and not w.rolled
            and not all(
                _own_rows(s, {y for y in x if y[1] == q + a}, key)
                for s, x, a in zip(sides, lines, starts, strict=True)
                for q in need
            )
        )
        if why:
            found[k] = NotThere(why[0])
        elif any(need_of - {m for _, m in c} for c in came) or not came[0] or quiet:
            found[k] = NotThere("no rows")
        elif came[0] != came[1]:
            found[k] = NotThere("not like for like")
        else:
            parts = [{}]
            if of is not None:
                parts = [{of: v} for (v,) in _keys(w, (of,))]
            for part in parts:
                pair = []
                for s, x, p, e in zip(sides, lines, (old, new), every, strict=True):
                    members = {p: {v for v, _ in came[0]}}
                    own = {y for y in x if part.get("force", y[2]) == y[2]}
                    size = 1 if exposure is None else _divisor(s, x, members, exposure, areas, e)
                    n = _count(s, own, key | part, members, areas)
                    pair.append(size if isinstance(size, NotThere) else (n, Fraction(n) / Fraction(size)))
                bad = [v for v in pair if isinstance(v, NotThere)]
                found[k if of is None else (*k, part[of])] = bad[0] if bad else tuple(pair)
    return found
