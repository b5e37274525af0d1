"""What the tests of harm share: weights of their own, counts of two years, strategies."""

from __future__ import annotations

import csv
import gzip

from hypothesis import strategies as st

from policemetrics import HarmWeights, Tally

YEARS = ("2022/23", "2023/24")
CODES = ("a", "b", "c", "d")
counts = st.dictionaries(st.sampled_from(CODES), st.integers(0, 5000), min_size=1)
positive_counts = counts.filter(lambda c: sum(c.values()) > 0)
weight = st.one_of(st.just(0.0), st.floats(0.01, 10_000))
weight_sets = st.fixed_dictionaries(dict.fromkeys(CODES, weight))
methods = st.sampled_from(["dobson", "dobson-byar", "normal"])


def own(weights, **more) -> HarmWeights:
    return HarmWeights(weights, **({"name": "own", "version": "1"} | more))


def two_years(old: dict[str, int], new: dict[str, int], **more) -> Tally:
    """A tally of offences in two years."""
    columns = {
        "period": [YEARS[0]] * len(old) + [YEARS[1]] * len(new),
        "offence": [*old, *new],
    }
    return Tally.from_columns(columns, [*old.values(), *new.values()], **({"coverage": ["period"]} | more))


def read(path):
    """Read the rows of a CSV file, which may be packed."""
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode()
    return list(csv.DictReader(text.splitlines()))
