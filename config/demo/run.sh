#!/usr/bin/env bash
# pgmux's main job on this machine, from nothing but the .NET SDK: a throw-away PostgreSQL, pgmux in front of it on port 6432,
# and 200 clients of pgbench on 10 server connections. Both stay up to be tried until Ctrl-C, which removes everything.
#
#   config/demo/run.sh [--once]
#
# --once ends after the measurement.
set -euo pipefail

cd "$(dirname "$0")/../.."
# shellcheck source=.ci/postgresql.sh
source .ci/postgresql.sh

port=6432
clients=200
servers=10
seconds=10
scale=10
needed_mb=700
user=demo
password=demo-secret

once=no
case ${1:-} in
  '') ;;
  --once) once=yes ;;
  -h | --help) sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 0 ;;
  *) die "unknown option $1 (there is only --once)" ;;
esac

folder='' pids=()

# Ends what we started, the last first: signals as given, each with three seconds to follow, then by force.
# shellcheck disable=SC2317 # reached by the trap
stop() {
  local pid=$1 signal tries
  for signal in "${@:2}" KILL; do
    kill "-$signal" "$pid" 2>/dev/null || return 0
    for ((tries = 0; tries < 30; tries++)); do
      kill -0 "$pid" 2>/dev/null || return 0
      sleep 0.1
    done
  done
}

# shellcheck disable=SC2317 # reached by the trap
clean_up() {
  local status=$?
  trap '' INT TERM
  trap - EXIT
  if [[ ${#pids[@]} -gt 1 ]]; then
    # pgmux takes the first as "when the clients are gone", the second as "now".
    stop "${pids[1]}" TERM TERM
  fi
  if [[ ${#pids[@]} -gt 0 ]]; then
    stop "${pids[0]}" INT QUIT
  fi
  if [[ -n $folder ]]; then
    rm -rf "$folder"
  fi
  exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

listens() {
  (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# Starts a server program in a session of its own, so that Ctrl-C reaches this script alone.
start() {
  "${unprivileged[@]}" setsid "${@:2}" >"$folder/$1.log" 2>&1 </dev/null &
  pids+=($!)
}

# Waits until a command holds, as long as the program started last lives; shows the end of its log otherwise.
wait_for() {
  local name=$1 tries
  for ((tries = 0; tries < 300; tries++)); do
    if "${@:2}" >/dev/null 2>&1; then
      return 0
    fi
    kill -0 "${pids[-1]}" 2>/dev/null || break
    sleep 0.1
  done
  tail -n 20 "$folder/$name.log" >&2
  die "$name did not start, see the lines above"
}

# psql as the superuser, straight to PostgreSQL.
superuser() {
  "$client_bin/psql" -X -q -A -t -v ON_ERROR_STOP=1 -h "$folder" -U postgres "$@"
}

# Runs a client program against a database of pgmux.
through_pgmux() {
  PGHOST=127.0.0.1 PGPORT=$port PGUSER=$user PGPASSWORD=$password PGDATABASE=$1 "$client_bin/$2" "${@:3}"
}

command -v dotnet >/dev/null || die "the .NET SDK is missing: https://dotnet.microsoft.com/download"
if listens "$port"; then
  die "port $port is taken: stop the program that listens there and start again"
fi
free_mb=$(df -Pm "${TMPDIR:-/tmp}" | awk 'NR == 2 { print $4 }')
if [[ $free_mb -lt $needed_mb ]]; then
  die "the disk is too full: $free_mb MB are free in ${TMPDIR:-/tmp}, the demo needs $needed_mb"
fi

use_unpacked_libraries
if ! postgresql_server '' >/dev/null; then
  if ! is_root && command -v npm >/dev/null; then
    install_postgresql_18
  else
    install_postgresql
  fi
fi
if ! postgresql_client >/dev/null; then
  install_postgresql
fi
server_bin=$(postgresql_server '') || die "PostgreSQL's server is missing and could not be installed"
client_bin=$(postgresql_client) || die "psql and pgbench are missing and could not be installed"

say "building pgmux"
# No build server that would outlive the demo.
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0 UseSharedCompilation=false
quietly dotnet build src/Pgmux -c Release -v quiet || die "pgmux does not build, see the lines above"

say "making a throw-away cluster of PostgreSQL $(postgresql_major "$server_bin" postgres)"
folder=$(mktemp -d "${TMPDIR:-/tmp}/pgmux-demo.XXXXXX") || die "cannot make a folder in ${TMPDIR:-/tmp}"
chmod 755 "$folder"
quietly "${unprivileged[@]}" true || die "cannot change to an unprivileged user, which PostgreSQL asks for"
if is_root; then
  chown 65534:65534 "$folder"
fi
quietly "${unprivileged[@]}" "$server_bin/initdb" -D "$folder/data" -U postgres -A trust -E UTF8 --locale=C --no-sync --no-instructions \
  || die "initdb failed, see the lines above"
# No TCP: the Unix socket in the folder is enough, and no second port can be taken.
cat >>"$folder/data/postgresql.conf" <<CONF
listen_addresses = ''
unix_socket_directories = '$folder'
password_encryption = 'scram-sha-256'
CONF
printf 'local all postgres trust\nlocal all all scram-sha-256\n' >"$folder/data/pg_hba.conf"
start postgres "$server_bin/postgres" -D "$folder/data"
wait_for postgres superuser -c 'SELECT 1'
superuser -c "CREATE ROLE $user LOGIN PASSWORD '$password'" -c "CREATE DATABASE demo OWNER $user"

say "starting pgmux on port $port"
# The secret is PostgreSQL's own SCRAM verifier: no password stands in the file, pgmux logs in with the keys of the client's login.
secret=$(superuser -c "SELECT rolpassword FROM pg_authid WHERE rolname = '$user'")
printf '"%s" "%s"\n' "$user" "$secret" >"$folder/userlist.txt"
cat >"$folder/pgmux.ini" <<CONF
[databases]
demo = host=$folder

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = $port
unix_socket_dir = $folder
auth_type = scram-sha-256
auth_file = $folder/userlist.txt
admin_users = $user
pool_mode = transaction
max_client_conn = $((clients + 100))
default_pool_size = $servers
CONF
if is_root; then
  chown 65534:65534 "$folder/userlist.txt"
fi
chmod 600 "$folder/userlist.txt"
start pgmux dotnet src/Pgmux/bin/Release/net10.0/pgmux.dll "$folder/pgmux.ini"
wait_for pgmux through_pgmux demo psql -X -c 'SELECT 1'

say "filling pgbench's tables through pgmux (scale $scale)"
quietly through_pgmux demo pgbench -i -q -s "$scale" || die "pgbench -i failed, see the lines above"

say "measuring $seconds s: pgbench -S, $clients clients, $servers server connections"
through_pgmux demo pgbench -n -S -c "$clients" -j 2 -T "$seconds" >"$folder/pgbench.log" 2>&1 &
load=$!
# Looked at half-way, while the clients are there.
sleep $((seconds / 2))
pools=$(through_pgmux pgbouncer psql -X -c 'SHOW POOLS') || die "SHOW POOLS failed"
if ! wait "$load"; then
  tail -n 20 "$folder/pgbench.log" >&2
  die "pgbench failed, see the lines above"
fi
grep -E '^(scaling|number of|latency|initial|tps)' "$folder/pgbench.log"
printf '\nSHOW POOLS while it ran:\n%s\n' "$pools"
printf '\nSHOW STATS after it:\n%s\n' "$(through_pgmux pgbouncer psql -X -x -c 'SHOW STATS')"

if [[ $once == yes ]]; then
  exit 0
fi

cat <<TEXT
PostgreSQL and pgmux are running. Try, from another terminal:

  PGPASSWORD=$password psql -h 127.0.0.1 -p $port -U $user demo
  PGPASSWORD=$password psql -h 127.0.0.1 -p $port -U $user pgbouncer -c 'SHOW POOLS'

(psql stands in $client_bin.) Ctrl-C stops both and removes everything.
TEXT
wait -n "${pids[@]}" || true
tail -n 5 "$folder/postgres.log" "$folder/pgmux.log" >&2
die "a server ended by itself, see the lines above"
