# shellcheck shell=bash
# The clients of this folder: Python programs beside psql and pgbench. Sourced by run.sh.

# start_client NAME SYSTEM PROGRAM ARGUMENT...: in the background, with its input and its output at CLIENT_IN and CLIENT_OUT. Pid in CLIENT_PID.
start_client() {
  local name=$1 system=$2 program=$3
  shift 3
  rm -f "$WORK/client.in" "$WORK/client.out"
  mkfifo "$WORK/client.in" "$WORK/client.out"
  "$PYTHON" "$HERE/lib/$program.py" --host "$HOST" --port "${PORT[$system]}" --user "$ROLE" --database "$DATABASE" "$@" \
    <"$WORK/client.in" >"$WORK/client.out" 2>"$RAW/$name.log" &
  CLIENT_PID=$!
  RUNNING[$CLIENT_PID]=$name
  exec {CLIENT_IN}>"$WORK/client.in" {CLIENT_OUT}<"$WORK/client.out"
}

# hear SECONDS: the next line that the client says, in HEARD; not zero when it is silent or gone.
hear() {
  HEARD=''
  read -r -t "$1" HEARD <&"$CLIENT_OUT"
}

end_client() {
  exec {CLIENT_IN}>&- {CLIENT_OUT}<&-
  stop "$CLIENT_PID" TERM
}
