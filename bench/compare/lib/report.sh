# shellcheck shell=bash
# The table, the chart, and what they say about the machine. Sourced by run.sh.

machine() {
  printf '%s, %s cores, %s MB, Linux %s, TCP %s' "$(awk -F': *' '/^model name/ { print $2; exit }' /proc/cpuinfo)" "$CORES" \
    "$(awk '/^MemTotal/ { print int($2 / 1024) }' /proc/meminfo)" "$(uname -r)" "$(</proc/sys/net/ipv4/tcp_congestion_control)"
}

describe_encryption() {
  case $TLS in
    both) printf ' with TLS' ;;
    clients | servers) printf ' with TLS for %s' "$TLS" ;;
  esac
}

settings() {
  local system workers=''
  for system in "${POOLERS[@]}"; do
    [[ ${KIND[$system]} != pgmux ]] || workers+=", $system with ${WORKERS_OF[$system]}"
  done
  printf 'pool of %s, %s logins, %s' "$POOL_SIZE" "$AUTH" "$([[ $SOCKET == unix ]] && echo 'Unix sockets' || echo 'loopback TCP')$(describe_encryption)"
  [[ -z $workers ]] || printf ', worker threads: %s' "${workers#, }"
  printf ', %s round(s) of %s s' "$ROUNDS" "$SECONDS_PER_RUN"
}

header() {
  local system
  printf -- '- machine: %s\n' "$(machine)"
  printf -- '- date: %s; load when it began: %s\n' "$(date -u +'%Y-%m-%d %H:%M UTC')" "$LOAD_AT_START"
  printf -- '- versions: %s' "$("$PG_BIN/postgres" --version)"
  for system in "${POOLERS[@]}"; do
    [[ $system == "${PROGRAM_OF[$system]}" ]] || continue
    printf '; %s: %s' "$system" "$(timeout 10 "${BINARY[$system]}" --version 2>/dev/null | head -1)"
    [[ $system != pgbouncer ]] || printf '%s' "$PGBOUNCER_ORIGIN"
  done
  if [[ -n ${FOUND[pgmux]:-} ]]; then
    printf '; pgmux built from %s' "$(git -C "$REPOSITORY" describe --always --dirty 2>/dev/null || echo 'no repository')"
  fi
  printf '\n- settings: transaction pooling, %s, pgbench scale %s\n\n' "$(settings)" "$SCALE"
}

# tables STYLE
tables() { awk -v style="$1" -v order="${SYSTEM_LIST[*]}" -f "$HERE/lib/report.awk" "$CSV"; }

report() {
  local table=$RESULTS/$STAMP.md chart=$RESULTS/$STAMP.svg
  if "$PYTHON" "$HERE/lib/chart.py" --order "${SYSTEM_LIST[*]}" --note "$(machine)" --note "$(settings)" \
    --note "$(date -u +'%Y-%m-%d'), load when it began: $LOAD_AT_START" "$CSV" >"$chart"; then
    say "chart: $chart"
  else
    # Nothing was measured that can be divided by another system's figure.
    rm -f "$chart"
  fi
  {
    printf '# Comparison of %s\n\n' "$STAMP"
    header
    [[ ! -e $chart ]] || printf '![ratios](%s.svg)\n\n' "$STAMP"
    tables markdown
  } >"$table"
  echo
  header
  tables text
  printf 'table: %s\nfigures: %s\nlogs: %s\n' "$table" "$CSV" "$RAW"
  if ((${#FAILURES[@]})); then
    printf 'failed: %s\n' "${FAILURES[@]}" | tee -a "$table"
    exit 1
  fi
}
