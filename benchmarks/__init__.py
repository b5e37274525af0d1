"""How fast it is, beside what one would write without it: ``python -m benchmarks``, and `benchmarks.large`."""

import os

# One thread for numpy, as ours has: its products would else wait for cores that others use.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
