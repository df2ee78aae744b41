# shellcheck shell=bash
# Ordinary clients beside clients that ask for big results and read them slowly. Sourced by run.sh.

MIXED_CLIENTS=64
SLOW_READERS=8

mixed_part() {
  local round system readers=$SLOW_READERS
  # A slow reader keeps its server; ordinary clients need some too.
  if ((readers > POOL_SIZE / 2)); then
    readers=$((POOL_SIZE / 2))
  fi
  ((readers > 0)) || fail "the part mixed takes --pool-size 2 or more (--parts leaves it out)"
  start_poolers simple
  for ((round = 1; round <= ROUNDS; round++)); do
    rotated "$round"
    for system in "${ORDER[@]}"; do
      say "mixed: round $round, $MIXED_CLIENTS clients beside $readers slow readers, $system"
      mixed_run "$round" "$system" "$readers"
    done
  done
  stop_poolers
}

mixed_run() {
  local round=$1 system=$2 readers=$3 name=slow-readers-$2 case=$MIXED_CLIENTS bytes seconds
  [[ $system == direct ]] || reset_peak "${PID[$system]}"
  start_client "$name" "$system" slow_readers --readers "$readers" --query 'SELECT line FROM copy_source'
  if ! hear 30 || [[ $HEARD != reading ]]; then
    failed "slow readers, $system, round $round" "$RAW/$name.log"
    end_client
    return
  fi
  pgbench_run mixed "$case" "$round" "$system" "$MIXED_CLIENTS" 0.1
  if [[ $system != direct ]]; then
    record mixed "$case" "$round" "$system" peak_kb "$(peak_kb "${PID[$system]}")"
  fi
  kill -s TERM "$CLIENT_PID" 2>/dev/null || true
  if hear 10 && [[ $HEARD == bytes* ]]; then
    read -r _ bytes _ seconds <<<"$HEARD"
    record mixed "$case" "$round" "$system" slow_mb_per_second "$(calculate "$bytes / 1048576 / $seconds" 1f)"
  else
    failed "slow readers were cut off, $system, round $round" "$RAW/$name.log"
  fi
  end_client
}
