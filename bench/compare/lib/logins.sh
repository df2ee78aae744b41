# shellcheck shell=bash
# A storm of logins by a client that spares itself PBKDF2. Sourced by run.sh.

# Fewer than a listener's queue holds (listen_backlog is 128), so that the storm finds the pooler's speed and not the kernel's retries.
LOGINS_IN_FLIGHT=64

logins_part() {
  local round system
  start_poolers simple
  warm_up_logins
  for ((round = 1; round <= ROUNDS; round++)); do
    rotated "$round"
    for system in "${ORDER[@]}"; do
      logins_run "$round" "$system"
    done
  done
  stop_poolers
}

# The tables tell how fast a pooler is that has run for a while. A runtime that compiles as it goes counts calls, and then waits for a moment
# without anything new: after one storm a login still took twice the CPU that it takes after three.
warm_up_logins() {
  local system
  for system in "${POOLERS[@]}"; do
    for _ in {1..4}; do
      login_storm "$system" 8000 || fail "no storm of logins gets through $system, see $RAW/logins-$system.log"
      nap 0.5
    done
  done
}

# login_storm SYSTEM COUNT: its figures in STORM.
login_storm() {
  STORM=$(timeout $((60 + $2 / 50)) "$PYTHON" "$HERE/lib/logins.py" --host "$HOST" --port "${PORT[$1]}" --user "$ROLE" --database "$DATABASE" \
    --count "$2" --in-flight "$LOGINS_IN_FLIGHT" --processes "$CORES" 2>>"$RAW/logins-$1.log")
}

logins_run() {
  local round=$1 system=$2 count=$LOGINS cpu_from cpu_us seconds client_cpu rate
  # PostgreSQL starts a process for each: a tenth of them tells the rate.
  [[ $system != direct ]] || count=$(((LOGINS + 9) / 10))
  say "logins: round $round, $count logins, $LOGINS_IN_FLIGHT in flight, $system"
  if [[ $system != direct ]]; then
    read_cpu "${PID[$system]}"
    cpu_from=$CPU_TICKS
  fi
  if ! login_storm "$system" "$count"; then
    failed "$count logins, $system, round $round: ${STORM:-none}" "$RAW/logins-$system.log"
    return
  fi
  read -r _ _ _ _ _ seconds _ client_cpu <<<"$STORM"
  rate=$(calculate "$count / $seconds" 0f)
  record logins storm "$round" "$system" per_second "$rate"
  record logins storm "$round" "$system" client_cpu_us "$(calculate "$client_cpu * 1000000 / $count" 1f)"
  if [[ $system == direct ]]; then
    say "  $rate logins/s"
    return
  fi
  # The last goodbyes are on their way.
  nap 0.2
  read_cpu "${PID[$system]}"
  cpu_us=$(calculate "($CPU_TICKS - $cpu_from) * 1000000 / $TICKS_PER_SECOND / $count" 1f)
  record logins storm "$round" "$system" cpu_us "$cpu_us"
  say "  $rate logins/s, $cpu_us us CPU per login"
}
