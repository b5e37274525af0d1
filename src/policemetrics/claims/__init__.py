"""Published figures: what they could mean, whether a figure bears them out, and what follows from several of them.

Printed words in, an exact range out. How far a word reaches is data: `policemetrics.definitions.claim_words`.
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
