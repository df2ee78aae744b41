# shellcheck shell=bash
# Load by pgbench. Sourced by run.sh.

# Seconds at the start of a run, after the last login, that are not measured: the first turn of every client.
RAMP=1

# Seconds that each pooler serves in each mode before the first round. On cores that are all in use a runtime that compiles as it goes takes
# its time: CPU per transaction still fell from 39 to 24 us over rounds that began after 3 seconds.
WARM_UP=15

pgbench_part() {
  local round mode clients system done_runs=0
  local all_runs=$((ROUNDS * ${#MODE_LIST[@]} * ${#CLIENT_LIST[@]} * ${#SYSTEM_LIST[@]}))
  say "pgbench: $all_runs runs, about $((all_runs * (SECONDS_PER_RUN + RAMP + 1) / 60 + 1)) minutes"
  start_poolers "${MODE_LIST[@]}"
  for ((round = 1; round <= ROUNDS; round++)); do
    rotated "$round"
    # The modes of one number of clients are neighbours: one table divides one by another.
    for clients in "${CLIENT_LIST[@]}"; do
      for mode in "${MODE_LIST[@]}"; do
        for system in "${ORDER[@]}"; do
          done_runs=$((done_runs + 1))
          if [[ $system == direct ]] && ((clients > MOST_DIRECT_CLIENTS)); then
            say "[$done_runs/$all_runs] left out: PostgreSQL itself with more than $MOST_DIRECT_CLIENTS clients"
            continue
          fi
          say "[$done_runs/$all_runs] round $round, $mode, $clients clients, $system"
          pgbench_run pgbench "$mode/$clients" "$round" "$system" "$clients" 0.1 -M "$mode"
        done
      done
    done
  done
  stop_poolers
}

# pgbench -C: every transaction has a connection of its own, login and all.
reconnect_part() {
  local round system
  start_poolers simple
  warm_up_logins
  for ((round = 1; round <= ROUNDS; round++)); do
    rotated "$round"
    for system in "${ORDER[@]}"; do
      say "reconnect: round $round, $RECONNECT_CLIENTS clients, $system"
      pgbench_run reconnect "$RECONNECT_CLIENTS" "$round" "$system" "$RECONNECT_CLIENTS" 1 -C
    done
  done
  stop_poolers
}

# pgbench_run PART CASE ROUND SYSTEM CLIENTS SAMPLED ARGUMENT...
# The CPU window lies inside the run, after the logins and before the goodbyes. How many transactions fell into it, and their latencies,
# comes from pgbench's log of sampled transactions; how many there were in all, and TPS, from pgbench itself.
pgbench_run() {
  local part=$1 case=$2 round=$3 system=$4 clients=$5 sampled=$6
  shift 6
  local name=$part-${case//\//-}-$round-$system jobs=$((clients < CORES ? clients : CORES))
  local log=$RAW/$name.log is_pooler='' from to cpu_from switches_from
  [[ $system == direct ]] || is_pooler=yes

  : >"$log"
  # pgbench counts its seconds from the first login, and thousands of them take longer than a run. So it runs until it is told: SIGALRM is
  # its own way to end.
  "$PG_BIN/pgbench" -n -S -c "$clients" -j "$jobs" -P "$RAMP" -T 100000 -l --sampling-rate="$sampled" --log-prefix="$WORK/$name" "$@" \
    -h "$HOST" -p "${PORT[$system]}" -U "$ROLE" "$DATABASE" >"$log" 2>&1 </dev/null &
  local bench_pid=$!
  RUNNING[$bench_pid]=pgbench
  if ! await_progress "$bench_pid" "$log" $((30 + clients / 10)); then
    failed "$part $case, $system, round $round: the logins did not get through" "$log"
    stop "$bench_pid" TERM
    rm -f "$WORK/$name".*
    return
  fi
  if [[ -n $is_pooler ]]; then
    read_switches "${PID[$system]}"
    switches_from=$SWITCHES
    read_cpu "${PID[$system]}"
    cpu_from=$CPU_TICKS
  fi
  from=$EPOCHREALTIME
  nap "$SECONDS_PER_RUN"
  to=$EPOCHREALTIME
  if [[ -n $is_pooler ]]; then
    read_cpu "${PID[$system]}"
    read_switches "${PID[$system]}"
  fi
  local status=0
  end_pgbench "$bench_pid" || status=$?

  local transactions tps refused
  transactions=$(awk '/^number of transactions actually processed:/ { print $NF }' "$log")
  refused=$(awk '/^number of failed transactions:/ { print $5 }' "$log")
  tps=$(awk '/^tps =/ { print $3 }' "$log")
  if ((status != 0)) || [[ ${refused:-0} != 0 || -z $tps || -z $transactions ]]; then
    failed "$part $case, $system, round $round" "$log"
    rm -f "$WORK/$name".*
    return
  fi

  local logged inside
  read -r logged inside < <(awk -v from="$from" -v to="$to" -v latencies="$WORK/latencies" '
    BEGIN { printf "" > latencies }
    { at = $5 + $6 / 1e6; logged++ }
    at >= from && at <= to { inside++; print $3 > latencies }
    END { print logged + 0, inside + 0 }' "$WORK/$name".*)
  rm -f "$WORK/$name".*
  if ((inside == 0)); then
    failed "$part $case, $system, round $round: no transaction was logged (--seconds N takes longer runs)" "$log"
    return
  fi

  local p50 p99
  sort -n "$WORK/latencies" >"$WORK/latencies.sorted"
  p50=$(sed -n "$(((inside * 50 + 99) / 100))p" "$WORK/latencies.sorted")
  p99=$(sed -n "$(((inside * 99 + 99) / 100))p" "$WORK/latencies.sorted")
  record "$part" "$case" "$round" "$system" tps "$tps"
  record "$part" "$case" "$round" "$system" p50_us "$p50"
  record "$part" "$case" "$round" "$system" p99_us "$p99"
  if ((p50 > 0)); then
    record "$part" "$case" "$round" "$system" p99_by_p50 "$(calculate "$p99 / $p50" 3f)"
  fi
  local told
  told="$(printf '%.0f' "$tps") tps, p50 $p50 us, p99 $p99 us"
  if [[ -n $is_pooler ]]; then
    local counted="($transactions * $inside / $logged)" cpu_us
    cpu_us=$(calculate "($CPU_TICKS - $cpu_from) * 1000000 / $TICKS_PER_SECOND / $counted")
    record "$part" "$case" "$round" "$system" cpu_us "$cpu_us"
    record "$part" "$case" "$round" "$system" switches "$(calculate "($SWITCHES - $switches_from) / $counted" 3f)"
    told+=", $cpu_us us CPU per transaction"
  fi
  say "  $told"
}

# await_progress PID LOG SECONDS: pgbench reports its progress RAMP seconds after the last login.
await_progress() {
  local until=$((${EPOCHREALTIME%.*} + $3))
  while is_running "$1" && ((${EPOCHREALTIME%.*} < until)); do
    if [[ $(<"$2") == *progress:* ]]; then
      return 0
    fi
    nap 0.05
  done
  return 1
}

# Ends a run and answers pgbench's status.
end_pgbench() {
  local status=0
  kill -s ALRM "$1" 2>/dev/null || true
  for _ in {1..300}; do
    is_running "$1" || break
    nap 0.1
  done
  if is_running "$1"; then
    stop "$1" KILL
    return 1
  fi
  wait "$1" || status=$?
  unset "RUNNING[$1]"
  return "$status"
}
