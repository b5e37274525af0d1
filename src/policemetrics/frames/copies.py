"""Rows of one crime that a table holds several times: one crime, one count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from operator import or_
from typing import Any

import attrs
import numpy as np

from policemetrics import _cells, _check, _write
from policemetrics._typing import IntArray, Names
from policemetrics.errors import InvalidInputError
from policemetrics.frames import reading
from policemetrics.frames.nw import nw


@attrs.frozen(eq=False)
class Unique:
    """The columns that identify what is counted, by the names that they have in a query."""

    columns: Mapping[str, str]
    labels: Sequence[str]  # the columns that are counted by

    @classmethod
    def of(
        cls, unique: Names | None, count: str | None, schema: Mapping[str, Any], labels: Iterable[str]
    ) -> Unique:
        """Read ``unique=``: columns of the frame, where rows are counted by the columns that hold `labels`."""
        names = () if unique is None else _check.names(unique, "unique")
        if names and count is not None:
            msg = f"unique= counts rows once, and cannot go with count={count!r}, which adds a column up."
            raise InvalidInputError(msg)
        columns = {f"u{i}": reading.column_named(name, "unique", schema) for i, name in enumerate(names)}
        return cls(columns, list(dict.fromkeys(labels)))

    @property
    def reason(self) -> str:
        """What stands in the ledger for a row that was left out."""
        return f"further row of one {' and '.join(self.columns.values())}"

    def select(self, data: Any, schema: Mapping[str, Any]) -> list[Any]:
        """Prepare the columns; a text without letters identifies nothing."""
        found = []
        for key, name in self.columns.items():
            column = reading.label(data, nw.col(name), name, name, schema[name], "unique")
            if schema[name] == nw.String:
                column = nw.when(column != "").then(column)
            found.append(column.alias(key))
        return found

    def once(self, ids: Sequence[_cells.Encoded], n: IntArray) -> tuple[IntArray, IntArray]:
        """Return how often each row of distinct keys and identifiers counts, and how many of it are left out.

        Those of one identifier with different labels are refused; those without one are kept.
        """
        codes = [code for _, code in ids]
        known = np.all([code >= 0 for code in codes], axis=0)
        held = _cells.count_rows([code[known] for code in codes], int(known.sum()))
        several = held.n > 1
        labels = [found[v[several]].tolist() for (found, _), v in zip(ids, held.values, strict=True)]
        self._refuse_several(list(zip(*labels, strict=True)))
        return np.where(known, 1, n), np.where(known, n - 1, 0)

    def once_there(self, lazy: Any, keys: Iterable[str]) -> Any:
        """Let an engine count each identifier once; the columns ``rows`` and ``copies`` say of how many rows."""
        with reading.engine_errors():
            found = reading.groupable(lazy).group_by(*keys, *self.columns).agg(nw.len().alias("rows"))
            unknown = reduce(or_, (nw.col(key).is_null() for key in self.columns))
            held = found.filter(~unknown).group_by(*self.columns).agg(nw.len().alias("keys"))
        several = reading.collected(held.filter(nw.col("keys") > 1).select(*self.columns))
        self._refuse_several(sorted(zip(*several.values(), strict=True)))
        copies = nw.when(unknown).then(nw.lit(0)).otherwise(nw.col("rows") - 1)
        return found.with_columns(copies.alias("copies"))

    def _refuse_several(self, several: Sequence[tuple[Any, ...]]) -> None:
        """Refuse identifiers that stand under several keys: which of them counts, only the caller can know."""
        if not several:
            return
        names = list(self.columns.values())
        wider = [*names, *(label for label in self.labels if label not in names)]
        how = f"unique={wider}" if len(wider) > len(names) else "their month in by= and unique=, for date="
        msg = (
            f"unique: rows of one {' and '.join(names)} must have the same labels; {_write.count(len(several))} have several, the "
            f"first {' '.join(map(str, several[0]))!r}: mend the rows, or count one for each of its labels, with {how}."
        )
        raise InvalidInputError(msg)
