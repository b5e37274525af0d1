"""narwhals, by the name that it has in this package; one that is too old is refused before it is used."""

import narwhals

from policemetrics import _oldest

_oldest.require(narwhals.__name__)

import narwhals.stable.v2 as nw  # noqa: E402  # older ones have none

__all__ = ["nw"]
