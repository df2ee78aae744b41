#!/usr/bin/env bash
# Runs the simulated multiplexer on many seeds, or one of them again with its trace.
#
#   tests/simulate.sh [--seeds COUNT] [--from SEED]     COUNT seeds (2,000 unless said otherwise), beginning with SEED (1)
#   tests/simulate.sh --bugs                            looks for the first seeds that find the deliberate bugs (DeliberateBugTests)
#   tests/simulate.sh --seed SEED [--trace EVENTS]      that seed only; of a run that fails the last EVENTS (200) are shown
set -euo pipefail

cd "$(dirname "$0")/.."

fail() {
  echo "simulate.sh: $1" >&2
  exit 2
}

count=2000 from=1 trace=0 filter=SimulationTests.Whatever_fails
while [[ $# -gt 0 ]]; do
  case $1 in
    -h | --help) sed -n '2,6s/^# \{0,1\}//p' "$0"; exit 0 ;;
    --seeds | --from | --seed | --trace) [[ ${2:-} =~ ^[0-9]+$ ]] || fail "$1 needs a number" ;;&
    --seeds) count=$2 ;;
    --from) from=$2 ;;
    --seed) from=$2 count=1 trace=200 ;;
    --trace) trace=$2 ;;
    --bugs) filter=A_deliberate_bug; export PGMUX_SIMULATION_BUGS=1; shift; continue ;;
    *) fail "unknown option $1" ;;
  esac
  shift 2
done

export PGMUX_SIMULATION_SEEDS=$count PGMUX_SIMULATION_FROM=$from PGMUX_SIMULATION_TRACE=$trace
began=$SECONDS
dotnet build tests/Pgmux.Simulation.Tests -c Release -v quiet --nologo
dotnet test tests/Pgmux.Simulation.Tests -c Release --no-build --nologo --logger "console;verbosity=$([[ $filter == A_* ]] && echo detailed || echo minimal)" \
  --filter "FullyQualifiedName~$filter"
[[ $filter == A_* ]] || echo "$count seeds from $from without a finding, $((SECONDS - began)) s"
