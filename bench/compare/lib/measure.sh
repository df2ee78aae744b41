# shellcheck shell=bash
# Taking the figures. Sourced by run.sh. Every figure becomes a line of the CSV: part,case,round,system,metric,value.

record() { printf '%s,%s,%s,%s,%s,%s\n' "$@" >>"$CSV"; }

# User and system time of all threads of a process, those that have ended included, in clock ticks. Answer in CPU_TICKS.
read_cpu() {
  local stat
  read -r stat <"/proc/$1/stat"
  # shellcheck disable=SC2086 # the name, which alone may hold blanks, is cut off
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

# 5 sets the peak back to what is resident now. (proc_pid_clear_refs(5))
reset_peak() { (echo 5 >"/proc/$1/clear_refs") 2>/dev/null || true; }

# cpu_seconds FROM TO, in ticks
cpu_seconds() { calculate "($2 - $1) / $TICKS_PER_SECOND"; }

calculate() { awk "BEGIN { printf \"%.${2:-2f}\", $1 }"; }

# failed WHAT LOG: the comparison goes on and ends with a list.
failed() {
  say "  FAILED, see $2"
  FAILURES+=("$1")
}
