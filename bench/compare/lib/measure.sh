# Taking the figures. Sourced by run.sh. Every figure becomes a line of the CSV: part,case,round,system,metric,value.

record() { printf '%s,%s,%s,%s,%s,%s\n' "$@" >>"$CSV"; }

# User and system time of all threads of a process, those that have ended included, in clock ticks. Answer in CPU_TICKS.
read_cpu() {
  local stat
  read -r stat <"/proc/$1/stat"
  set -- ${stat##*) }
  CPU_TICKS=$((${12} + ${13}))
}

# Context switches of the threads that live now. Answer in SWITCHES.
read_switches() {
  SWITCHES=$(awk '/ctxt_switches/ { sum += $2 } END { print sum + 0 }' "/proc/$1"/task/*/status)
}

# resident_kb PID FIELD: Rss or Anonymous, counted page by page; VmRSS in status lags by some hundred KB. peak_kb PID: the most so far.
resident_kb() { awk -v field="$2:" '$1 == field { print $2 }' "/proc/$1/smaps_rollup"; }
peak_kb() { awk '$1 == "VmHWM:" { print $2 }' "/proc/$1/status"; }

calculate() { awk "BEGIN { printf \"%.${2:-2f}\", $1 }"; }

# The CPU window lies inside the run, after the logins and before the goodbyes. How many transactions fell into it, and their latencies,
# comes from pgbench's log of sampled transactions; how many there were in all, and TPS, from pgbench itself.
pgbench_run() {
  local round=$1 mode=$2 clients=$3 system=$4
  local name=pgbench-$mode-$clients-$round-$system jobs=$((clients < CORES ? clients : CORES))
  local is_pooler="" from to cpu_from switches_from
  [[ $system == direct ]] || is_pooler=yes

  timeout -k 5 $((RAMP + SECONDS_PER_RUN + 30)) "$PG_BIN/pgbench" -n -S -M "$mode" -c "$clients" -j "$jobs" \
    -T $((RAMP + SECONDS_PER_RUN)) -l --sampling-rate=0.1 --log-prefix="$WORK/$name" \
    -h 127.0.0.1 -p "${PORT[$system]}" -U "$ROLE" "$DATABASE" >"$RAW/$name.log" 2>&1 </dev/null &
  local bench_pid=$!
  RUNNING[$bench_pid]=pgbench
  nap "$RAMP"
  if [[ -n $is_pooler ]]; then
    read_switches "${PID[$system]}"
    switches_from=$SWITCHES
    read_cpu "${PID[$system]}"
    cpu_from=$CPU_TICKS
  fi
  from=$EPOCHREALTIME
  # pgbench counts its seconds from the last login, so this ends before it does.
  nap "$SECONDS_PER_RUN"
  to=$EPOCHREALTIME
  if [[ -n $is_pooler ]]; then
    read_cpu "${PID[$system]}"
    read_switches "${PID[$system]}"
  fi
  local status=0
  wait "$bench_pid" || status=$?
  unset "RUNNING[$bench_pid]"

  local transactions tps failed
  transactions=$(awk '/^number of transactions actually processed:/ { print $NF }' "$RAW/$name.log")
  failed=$(awk '/^number of failed transactions:/ { print $5 }' "$RAW/$name.log")
  tps=$(awk '/^tps =/ { print $3 }' "$RAW/$name.log")
  if ((status != 0)) || [[ ${failed:-0} != 0 || -z $tps || -z $transactions ]]; then
    say "  FAILED, see $RAW/$name.log"
    FAILURES+=("$mode, $clients clients, $system, round $round")
    rm -f "$WORK/$name".*
    return
  fi

  local sampled inside
  read -r sampled inside < <(awk -v from="$from" -v to="$to" -v latencies="$WORK/latencies" '
    BEGIN { printf "" > latencies }
    { at = $5 + $6 / 1e6; sampled++ }
    at >= from && at <= to { inside++; print $3 > latencies }
    END { print sampled + 0, inside + 0 }' "$WORK/$name".*)
  rm -f "$WORK/$name".*
  if ((inside == 0)); then
    say "  FAILED, no transaction was logged"
    FAILURES+=("$mode, $clients clients, $system, round $round")
    return
  fi

  local case=$mode/$clients p50 p99
  sort -n "$WORK/latencies" >"$WORK/latencies.sorted"
  p50=$(sed -n "$(((inside * 50 + 99) / 100))p" "$WORK/latencies.sorted")
  p99=$(sed -n "$(((inside * 99 + 99) / 100))p" "$WORK/latencies.sorted")
  record pgbench "$case" "$round" "$system" tps "$tps"
  record pgbench "$case" "$round" "$system" p50_us "$p50"
  record pgbench "$case" "$round" "$system" p99_us "$p99"
  local told
  told="$(printf '%.0f' "$tps") tps, p50 $p50 us, p99 $p99 us"
  if [[ -n $is_pooler ]]; then
    local counted="($transactions * $inside / $sampled)" cpu_us
    cpu_us=$(calculate "($CPU_TICKS - $cpu_from) * 1000000 / $TICKS_PER_SECOND / $counted")
    record pgbench "$case" "$round" "$system" cpu_us "$cpu_us"
    record pgbench "$case" "$round" "$system" switches "$(calculate "($SWITCHES - $switches_from) / $counted" 3f)"
    told+=", $cpu_us us CPU per transaction"
  fi
  say "  $told"
}

# A fresh process: what it takes by itself, then what every further idle client adds. The first clients fill pools and compile code,
# so the difference begins after them.
memory_run() {
  local round=$1 system=$2 first=200
  start_pooler "$system"
  local pid=${PID[$system]} reply before after
  nap 1
  record memory base "$round" "$system" rss_kb "$(resident_kb "$pid" Rss)"
  record memory base "$round" "$system" anon_kb "$(resident_kb "$pid" Anonymous)"
  record memory base "$round" "$system" peak_kb "$(peak_kb "$pid")"
  record memory base "$round" "$system" threads "$(awk '$1 == "Threads:" { print $2 }' "/proc/$pid/status")"

  mkfifo "$WORK/holder.in" "$WORK/holder.out"
  "${HOLDER[@]}" hold-clients --host 127.0.0.1 --port "${PORT[$system]}" --database "$DATABASE" --user "$ROLE" --password "$PGPASSWORD" \
    --steps "$first,$IDLE_CLIENTS" <"$WORK/holder.in" >"$WORK/holder.out" 2>"$RAW/hold-clients-$system.log" &
  local holder_pid=$!
  RUNNING[$holder_pid]=hold-clients
  exec {holder_in}>"$WORK/holder.in" {holder_out}<"$WORK/holder.out"
  if read -r -t 60 reply <&"$holder_out" && [[ $reply == "holding $first" ]]; then
    nap 1
    before=$(resident_kb "$pid" Rss)
    echo >&"$holder_in"
    if read -r -t 120 reply <&"$holder_out" && [[ $reply == "holding $((first + IDLE_CLIENTS))" ]]; then
      nap 1
      after=$(resident_kb "$pid" Rss)
      record memory idle "$round" "$system" rss_kb "$after"
      record memory idle "$round" "$system" client_bytes "$(calculate "($after - $before) * 1024 / $IDLE_CLIENTS" 0f)"
      say "  $(calculate "($after - $before) / $IDLE_CLIENTS") KB per idle client"
    fi
  fi
  if [[ -z ${after:-} ]]; then
    say "  FAILED, see $RAW/hold-clients-$system.log"
    FAILURES+=("$IDLE_CLIENTS idle clients, $system")
  fi
  exec {holder_in}>&- {holder_out}<&-
  wait_or_stop "$holder_pid"
  rm -f "$WORK/holder.in" "$WORK/holder.out"
  stop_pooler "$system"
}

# The holder ends by itself when its input does; closing thousands of connections takes a moment.
wait_or_stop() {
  local attempt
  for attempt in {1..100}; do
    is_running "$1" || break
    nap 0.1
  done
  stop "$1" TERM
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
  local round=$1 system=$2 from to cpu_from seconds pid=
  if [[ $system != direct ]]; then
    start_pooler "$system"
    pid=${PID[$system]}
  fi
  copy_check "$system"
  if [[ -n $pid ]]; then
    # 5 sets the peak back to what is resident now. (proc_pid_clear_refs(5))
    (echo 5 >"/proc/$pid/clear_refs") 2>/dev/null || true
    read_cpu "$pid"
    cpu_from=$CPU_TICKS
  fi
  from=$EPOCHREALTIME
  if ! ask "$system" -c "COPY (SELECT line FROM copy_source) TO STDOUT" >/dev/null 2>"$RAW/copy-$system.log"; then
    say "  FAILED, see $RAW/copy-$system.log"
    FAILURES+=("COPY, $system, round $round")
    [[ -z $pid ]] || stop_pooler "$system"
    return
  fi
  to=$EPOCHREALTIME
  seconds=$(calculate "$to - $from" 6f)
  record copy out "$round" "$system" mb_per_second "$(calculate "$COPY_BYTES / 1048576 / $seconds" 1f)"
  if [[ -n $pid ]]; then
    read_cpu "$pid"
    record copy out "$round" "$system" cpu_seconds "$(calculate "($CPU_TICKS - $cpu_from) / $TICKS_PER_SECOND")"
    record copy out "$round" "$system" peak_kb "$(peak_kb "$pid")"
    stop_pooler "$system"
  fi
  say "  $(calculate "$COPY_BYTES / 1048576 / $seconds" 0f) MB/s"
}
