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
  local round=$1 system=$2 said alone beside
  say "guesses: round $round, $GUESSES_PER_SECOND wrong logins a second, $system"
  if ! said=$(timeout $((SECONDS_PER_RUN * 2 + 60)) "$PYTHON" "$HERE/lib/guesses.py" --host "$HOST" --port "${PORT[$system]}" --user "$ROLE" \
    --database "$DATABASE" --rate "$GUESSES_PER_SECOND" --seconds "$SECONDS_PER_RUN" 2>>"$RAW/guesses-$system.log"); then
    failed "wrong logins beside a client, $system, round $round" "$RAW/guesses-$system.log"
    return
  fi
  read -r _ _ _ alone _ _ _ beside _ <<<"$said"
  record guesses one "$round" "$system" alone_p99_us "$alone"
  record guesses one "$round" "$system" beside_p99_us "$beside"
  record guesses one "$round" "$system" by_alone "$(calculate "$beside / $alone" 2f)"
  say "  p99 $alone us alone, $beside us beside them"
}
