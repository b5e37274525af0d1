"""What makes the rows of a force's log the incidents of a response time: which count, as what grade, and once each.

All of it is the caller's choice, and what is left out by one has its reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import attrs

from policemetrics import _check, _write
from policemetrics._cells import is_missing
from policemetrics.errors import InvalidInputError, InvalidTypeError
from policemetrics.frames._reading import collected, column_named, label, labels_of
from policemetrics.typing import Label

__all__ = ["FURTHER_ROW", "MISSING_INCIDENT", "Incidents", "refuse_repeats"]

FURTHER_ROW: Final = "further row of an incident"
MISSING_INCIDENT: Final = "missing incident"
_GRADE: Final = "grade"


class _Rule(NamedTuple):
    """Which rows are left out, and why; where they have a label, of which column."""

    reason: str
    condition: Any
    column: str = ""
    label: Label = ""


@attrs.frozen(kw_only=True)
class Incidents:
    """Which rows are incidents to be answered: one a row, or several rows for each `incident`."""

    incident: str | None = None
    self_initiated: Mapping[str, Sequence[Label]] = attrs.field(factory=dict)
    grades: tuple[str, str] | None = None
    regraded: str | None = None
    upgraded: str | None = None

    @property
    def stamps(self) -> dict[str, str]:
        """The columns of stamps, by argument."""
        return {} if self.upgraded is None else {"upgraded": self.upgraded}

    @property
    def sums(self) -> list[str]:
        """What is added up beside the count."""
        return [] if self.incident is None else ["rows"]

    def columns_of(self, dims: Mapping[str, str]) -> dict[str, str]:
        """Give the dimension of the grade its column: the initial or the final one."""
        if self.grades is None:
            return dict(dims)
        if _GRADE not in dims:
            if self.regraded in {"initial", "final"}:
                msg = (
                    f"regraded={self.regraded!r} needs the dimension 'grade', as in by='grade', which it takes from grades=: "
                    f"it says under which grade an incident counts; got by={_check.listing(dims)}."
                )
                raise InvalidInputError(msg)
            return dict(dims)
        if dims[_GRADE] not in {_GRADE, *self.grades}:
            msg = f"by: the dimension 'grade' is taken from grades=, {_check.listing(self.grades)}; got the column {dims[_GRADE]!r}."
            raise InvalidInputError(msg)
        return {**dims, _GRADE: self.grades[0 if self.regraded == "initial" else 1]}

    # ---- which rows count ---------------------------------------------------------------

    def rules(self, lazy: Any, schema: Mapping[str, Any]) -> list[_Rule]:
        """List what is left out before any stamp is looked at."""
        import narwhals.stable.v2 as nw

        rules = []
        for name, chosen in self.self_initiated.items():
            argument = f"self_initiated[{name!r}]"
            column = _labelled(lazy, schema, name, argument)
            for value in chosen:
                if isinstance(value, int) != schema[name].is_integer():
                    msg = f"{argument} must hold labels as the column does, which has {schema[name]}; got {_check.shown(value)}."
                    raise InvalidTypeError(msg)
                rules.append(_Rule("self-initiated", ~column.is_null() & (column == value), name, value))
        if self.regraded == "exclude":
            rules.append(_Rule("regraded", self._changed(lazy, schema)))
        if self.upgraded is not None:
            rules.append(
                _Rule("missing upgrade", self._changed(lazy, schema) & nw.col(self.upgraded).is_null())
            )
        return rules

    def started(self, lazy: Any, schema: Mapping[str, Any], stamps: Mapping[str, Any]) -> dict[str, Any]:
        """Let the clock start again at the upgrade, where there was one."""
        import narwhals.stable.v2 as nw

        found = dict(stamps)
        if self.upgraded is not None:
            again = nw.when(self._changed(lazy, schema)).then(found.pop("upgraded"))
            found["began"] = found["start"]
            found["start"] = again.otherwise(found["start"])
        return found

    def _changed(self, lazy: Any, schema: Mapping[str, Any]) -> Any:
        """Tell which rows ended with another grade than they began with; a missing one tells nothing."""
        import narwhals.stable.v2 as nw

        first, last = (
            _labelled(lazy, schema, name, f"grades[{i}]").cast(nw.String)
            for i, name in enumerate(self.grades or ())
        )
        return ~first.is_null() & ~last.is_null() & (first != last)

    def refuse_unmatched(self, lazy: Any, schema: Mapping[str, Any], unmatched: Iterable[_Rule]) -> None:
        """Refuse a label that does not occur: it leaves nothing out, as it was meant to."""
        import narwhals.stable.v2 as nw

        for rule in unmatched:
            there = collected(lazy.select(nw.col(rule.column)).unique())[rule.column]
            known = sorted(v for v in labels_of(there, schema[rule.column]) if not is_missing(v))
            _check.known(rule.label, f"self_initiated[{rule.column!r}]", known)

    # ---- one row for each incident ------------------------------------------------------

    def key(self, schema: Mapping[str, Any]) -> Any:
        """Return the column that tells incidents apart; blank text tells nothing, and is missing."""
        import narwhals.stable.v2 as nw

        name = column_named(self.incident, "incident", schema)
        dtype = schema[name]
        if dtype in (nw.String, nw.Categorical, nw.Enum):
            column = nw.col(name).cast(nw.String)
            return nw.when(column.str.strip_chars() != "").then(column)
        if dtype.is_float():
            # On some engines not a number is no missing one; it tells nothing either.
            return nw.when(~nw.col(name).is_nan()).then(nw.col(name))
        if dtype.is_integer():
            return nw.col(name)
        msg = f"incident: column {name!r} must hold text or numbers that tell incidents apart; got {dtype}."
        raise InvalidTypeError(msg)

    def first_of_each(self, read: Any, keys: Sequence[str], stamps: Iterable[str]) -> Any:
        """Bring the rows of an incident down to one, from its first start to its first end."""
        import narwhals.stable.v2 as nw

        if self.incident is None:
            return read
        names = read.collect_schema().names()
        first = [name for name in stamps if name != "closed"]
        # Rows that a rule leaves out are no part of the incident.
        apart = [name for name in ("rule",) if name in names]
        return read.group_by(*keys, "incident", *apart).agg(
            nw.len().alias("rows"), nw.col(*first).min(), *(nw.col(n).max() for n in names if n == "closed")
        )

    def repeats(self, *, ruled: bool) -> dict[str, Any]:
        """Count how often an incident occurs among those that differ in a label."""
        import narwhals.stable.v2 as nw

        if self.incident is None:
            return {}
        key = nw.col("incident")
        if ruled:
            key = nw.when(nw.col("rule") == 0).then(key)
        return {"parts": nw.len(), "unknown": key.is_null().cast(nw.Int64).sum(), "incidents": key.n_unique()}


def refuse_repeats(looked: Mapping[str, Sequence[Any]]) -> None:
    """Refuse incidents whose rows differ in a label: it would be counted as often as it has labels."""
    if "parts" not in looked:
        return
    parts, unknown, distinct = (int(looked[name][0] or 0) for name in ("parts", "unknown", "incidents"))
    more = parts - unknown - (distinct - (unknown > 0))
    if more:
        msg = (
            f"by must name labels that all rows of an incident share; {_write.count(more)} more occur with a second one: name what "
            "the incident was, not who went to it, or correct the rows."
        )
        raise InvalidInputError(msg)


def _labelled(lazy: Any, schema: Mapping[str, Any], name: str, argument: str) -> Any:
    """Return a column of labels; categories as their text, to be compared."""
    import narwhals.stable.v2 as nw

    dtype = schema[column_named(name, argument, schema)]
    column = label(lazy, nw.col(name), argument, name, dtype, argument)
    return column.cast(nw.String) if dtype in (nw.Categorical, nw.Enum) else column
