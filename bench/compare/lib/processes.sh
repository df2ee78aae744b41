# shellcheck shell=bash
# Starting, watching and stopping what a comparison needs. Sourced by run.sh.

# Every program that was started and not stopped: pid -> name.
declare -A RUNNING=()

say() { printf '%s\n' "$*" >&2; }

fail() {
  say "bench/compare: $*"
  exit 1
}

# Signals arrive while bash waits, not after a foreground sleep has ended.
nap() {
  sleep "$1" &
  local pid=$!
  RUNNING[$pid]='sleep'
  wait "$pid"
  unset "RUNNING[$pid]"
}

# Root may not run the servers; "as_user SIGNAL COMMAND..." becomes COMMAND, run by an unprivileged user, which gets SIGNAL should this
# script die without cleaning up. exec, so that the pid of the background job is the program's.
as_user() {
  local last_word=$1
  shift
  if ((EUID == 0)); then
    exec setpriv --reuid "$SERVER_USER" --regid "$(id -g "$SERVER_USER")" --clear-groups --pdeathsig "$last_word" -- \
      env HOME="$WORK" TMPDIR="$WORK" "$@"
  else
    exec setpriv --pdeathsig "$last_word" -- "$@"
  fi
}

choose_server_user() {
  SERVER_USER=$(id -un)
  if ((EUID == 0)); then
    SERVER_USER=nobody
    if id postgres >/dev/null 2>&1; then
      SERVER_USER=postgres
    fi
  fi
}

# start NAME SIGNAL COMMAND...: in the background, output to the raw log of that name; the pid in STARTED_PID.
start() {
  local name=$1 last_word=$2
  shift 2
  as_user "$last_word" "$@" >>"$RAW/$name.log" 2>&1 </dev/null &
  STARTED_PID=$!
  RUNNING[$STARTED_PID]=$name
}

# A pid may have been given to somebody else once its process is gone: ours is the one whose parent we are.
is_running() {
  local stat
  read -r stat <"/proc/$1/stat" || return 1
  stat=${stat##*) }
  # shellcheck disable=SC2086 # its fields are numbers and one letter
  set -- $stat
  [[ $2 == "$$" && $1 != Z ]]
} 2>/dev/null

# stop PID SIGNAL: asks, waits a little, insists.
stop() {
  local pid=$1
  is_running "$pid" && kill -s "$2" "$pid" 2>/dev/null
  for _ in {1..50}; do
    is_running "$pid" || break
    sleep 0.1
  done
  if is_running "$pid"; then
    kill -s KILL "$pid" 2>/dev/null
  fi
  wait "$pid" 2>/dev/null || true
  unset "RUNNING[$pid]"
}

stop_everything() {
  trap '' INT TERM
  local pid
  for pid in "${!RUNNING[@]}"; do
    [[ ${RUNNING[$pid]} == postgres ]] || stop "$pid" TERM
  done
  for pid in "${!RUNNING[@]}"; do
    stop "$pid" INT
  done
  if [[ -n ${WORK:-} ]]; then
    rm -rf "$WORK"
  fi
  # A run that ended before its first figure leaves no file of figures.
  if [[ -s ${CSV:-} && $(wc -l <"$CSV") -eq 1 ]]; then
    rm -f "$CSV"
  fi
}

# Below the kernel's range for outgoing connections, so that none of our own clients takes the port in between. Answer in FREE_PORT.
find_free_port() {
  for _ in {1..100}; do
    FREE_PORT=$((20000 + RANDOM % 10000))
    if ! (: <"/dev/tcp/127.0.0.1/$FREE_PORT") 2>/dev/null; then
      return
    fi
  done
  fail "no free port between 20000 and 29999 on 127.0.0.1"
}
