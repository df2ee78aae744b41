# shellcheck shell=bash
# What a process takes, and what each idle client adds to it. Sourced by run.sh.

# The first clients fill pools and compile code, so the difference begins after them.
FIRST_IDLE_CLIENTS=200

memory_part() {
  local round system
  for ((round = 1; round <= (ROUNDS < 3 ? ROUNDS : 3); round++)); do
    for system in "${POOLERS[@]}"; do
      say "memory: round $round, $IDLE_CLIENTS idle clients, $system"
      memory_run "$round" "$system"
    done
  done
}

# A fresh process: what it takes by itself, then what every further idle client adds, and whether each is served again.
memory_run() {
  local round=$1 system=$2 first=$FIRST_IDLE_CLIENTS
  start_pooler "$system"
  local pid=${PID[$system]} log=$RAW/hold-clients-$system.log reply before after='' patience=$((60 + IDLE_CLIENTS / 20)) from answered refused
  nap 1
  record memory base "$round" "$system" rss_kb "$(resident_kb "$pid" Rss)"
  record memory base "$round" "$system" anon_kb "$(resident_kb "$pid" Anonymous)"
  record memory base "$round" "$system" peak_kb "$(peak_kb "$pid")"
  record memory base "$round" "$system" threads "$(awk '$1 == "Threads:" { print $2 }' "/proc/$pid/status")"

  mkfifo "$WORK/holder.in" "$WORK/holder.out"
  "${HOLDER[@]}" hold-clients --host "$HOST" --port "${PORT[$system]}" --database "$DATABASE" --user "$ROLE" --password "$PGPASSWORD" \
    --steps "$first,$IDLE_CLIENTS" <"$WORK/holder.in" >"$WORK/holder.out" 2>"$log" &
  local holder_pid=$!
  RUNNING[$holder_pid]=hold-clients
  exec {holder_in}>"$WORK/holder.in" {holder_out}<"$WORK/holder.out"
  if read -r -t "$patience" reply <&"$holder_out" && [[ $reply == "holding $first" ]]; then
    nap 1
    before=$(resident_kb "$pid" Rss)
    echo >&"$holder_in"
    if read -r -t "$patience" reply <&"$holder_out" && [[ $reply == "holding $((first + IDLE_CLIENTS))" ]]; then
      nap 1
      after=$(resident_kb "$pid" Rss)
      record memory idle "$round" "$system" rss_kb "$after"
      record memory idle "$round" "$system" client_bytes "$(calculate "($after - $before) * 1024 / $IDLE_CLIENTS" 0f)"
      say "  $(calculate "($after - $before) / $IDLE_CLIENTS") KB per idle client"
    fi
  fi
  if [[ -z $after ]]; then
    failed "$IDLE_CLIENTS idle clients, $system" "$log"
  else
    from=$EPOCHREALTIME
    echo again >&"$holder_in"
    if read -r -t "$patience" reply <&"$holder_out" && [[ $reply =~ ^answered\ ([0-9]+),\ failed\ ([0-9]+)$ ]]; then
      answered=${BASH_REMATCH[1]} refused=${BASH_REMATCH[2]}
      say "  $answered of them served again in $(calculate "$EPOCHREALTIME - $from" 1f) s, $refused failed"
      record memory again "$round" "$system" answered "$answered"
      record memory again "$round" "$system" failed "$refused"
    else
      answered=0 refused=none
    fi
    if [[ $refused != 0 ]] || ((answered != first + IDLE_CLIENTS)); then
      failed "$IDLE_CLIENTS idle clients that ask again, $system" "$log"
    fi
  fi
  exec {holder_in}>&- {holder_out}<&-
  wait_or_stop "$holder_pid"
  rm -f "$WORK/holder.in" "$WORK/holder.out"
  stop_pooler "$system"
}

# The holder ends by itself when its input does; closing thousands of connections takes a moment.
wait_or_stop() {
  for _ in {1..200}; do
    is_running "$1" || break
    nap 0.1
  done
  stop "$1" TERM
}
