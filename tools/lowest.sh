#!/usr/bin/env bash
# Make an environment with the lowest versions that pyproject.toml admits: tools/lowest.sh FOLDER EXTRAS PROJECT [PACKAGES]
# EXTRAS as in "duckdb pandas"; PROJECT is a wheel or a folder. It needs uv, of pip install 'policemetrics[dev]'.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
folder=$1 extras=() project=$3
for extra in $2; do extras+=(--extra "$extra"); done
# Matplotlib before 3.10.1 warns with a later pyparsing, and warnings are errors.
python3 -m venv --without-pip "$folder"
install() { python3 -m uv pip install --quiet --python "$folder/bin/python" "$@"; }
install --resolution lowest-direct -r "$here/pyproject.toml" "${extras[@]}" 'pyparsing==3.2.*'
install --no-deps "$project"
# pytest is a tool, so it is the newest: pytest 8.0 imports what is installed a second time by another name, which coverage does not see.
install 'pytest>=8' "${@:4}"
