#!/usr/bin/env bash
# What takes too long for .ci/run: every engine with the newest and the lowest versions, PostgreSQL among them, the tests with older
# pandas and DuckDB, the newest Python, and the table of versions. By hand before a release, in an hour or so on two cores; parts by
# name: tools/matrix.sh engines older python versions recipe
# It needs Java for Spark, and PostgreSQL's programs; the newest Python, where it is not installed, comes from Debian's unstable
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
tests() { # the name of an environment, and what to test
  "$scratch/$1/bin/python" -m pytest -q -p no:cacheprovider --hypothesis-profile=few "${@:2}" >"$scratch/said" 2>&1 ||
    { cat "$scratch/said"; exit 1; }
  printf '%s: %s\n' "$1" "$(grep -E '[0-9]+ passed' "$scratch/said")"
}

engines() {
  for engine in dask ibis sqlframe spark; do
    required=$engine more=()
    [[ $engine != ibis ]] || { required=ibis,ibis-postgres,ibis-sqlite; more=('ibis-framework[postgres]'); }
    duckdb=$([[ $engine == ibis ]] || echo duckdb)
    tools/lowest.sh "$scratch/lowest-$engine" "$engine $duckdb pandas polars pyarrow testing" . "${more[@]}"
    environment "newest-$engine" ".[$engine${duckdb:+,duckdb},pandas,polars,pyarrow,testing]" pytest "${more[@]}"
    for age in lowest newest; do
      # Spark 4.0 leaves sockets open, which is a warning, which would be an error.
      POLICEMETRICS_ENGINES=$required tests "$age-$engine" -p no:unraisableexception -k "$engine" "${ENGINES[@]}"
    done
    [[ $engine != spark ]] || {
      install newest-spark 'pyspark[connect]'
      echo 'by Spark Connect:'
      POLICEMETRICS_ENGINES=spark,spark-connect tests newest-spark -p no:unraisableexception -k spark "${ENGINES[@]}"
    }
  done
}

older() {
  for pins in 'pandas==2.2.3 duckdb==1.3.2 polars==1.10.0' 'pandas==2.3.3 duckdb==1.4.1 polars==1.22.0' 'pandas==3.0.0 duckdb==1.4.4'; do
    name=${pins// /-}
    environment "$name" $pins '.[duckdb,pandas,plot,polars,pyarrow,testing]' pytest pytest-xdist pyyaml
    tests "$name" -n 2
  done
  # Without the engines that want a newer one.
  environment narwhals narwhals==2.10.0 'pandas<3.1' '.[pandas,plot,polars,pyarrow,testing]' pytest pytest-xdist pyyaml
  tests narwhals -n 2
}

python() { # the README's two commands, as they stand there
  command_of() { sed -n "/<!-- $1 -->/,/^\`\`\`\$/p" README.md | grep -v -e '^```' -e '^<!--'; }
  { echo 'set -euo pipefail; cd "$1"'; command_of main-job; command_of tests; } >"$scratch/readme.sh"
  tree=$scratch/tree
  if newest=$(command -v "python$NEWEST"); then
    mkdir -p "$scratch/bin" && ln -s "$newest" "$scratch/bin/python3"
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
    run() { PIP_FIND_LINKS='' chroot "$scratch/sid" bash /readme.sh /tree; }
  fi
  mkdir "$tree" && git archive HEAD | tar -x -C "$tree"
  run >"$scratch/said" 2>&1 || { cat "$scratch/said"; exit 1; }
  printf 'Python %s: %s\n' "$NEWEST" "$(grep -E '[0-9]+ passed' "$scratch/said")"
}

versions() { python3 tools/versions.py; }

recipe() {
  environment recipe py-rattler-build
  "$scratch/recipe/bin/python" tools/check_recipe.py
}

for part in "${@:-engines older python versions recipe}"; do for name in $part; do
  printf '\n-- %s\n' "$name"
  "$name"
done; done
