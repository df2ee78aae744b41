#!/usr/bin/env bash
# Real PostgreSQL, real sockets, a crowd of clients, and faults by seed: whose reply went astray, what was lost, what did not come back.
# A line every five seconds; the last line is the sum. Exit code 0 only when nothing was found. The same seed makes the same faults.
#
#   tests/chaos.sh [--postgres 15|18] [--clients N] [--servers N] [--workers N] [--pause-ms N] [--no-build] SECONDS [SEED]
#
# SECONDS is how long faults last; the run takes about half a minute more. Without --clients and --servers 500 clients share 20 servers.
set -euo pipefail

cd "$(dirname "$0")/.."
# shellcheck source=.ci/postgresql.sh
source .ci/postgresql.sh

postgres=15
clients=500
servers=20
workers=2
pause=1000
build=yes
words=()
while [[ $# -gt 0 ]]; do
  case $1 in
    --postgres | --clients | --servers | --workers | --pause-ms)
      [[ ${2:-} =~ ^[0-9]+$ ]] || die "$1 needs a number"
      case $1 in
        --postgres) postgres=$2 ;;
        --clients) clients=$2 ;;
        --servers) servers=$2 ;;
        --workers) workers=$2 ;;
        --pause-ms) pause=$2 ;;
      esac
      shift
      ;;
    --no-build) build=no ;;
    -h | --help) sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 0 ;;
    -*) die "unknown option $1" ;;
    *) words+=("$1") ;;
  esac
  shift
done
[[ ${#words[@]} -ge 1 && ${#words[@]} -le 2 ]] || die "say for how many SECONDS, and which SEED if it matters"
seconds=${words[0]}
seed=${words[1]:-$((RANDOM * 32768 + RANDOM))}
[[ $seconds =~ ^[0-9]+$ && $seed =~ ^[0-9]+$ ]] || die "SECONDS and SEED are numbers"

command -v dotnet >/dev/null || die "the .NET SDK is missing: https://dotnet.microsoft.com/download"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

use_unpacked_libraries
if [[ -z ${PGMUX_POSTGRES_15:-} && -z ${PGMUX_POSTGRES_18:-} ]]; then
  if ! postgresql_server "$postgres" >/dev/null; then
    if [[ $postgres == 18 ]]; then install_postgresql_18; else install_postgresql; fi
  fi
  folder=$(postgresql_server "$postgres") || die "PostgreSQL $postgres is missing"
  export "PGMUX_POSTGRES_$postgres=$folder"
fi

project=tests/Pgmux.Integration.Tests
if [[ $build == yes ]]; then
  quietly dotnet build "$project" -c Release -v q </dev/null || die "the build failed"
fi

mkdir -p "$artifacts/chaos"
log=$artifacts/chaos/postgresql-$postgres-seed-$seed.log
: >"$log"
export PGMUX_CHAOS_SECONDS=$seconds PGMUX_CHAOS_SEED=$seed PGMUX_CHAOS_CLIENTS=$clients PGMUX_CHAOS_SERVERS=$servers
export PGMUX_CHAOS_POSTGRES=$postgres PGMUX_CHAOS_WORKERS=$workers PGMUX_CHAOS_PAUSE_MS=$pause PGMUX_CHAOS_LOG=$log

# The warm-up, the quiet at the end and the ledger's check come on top; who needs longer hangs.
timeout --kill-after=20 $((seconds * 3 / 2 + 420)) dotnet test "$project" -c Release --no-build \
  --filter "FullyQualifiedName~ChaosRunTests" </dev/null >"$log.out" 2>&1 &
run=$!
tail -n +1 -f --pid="$run" "$log"
status=0
wait "$run" || status=$?

if [[ $status -ne 0 ]]; then
  grep -c "FOUND:" "$log" >/dev/null || tail -n 40 "$log.out" >&2
  echo "FAILED with seed $seed ($status): $(sed -n 's/^.* sum: //p' "$log" | tail -n 1)"
  exit 1
fi
echo "passed with seed $seed: $(sed -n 's/^.* sum: //p' "$log" | tail -n 1)"
