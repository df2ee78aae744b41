#!/usr/bin/env bash
# Runs the fuzz targets by hand, each for so many seconds, two at a time.
#
#   tests/fuzz.sh SECONDS [SEED] [TARGET]
#
# SEED is random without one and is printed; TARGET is the name of a fixture without "FuzzTests" ("StartupPacket"), all without one.
# A failure prints the input, made as small as it goes, and the command that runs it again: PGMUX_FUZZ_INPUT=HEX tests/fuzz.sh 1 SEED TARGET.
# What was found becomes a test with a name of its own beside the target; the corpus folders hold recorded traffic and no findings.
set -euo pipefail

cd "$(dirname "$0")/.."
# shellcheck source=.ci/postgresql.sh
source .ci/postgresql.sh

if [[ $# -lt 1 || $# -gt 3 || $1 == -h || $1 == --help ]]; then
  sed -n '2,8s/^# \{0,1\}//p' "$0"
  exit 2
fi

[[ $1 =~ ^[1-9][0-9]*$ ]] || die "SECONDS must be a number"
export PGMUX_FUZZ_SECONDS=$1
export PGMUX_FUZZ_SEED=${2:-$RANDOM}
[[ $PGMUX_FUZZ_SEED =~ ^[0-9]+$ ]] || die "SEED must be a number"
filter=TestCategory=Fuzz
projects=(Core Protocol)
if [[ $# -eq 3 ]]; then
  target=$(find tests -name "$3FuzzTests.cs" -not -path '*/obj/*')
  [[ -n $target ]] || die "no fuzz target is named $3: $(find tests -name '*FuzzTests.cs' -printf '%f ' | sed 's/FuzzTests\.cs//g')"
  filter="$filter&FullyQualifiedName~.$3FuzzTests."
  project=${target#tests/Pgmux.}
  projects=("${project%%.*}")
fi

say "seed $PGMUX_FUZZ_SEED, $PGMUX_FUZZ_SECONDS s for each target"
status=0
for project in "${projects[@]}"; do
  dotnet test "tests/Pgmux.$project.Tests" -c Release --filter "$filter" --logger "console;verbosity=detailed" </dev/null || status=1
done
exit $status
