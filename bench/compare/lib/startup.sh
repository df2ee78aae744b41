# shellcheck shell=bash
# From the start of the program to the first answered query. Sourced by run.sh.

startup_part() {
  local start system
  for ((start = 1; start <= STARTS; start++)); do
    rotated "$start"
    for system in "${ORDER[@]}"; do
      [[ $system != direct ]] || continue
      say "startup: start $start, $system"
      startup_run "$start" "$system"
    done
  done
}

# The client tries once per millisecond before the program is there, so that its own start does not count.
startup_run() {
  local start=$1 system=$2 name=first-answer-$2 from ms
  prepare_pooler "$system"
  start_client "$name" "$system" first_answer
  if ! hear 10 || [[ $HEARD != ready ]]; then
    failed "the client for start $start of $system" "$RAW/$name.log"
    end_client
    return
  fi
  from=$EPOCHREALTIME
  launch_pooler "$system"
  if hear 40; then
    ms=$(calculate "($HEARD - $from) * 1000" 1f)
    record startup first "$start" "$system" ms "$ms"
    say "  $ms ms"
  else
    failed "start $start of $system" "$RAW/$name.log"
  fi
  end_client
  stop_pooler "$system"
}
