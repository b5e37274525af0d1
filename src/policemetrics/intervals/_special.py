"""What the kernels use of scipy; one that lacks some of it, or has wrong ones, is refused before it is used.

Imported when first needed: scipy takes its time.
"""

import scipy

from policemetrics import _oldest

_oldest.require(scipy.__name__)

from scipy.special import (  # noqa: E402  # older ones lack some
    betainc,
    betaincc,
    betainccinv,
    betaincinv,
    erfc,
    gammainc,
    gammaincc,
    gammainccinv,
    gammaincinv,
    stdtr,
    stdtrit,
)

__all__ = [
    "betainc",
    "betaincc",
    "betainccinv",
    "betaincinv",
    "erfc",
    "gammainc",
    "gammaincc",
    "gammainccinv",
    "gammaincinv",
    "stdtr",
    "stdtrit",
]
