# shellcheck shell=bash
# One client beside 200 wrong logins a second. Sourced by run.sh.

GUESSES_PER_SECOND=200

guesses_part() {
  local round system
  if [[ $AUTH == trust ]]; then
    say "guesses: nobody can guess with --auth trust"
    return
  fi
  start_poolers simple
  for ((round = 1; round <= ROUNDS; round++)); do
    rotated "$round"
    for system in "${ORDER[@]}"; do
      guesses_run "$round" "$system"
    done
  done
  stop_poolers
}

guesses_run() {
  local round=$1 system=$2 said alone beside elsewhere other=0 candidate
  for candidate in "${ORDER[@]}"; do
    # What answers for itself elsewhere is what the machine, not the pooler, takes for the guesses.
    [[ $candidate == "$system" || $candidate == direct ]] || other=${PORT[$candidate]}
  done
  say "guesses: round $round, $GUESSES_PER_SECOND wrong logins a second, $system"
  if ! said=$(timeout $((SECONDS_PER_RUN * 3 + 90)) "$PYTHON" "$HERE/lib/guesses.py" --host "$HOST" --port "${PORT[$system]}" --user "$ROLE" \
    --database "$DATABASE" --rate "$GUESSES_PER_SECOND" --seconds "$SECONDS_PER_RUN" --elsewhere "$other" 2>>"$RAW/guesses-$system.log"); then
    failed "wrong logins beside a client, $system, round $round" "$RAW/guesses-$system.log"
    return
  fi
  read -r _ _ _ alone _ _ _ beside _ _ _ elsewhere <<<"$said"
  record guesses one "$round" "$system" alone_p99_us "$alone"
  record guesses one "$round" "$system" beside_p99_us "$beside"
  record guesses one "$round" "$system" by_alone "$(calculate "$beside / $alone" 2f)"
  if ((other > 0)); then
    record guesses one "$round" "$system" elsewhere_p99_us "$elsewhere"
    record guesses one "$round" "$system" by_elsewhere "$(calculate "$beside / $elsewhere" 2f)"
  fi
  say "  p99 $alone us alone, $beside us beside them, $elsewhere us beside the same at port $other"
}
