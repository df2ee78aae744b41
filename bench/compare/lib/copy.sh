# shellcheck shell=bash
# COPY out, read by psql. Sourced by run.sh.

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

# What COPY sends, by byte count and checksum, must be the same through every system before its speed counts.
copy_check() {
  local system=$1 sum
  sum=$(ask "$system" -c "COPY (SELECT line FROM copy_source LIMIT 20000) TO STDOUT" | cksum)
  if [[ $system == direct ]]; then
    COPY_SUM=$sum
    COPY_BYTES=$(ask direct -c "COPY (SELECT line FROM copy_source) TO STDOUT" | wc -c)
  elif [[ $sum != "$COPY_SUM" ]]; then
    fail "COPY through $system sends other bytes than PostgreSQL itself"
  fi
}

copy_run() {
  local round=$1 system=$2 from to cpu_from seconds pid=''
  if [[ $system != direct ]]; then
    start_pooler "$system"
    pid=${PID[$system]}
  fi
  copy_check "$system"
  if [[ -n $pid ]]; then
    # Once beforehand: a process that has run for a while has compiled its code for good.
    ask "$system" -c "COPY (SELECT line FROM copy_source) TO STDOUT" >/dev/null 2>"$RAW/copy-$system.log" || true
    ask "$system" -c "COPY (SELECT line FROM copy_source) TO STDOUT" >/dev/null 2>"$RAW/copy-$system.log" || true
    reset_peak "$pid"
    read_cpu "$pid"
    cpu_from=$CPU_TICKS
  fi
  from=$EPOCHREALTIME
  if ! ask "$system" -c "COPY (SELECT line FROM copy_source) TO STDOUT" >/dev/null 2>"$RAW/copy-$system.log"; then
    failed "COPY, $system, round $round" "$RAW/copy-$system.log"
    [[ -z $pid ]] || stop_pooler "$system"
    return
  fi
  to=$EPOCHREALTIME
  seconds=$(calculate "$to - $from" 6f)
  record copy out "$round" "$system" mb_per_second "$(calculate "$COPY_BYTES / 1048576 / $seconds" 1f)"
  if [[ -n $pid ]]; then
    read_cpu "$pid"
    record copy out "$round" "$system" cpu_seconds "$(cpu_seconds "$cpu_from" "$CPU_TICKS")"
    record copy out "$round" "$system" peak_kb "$(peak_kb "$pid")"
    stop_pooler "$system"
  fi
  say "  $(calculate "$COPY_BYTES / 1048576 / $seconds" 0f) MB/s"
}
