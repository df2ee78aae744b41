#!/usr/bin/env bash
# Side by side: PostgreSQL directly, PgBouncer and pgmux, in interleaved rounds on this machine. See bench/README.md.
set -euo pipefail
export LC_ALL=C

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
REPOSITORY=$(cd "$HERE/../.." && pwd)
for part in processes install pgbouncer systems measure; do
  # shellcheck source=/dev/null
  source "$HERE/lib/$part.sh"
done

usage() {
  cat <<'END'
usage: bench/compare/run.sh [options]
  --quick              a first impression in under 3 minutes: 1 round of 2 s, 1 and 64 clients
  --rounds N           rounds, each with every case and system in turn (default 5)
  --seconds N          measured seconds per run (default 5)
  --clients N,N,...    pgbench clients (default 1,16,64,256)
  --modes M,M,...      simple, extended, prepared (default simple,extended)
  --systems S,S,...    direct, pgbouncer, pgmux, baseline, pgmux-shared: pgmux with share_unnamed_statements = 1
                       (default direct,pgbouncer,pgmux)
  --parts P,P,...      pgbench, memory, copy (default all)
  --workers N          worker_threads of pgmux (default 1, as PgBouncer has one thread)
  --pool-size N        server connections of each pooler (default 20)
  --auth A             scram or trust, for clients and servers alike (default scram)
  --idle-clients N     idle clients held to measure memory (default 2000)
  --copy-mb N          size of the COPY (default 300)
  --pgmux PROGRAM      a pgmux that is already built
  --baseline PROGRAM   another pgmux, measured beside it as the system "baseline"
  --pgbouncer PROGRAM  a PgBouncer other than the one in PATH; "newest" builds the newest source that Debian has.
                       The mode prepared does that by itself when the one in PATH is too old to follow statements
  --out DIRECTORY      where the tables go (default bench/results)
END
}

ROUNDS=5 SECONDS_PER_RUN=5 CLIENTS=1,16,64,256 MODES=simple,extended SYSTEMS=direct,pgbouncer,pgmux PARTS=pgbench,memory,copy
WORKERS=1 POOL_SIZE=20 AUTH=scram IDLE_CLIENTS=2000 COPY_MB=300 RESULTS=$REPOSITORY/bench/results COPY_ROUNDS= BUILDS_PGBOUNCER='' PGBOUNCER_ORIGIN=''
SCALE=10
# Seconds at the start of a run that are not measured: logins and the first turn of every client.
RAMP=1

need_number() { [[ $2 =~ ^[1-9][0-9]{0,6}$ ]] || fail "$1 takes a number above 0, not \"$2\""; }

# need_words OPTION VALUE WORD...: a list of known words.
need_words() {
  local option=$1 value=$2 word
  shift 2
  for word in ${value//,/ }; do
    [[ " $* " == *" $word "* ]] || fail "$option knows $*, not \"$word\""
  done
  [[ -n $value ]] || fail "$option takes at least one of $*"
}

while (($#)); do
  option=$1
  shift
  case $option in
    --quick) ROUNDS=1 SECONDS_PER_RUN=2 CLIENTS=1,64 ; continue ;;
    -h | --help) usage; exit 0 ;;
  esac
  (($#)) || { usage >&2; fail "$option is unknown or needs a value"; }
  case $option in
    --rounds) need_number "$option" "$1"; ROUNDS=$1 ;;
    --seconds) need_number "$option" "$1"; SECONDS_PER_RUN=$1 ;;
    --clients) for count in ${1//,/ }; do need_number "$option" "$count"; done; CLIENTS=$1 ;;
    --modes) need_words "$option" "$1" simple extended prepared; MODES=$1 ;;
    --systems) need_words "$option" "$1" direct pgbouncer pgmux pgmux-shared baseline; SYSTEMS=$1 ;;
    --parts) need_words "$option" "$1" pgbench memory copy; PARTS=$1 ;;
    --workers) need_number "$option" "$1"; WORKERS=$1 ;;
    --pool-size) need_number "$option" "$1"; POOL_SIZE=$1 ;;
    --auth) [[ $1 == scram || $1 == trust ]] || fail "--auth knows scram and trust, not \"$1\""; AUTH=$1 ;;
    --idle-clients) need_number "$option" "$1"; IDLE_CLIENTS=$1 ;;
    --copy-mb) need_number "$option" "$1"; COPY_MB=$1 ;;
    --pgbouncer) if [[ $1 == newest ]]; then BUILDS_PGBOUNCER=yes; else BINARY[pgbouncer]=$(readlink -f "$1"); fi ;;
    --pgmux | --baseline) BINARY[${option#--}]=$(readlink -f "$1") ;;
    --out) RESULTS=$1 ;;
    *) usage >&2; fail "$option is unknown" ;;
  esac
  shift
done

if [[ -n ${BINARY[baseline]:-} && ,$SYSTEMS, != *,baseline,* ]]; then
  SYSTEMS+=,baseline
fi
read -ra SYSTEM_LIST <<<"${SYSTEMS//,/ }"
read -ra CLIENT_LIST <<<"${CLIENTS//,/ }"
read -ra MODE_LIST <<<"${MODES//,/ }"
POOLERS=()
for system in "${SYSTEM_LIST[@]}"; do
  [[ $system == direct ]] || POOLERS+=("$system")
done
MOST_CLIENTS=$(printf '%s\n' "${CLIENT_LIST[@]}" | sort -n | tail -1)
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
  ulimit -c 0
  ulimit -n "$(ulimit -Hn)"
  local descriptors=$((MOST_CLIENTS + IDLE_CLIENTS + 500))
  if [[ $(ulimit -n) != unlimited ]] && (($(ulimit -n) < descriptors)); then
    fail "a process may open $(ulimit -n) files here, this takes $descriptors (--idle-clients takes fewer)"
  fi

  need_postgres
  choose_server_user
  local system
  if [[ ,$SYSTEMS, == *,pgmux* || ,$SYSTEMS, == *,baseline,* ]] || wants memory; then
    need_dotnet
  fi
  for system in "${POOLERS[@]}"; do
    case $system in
      pgbouncer) need_pgbouncer ;;
      pgmux) need_pgmux ;;
      pgmux-shared)
        need_pgmux
        BINARY[pgmux-shared]=${BINARY[pgmux]}
        ;;
      baseline)
        [[ -n ${BINARY[baseline]:-} ]] || fail "the system baseline takes --baseline PROGRAM"
        make_reachable baseline
        ;;
    esac
  done
  if wants memory && ((${#POOLERS[@]})); then
    need_load_generator
  fi
  printf 'part,case,round,system,metric,value\n' >"$CSV"
  start_postgres
  fill_database
}

pgbench_part() {
  local round mode clients system done_runs=0
  local all_runs=$((ROUNDS * ${#MODE_LIST[@]} * ${#CLIENT_LIST[@]} * ${#SYSTEM_LIST[@]}))
  say "pgbench: $all_runs runs, about $((all_runs * (SECONDS_PER_RUN + RAMP + 1) / 60 + 1)) minutes"
  for system in "${POOLERS[@]}"; do
    start_pooler "$system"
    # Compiled code, opened servers: what a process that has run for a while looks like.
    for mode in "${MODE_LIST[@]}"; do
      timeout 30 "$PG_BIN/pgbench" -n -S -M "$mode" -c "$POOL_SIZE" -T 3 -h 127.0.0.1 -p "${PORT[$system]}" -U "$ROLE" "$DATABASE" \
        >"$RAW/warm-up-$mode-$system.log" 2>&1 || fail "pgbench -M $mode does not run through $system, see $RAW/warm-up-$mode-$system.log"
    done
  done
  for ((round = 1; round <= ROUNDS; round++)); do
    rotated "$round"
    # The modes of one number of clients are neighbours: one table divides one by another.
    for clients in "${CLIENT_LIST[@]}"; do
      for mode in "${MODE_LIST[@]}"; do
        for system in "${ORDER[@]}"; do
          done_runs=$((done_runs + 1))
          say "[$done_runs/$all_runs] round $round, $mode, $clients clients, $system"
          pgbench_run "$round" "$mode" "$clients" "$system"
        done
      done
    done
  done
  for system in "${POOLERS[@]}"; do
    stop_pooler "$system"
  done
}

memory_part() {
  local round system
  for ((round = 1; round <= (ROUNDS < 3 ? ROUNDS : 3); round++)); do
    for system in "${POOLERS[@]}"; do
      say "memory: round $round, $IDLE_CLIENTS idle clients, $system"
      memory_run "$round" "$system"
    done
  done
}

copy_part() {
  local round system
  copy_check direct
  for ((round = 1; round <= (ROUNDS < 2 ? 2 : ROUNDS); round++)); do
    rotated "$round"
    for system in "${ORDER[@]}"; do
      say "COPY: round $round, $COPY_MB MB, $system"
      copy_run "$round" "$system"
    done
  done
}

header() {
  local system
  printf -- '- machine: %s, %s cores, %s MB, Linux %s\n' \
    "$(awk -F': *' '/^model name/ { print $2; exit }' /proc/cpuinfo)" "$CORES" "$(awk '/^MemTotal/ { print int($2 / 1024) }' /proc/meminfo)" "$(uname -r)"
  printf -- '- date: %s; load when it began: %s\n' "$(date -u +'%Y-%m-%d %H:%M UTC')" "$LOAD_AT_START"
  printf -- '- versions: %s' "$("$PG_BIN/postgres" --version)"
  for system in "${POOLERS[@]}"; do
    printf '; %s: %s' "$system" "$(timeout 10 "${BINARY[$system]}" --version 2>/dev/null | head -1)"
    [[ $system != pgbouncer ]] || printf '%s' "$PGBOUNCER_ORIGIN"
  done
  if [[ ,$SYSTEMS, == *,pgmux* ]]; then
    printf '; pgmux built from %s' "$(git -C "$REPOSITORY" describe --always --dirty 2>/dev/null || echo 'no repository')"
  fi
  printf '\n- settings: transaction pooling, pool of %s, %s logins, loopback TCP, pgmux with %s worker thread(s), pgbench scale %s, %s round(s) of %s s\n\n' \
    "$POOL_SIZE" "$AUTH" "$WORKERS" "$SCALE" "$ROUNDS" "$SECONDS_PER_RUN"
}

report() {
  local table=$RESULTS/$STAMP.md
  {
    printf '# Comparison of %s\n\n' "$STAMP"
    header
    awk -v style=markdown -v order="${SYSTEM_LIST[*]}" -f "$HERE/lib/report.awk" "$CSV"
  } >"$table"
  echo
  header
  awk -v style=text -v order="${SYSTEM_LIST[*]}" -f "$HERE/lib/report.awk" "$CSV"
  printf 'table: %s\nfigures: %s\nlogs: %s\n' "$table" "$CSV" "$RAW"
  if ((${#FAILURES[@]})); then
    printf 'failed: %s\n' "${FAILURES[@]}" | tee -a "$table"
    exit 1
  fi
}

LOAD_AT_START=$(cut -d' ' -f1-3 /proc/loadavg)
prepare
if wants pgbench; then pgbench_part; fi
if wants memory; then memory_part; fi
if wants copy; then copy_part; fi
report
