# shellcheck shell=bash
# Large results. Sourced by run.sh.

declare -A LARGE_QUERY=([wide]='SELECT line FROM wide_rows' [narrow]='SELECT n, word FROM narrow_rows') LARGE_ANSWER=()
# One result takes a fraction of a second, too little for CPU that is counted in hundredths.
LARGE_REPEAT=3

large_part() {
  local round system case
  for case in wide narrow; do
    large_run 0 direct "$case"
  done
  for ((round = 1; round <= (ROUNDS < 2 ? 2 : ROUNDS); round++)); do
    rotated "$round"
    for case in wide narrow; do
      for system in "${ORDER[@]}"; do
        say "large: round $round, $([[ $case == wide ]] && echo '100 rows of 1 MB' || echo '1,000,000 small rows'), $system"
        large_run "$round" "$system" "$case"
      done
    done
  done
}

# A fresh process. The first result is checked against PostgreSQL's own and opens what there is to open; the next ones count.
# Round 0 asks PostgreSQL what is right.
large_run() {
  local round=$1 system=$2 case=$3 name=large-$3-$2 pid='' cpu_from bytes='' seconds='' mb
  if [[ $system != direct ]]; then
    start_pooler "$system"
    pid=${PID[$system]}
  fi
  start_client "$name" "$system" large_result --query "${LARGE_QUERY[$case]}" --repeat "$LARGE_REPEAT"
  if hear 120 && [[ $HEARD == bytes* ]]; then
    [[ $round != 0 ]] || LARGE_ANSWER[$case]=$HEARD
    [[ $HEARD == "${LARGE_ANSWER[$case]}" ]] || fail "a large result through $system has other bytes than PostgreSQL's: $HEARD, not ${LARGE_ANSWER[$case]}"
    read -r _ bytes _ <<<"$HEARD"
    if [[ $round != 0 ]]; then
      if [[ -n $pid ]]; then
        reset_peak "$pid"
        read_cpu "$pid"
        cpu_from=$CPU_TICKS
      fi
      echo >&"$CLIENT_IN"
      if hear 120 && [[ $HEARD == seconds* ]]; then
        seconds=${HEARD#seconds }
      fi
    fi
  fi
  if [[ $round == 0 ]]; then
    [[ -n $bytes ]] || fail "PostgreSQL sends no large result, see $RAW/$name.log"
  elif [[ -z $seconds ]]; then
    failed "large result $case, $system, round $round" "$RAW/$name.log"
  else
    mb=$(calculate "$LARGE_REPEAT * $bytes / 1048576 / $seconds" 1f)
    record large "$case" "$round" "$system" mb_per_second "$mb"
    if [[ -n $pid ]]; then
      read_cpu "$pid"
      record large "$case" "$round" "$system" cpu_seconds "$(cpu_seconds "$cpu_from" "$CPU_TICKS")"
      record large "$case" "$round" "$system" peak_kb "$(peak_kb "$pid")"
    fi
    say "  $mb MB/s"
  fi
  end_client
  [[ -z $pid ]] || stop_pooler "$system"
}
