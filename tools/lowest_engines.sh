#!/usr/bin/env bash
# The tests of the engines with the lowest versions that pyproject.toml allows; by hand, before a release, in some three minutes.
# It needs uv, of pip install 'policemetrics[dev]', and Java for Spark.
set -euo pipefail
cd "$(dirname "$0")/.."

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# Spark 4.0 leaves sockets open, which is a warning, which would be an error.
for engine in dask ibis sqlframe spark; do
  printf '\n-- %s\n' "$engine"
  python=$scratch/$engine/bin/python
  python3 -m venv --without-pip "$scratch/$engine"
  extras=(--extra "$engine" --extra pandas --extra polars --extra pyarrow --extra testing)
  [[ $engine == ibis ]] || extras+=(--extra duckdb)
  uv pip install --quiet --python "$python" --resolution lowest-direct -r pyproject.toml "${extras[@]}" 'pytest>=8'
  uv pip install --quiet --python "$python" --no-deps .
  POLICEMETRICS_ENGINES=$engine "$python" -m pytest -q -p no:cacheprovider -p no:unraisableexception -k "$engine" \
    tests/test_engines.py tests/test_traps.py tests/test_clusters.py >"$scratch/said" 2>&1 || { cat "$scratch/said"; exit 1; }
  grep -E '[0-9]+ passed' "$scratch/said"
done
