#!/usr/bin/env bash
# Side by side: PostgreSQL directly, PgBouncer, its peers and pgmux, in interleaved rounds on this machine. See bench/README.md.
set -euo pipefail
export LC_ALL=C

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
REPOSITORY=$(cd "$HERE/../.." && pwd)
# shellcheck source-path=SCRIPTDIR
{
  source "$HERE/lib/processes.sh"
  source "$HERE/lib/install.sh"
  source "$HERE/lib/pgbouncer.sh"
  source "$HERE/lib/systems.sh"
  source "$HERE/lib/measure.sh"
  source "$HERE/lib/clients.sh"
  source "$HERE/lib/pgbench.sh"
  source "$HERE/lib/logins.sh"
  source "$HERE/lib/guesses.sh"
  source "$HERE/lib/mixed.sh"
  source "$HERE/lib/large.sh"
  source "$HERE/lib/copy.sh"
  source "$HERE/lib/memory.sh"
  source "$HERE/lib/startup.sh"
  source "$HERE/lib/report.sh"
}

usage() {
  cat <<'END'
usage: bench/compare/run.sh [options]
  --quick              a first impression in under 3 minutes: 1 round of 2 s, 1 and 64 clients, less of everything
  --rounds N           rounds, each with every case and system in turn (default 5)
  --seconds N          measured seconds per run (default 5)
  --parts P,P,...      pgbench, reconnect, logins, guesses, mixed, large, copy, memory, startup (default all)
  --systems S,S,...    direct, pgbouncer, pgmux, baseline (default direct,pgbouncer,pgmux). pgmux and baseline may go on with
                       -epoll or -uring (event_engine), -shared (share_unnamed_statements = 1) and -wN (worker_threads): pgmux-uring-w2
  --workers N,N,...    worker_threads of pgmux (default 1, as PgBouncer has one thread); every number after the first makes further
                       systems: with 1,2 pgmux has one thread and pgmux-w2 has two
  --clients N,N,...    pgbench clients (default 1,16,64,256); up to 5,000 work where a process may open 20,000 files
  --modes M,M,...      simple, extended, prepared (default simple,extended)
  --socket S           tcp or unix: Unix sockets for clients and servers alike (default tcp, on the loopback address)
  --tls T              none, clients, servers or both: which connections are encrypted, with the same certificate and OpenSSL's choice
                       of the cipher (default none; clients reach PostgreSQL itself as they reach the poolers)
  --pool-size N        server connections of each pooler (default 20)
  --auth A             scram or trust, for clients and servers alike (default scram)
  --logins N           logins of a storm (default 10000)
  --idle-clients N     idle clients held to measure memory (default 2000)
  --copy-mb N          size of the COPY (default 300)
  --starts N           starts whose time is taken (default 7)
  --pgmux PROGRAM      a pgmux that is already built
  --baseline PROGRAM   another pgmux, measured beside it as the system "baseline"
  --pgbouncer PROGRAM  a PgBouncer other than the one in PATH; "newest" builds the newest source that Debian has.
                       The mode prepared does that by itself when the one in PATH is too old to follow statements
  --peers NAME=PROGRAM,...
                       further poolers that take a pgbouncer.ini as their argument, each measured as a system of that name
  --out DIRECTORY      where the tables go (default bench/results)
END
}

PARTS_KNOWN=(pgbench reconnect logins guesses mixed large copy memory startup)
ROUNDS=5 SECONDS_PER_RUN=5 CLIENTS=1,16,64,256 MODES=simple,extended SYSTEMS=direct,pgbouncer,pgmux WORKERS=1 PEERS=()
PARTS=$(IFS=,; echo "${PARTS_KNOWN[*]}")
POOL_SIZE=20 AUTH=scram SOCKET=tcp TLS=none IDLE_CLIENTS=2000 COPY_MB=300 LOGINS=10000 STARTS=7
RESULTS=$REPOSITORY/bench/results BUILDS_PGBOUNCER='' PGBOUNCER_ORIGIN=''
SCALE=10

need_number() { [[ $2 =~ ^[1-9][0-9]{0,6}$ ]] || fail "$1 takes a number above 0, not \"$2\""; }

# need_numbers OPTION VALUE: a list of them.
need_numbers() {
  local number
  for number in ${2//,/ }; do
    need_number "$1" "$number"
  done
  [[ -n ${2//,/} ]] || fail "$1 takes at least one number"
}

# need_words OPTION VALUE WORD...: a list of known words.
need_words() {
  local option=$1 value=$2 word
  shift 2
  for word in ${value//,/ }; do
    [[ " $* " == *" $word "* ]] || fail "$option knows $*, not \"$word\""
  done
  [[ -n ${value//,/} ]] || fail "$option takes at least one of $*"
}

# need_word OPTION VALUE WORD...: one known word.
need_word() {
  [[ $2 != *,* ]] || fail "$1 takes one word, not \"$2\""
  need_words "$@"
}

# need_program OPTION PATH: answers its full path.
need_program() {
  local path
  if ! path=$(readlink -f "$2") || [[ ! -f $path || ! -x $path ]]; then
    fail "$1: $2 is no program"
  fi
  printf '%s\n' "$path"
}

while (($#)); do
  option=$1
  shift
  case $option in
    --quick)
      ROUNDS=1 SECONDS_PER_RUN=2 CLIENTS=1,64 IDLE_CLIENTS=1000 COPY_MB=150 LOGINS=2000 STARTS=3 WARM_UP=3
      continue
      ;;
    -h | --help) usage; exit 0 ;;
  esac
  (($#)) || { usage >&2; fail "$option is unknown or needs a value"; }
  case $option in
    --rounds) need_number "$option" "$1"; ROUNDS=$1 ;;
    --seconds) need_number "$option" "$1"; SECONDS_PER_RUN=$1 ;;
    --parts) need_words "$option" "$1" "${PARTS_KNOWN[@]}"; PARTS=$1 ;;
    --systems) need_systems "$option" "$1"; SYSTEMS=$1 ;;
    --workers) need_numbers "$option" "$1"; WORKERS=$1 ;;
    --clients) need_numbers "$option" "$1"; CLIENTS=$1 ;;
    --modes) need_words "$option" "$1" simple extended prepared; MODES=$1 ;;
    --socket) need_word "$option" "$1" tcp unix; SOCKET=$1 ;;
    --pool-size) need_number "$option" "$1"; POOL_SIZE=$1 ;;
    --tls) need_word "$option" "$1" none clients servers both; TLS=$1 ;;
    --auth) need_word "$option" "$1" scram trust; AUTH=$1 ;;
    --logins) need_number "$option" "$1"; LOGINS=$1 ;;
    --idle-clients) need_number "$option" "$1"; IDLE_CLIENTS=$1 ;;
    --copy-mb) need_number "$option" "$1"; COPY_MB=$1 ;;
    --starts) need_number "$option" "$1"; STARTS=$1 ;;
    --pgbouncer) if [[ $1 == newest ]]; then BUILDS_PGBOUNCER=yes; else BINARY[pgbouncer]=$(need_program "$option" "$1"); fi ;;
    --pgmux | --baseline) BINARY[${option#--}]=$(need_program "$option" "$1") ;;
    --peers) need_peers "$option" "$1" ;;
    --out) RESULTS=$1 ;;
    *) usage >&2; fail "$option is unknown" ;;
  esac
  shift
done

[[ $TLS == none || $SOCKET == tcp ]] || fail "--tls $TLS needs --socket tcp: connections over Unix sockets are not encrypted"

RECONNECT_CLIENTS=16
read -ra WORKER_LIST <<<"${WORKERS//,/ }"
read -ra CLIENT_LIST <<<"${CLIENTS//,/ }"
read -ra MODE_LIST <<<"${MODES//,/ }"
list_systems
MOST_CLIENTS=$(printf '%s\n' "${CLIENT_LIST[@]}" "$RECONNECT_CLIENTS" $((MIXED_CLIENTS + SLOW_READERS)) | sort -n | tail -1)
CORES=$(nproc)
TICKS_PER_SECOND=$(getconf CLK_TCK)
FAILURES=()

wants() { [[ ,$PARTS, == *,$1,* ]]; }

# Everybody's turn comes first, in the middle and last: a machine that warms up or slows down favours nobody.
rotated() {
  local by=$((($1 - 1) % ${#SYSTEM_LIST[@]}))
  ORDER=("${SYSTEM_LIST[@]:by}" "${SYSTEM_LIST[@]:0:by}")
}

prepare() {
  STAMP=$(date -u +%Y%m%dT%H%M%SZ)
  mkdir -p "$RESULTS"
  RESULTS=$(cd "$RESULTS" && pwd)
  RAW=$RESULTS/raw/$STAMP
  mkdir -p "$RAW"
  CSV=$RESULTS/$STAMP.csv
  trap stop_everything EXIT
  trap 'say "interrupted"; exit 130' INT
  trap 'exit 143' TERM HUP
  WORK=$(mktemp -d "${TMPDIR:-/tmp}/pgmux-compare.XXXXXX")
  chmod 755 "$WORK"
  need_space
  choose_host
  ulimit -c 0
  need_descriptors

  need_postgres
  need_python
  choose_server_user
  need_programs
  if wants memory && ((${#POOLERS[@]})); then
    need_dotnet
    need_load_generator
  fi
  printf 'part,case,round,system,metric,value\n' >"$CSV"
  choose_encryption
  start_postgres
  fill_database
}

LOAD_AT_START=$(cut -d' ' -f1-3 /proc/loadavg)
prepare
for part in "${PARTS_KNOWN[@]}"; do
  if wants "$part"; then
    "${part}_part"
  fi
done
report
