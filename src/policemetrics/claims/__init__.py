"""Published figures: what they could mean, whether a figure supports them, and what follows from several of them.

Each printed figure is read as an exact range. How far each word reaches is in a table:
`policemetrics.definitions.claim_words`.
"""

from policemetrics.claims.check import ClaimCheck, check_claim
from policemetrics.claims.implied import (
    Implied,
    implied_change,
    implied_harm_per_crime,
    implied_parts,
)
from policemetrics.claims.ranges import Range
from policemetrics.claims.stated import Stated, stated

__all__ = [
    "ClaimCheck",
    "Implied",
    "Range",
    "Stated",
    "check_claim",
    "implied_change",
    "implied_harm_per_crime",
    "implied_parts",
    "stated",
]
