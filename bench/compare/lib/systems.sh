# The systems under comparison: PostgreSQL itself and poolers in front of it. Sourced by run.sh.

declare -A PORT=() PID=() BINARY=()

ROLE=bench
DATABASE=bench

# Bounded, and without anybody's ~/.psqlrc or ~/.pgpass.
ask() {
  local system=$1
  shift
  timeout 60 "$PG_BIN/psql" -X -q -A -t -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "${PORT[$system]}" -U "$ROLE" -d "$DATABASE" "$@"
}

start_postgres() {
  local data=$WORK/data password_file=$WORK/password method=trust
  [[ $AUTH == trust ]] || method=scram-sha-256
  PGPASSWORD=$(od -An -N12 -tx1 /dev/urandom | tr -d ' \n')
  export PGPASSWORD PGCONNECT_TIMEOUT=10
  printf '%s\n' "$PGPASSWORD" >"$password_file"
  if ((EUID == 0)); then
    chown -R "$SERVER_USER" "$WORK"
  fi
  (as_user TERM "$PG_BIN/initdb" -D "$data" -U "$ROLE" --auth="$method" --pwfile="$password_file" -E UTF8 --locale=C --no-sync) \
    >"$RAW/initdb.log" 2>&1 || fail "initdb failed, see $RAW/initdb.log"

  find_free_port
  PORT[direct]=$FREE_PORT
  # Nothing here is worth a disk write, and nothing may start work of its own in the middle of a round.
  start postgres INT "$PG_BIN/postgres" -D "$data" -p "$FREE_PORT" -c listen_addresses=127.0.0.1 -c unix_socket_directories= \
    -c max_connections=$((MOST_CLIENTS + 3 * POOL_SIZE + 30)) -c shared_buffers=256MB -c fsync=off -c synchronous_commit=off \
    -c full_page_writes=off -c wal_level=minimal -c max_wal_senders=0 -c max_wal_size=2GB -c autovacuum=off -c jit=off \
    -c synchronize_seqscans=off
  PID[direct]=$STARTED_PID
  DATABASE=postgres await_answer direct
  local created=$DATABASE
  DATABASE=postgres ask direct -c "CREATE DATABASE $created"
}

fill_database() {
  say "filling the database: pgbench scale $SCALE, $COPY_MB MB for COPY"
  timeout 300 "$PG_BIN/pgbench" -i -q -s "$SCALE" -h 127.0.0.1 -p "${PORT[direct]}" -U "$ROLE" "$DATABASE" >"$RAW/pgbench-init.log" 2>&1 ||
    fail "pgbench -i failed, see $RAW/pgbench-init.log"

  # Rows of 256 bytes as COPY writes them. VACUUM sets the hint bits, which the first reader would otherwise have to write.
  timeout 300 "$PG_BIN/psql" -X -q -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "${PORT[direct]}" -U "$ROLE" -d "$DATABASE" \
    -c "CREATE UNLOGGED TABLE copy_source AS SELECT rpad(n::text, 255, md5(n::text)) AS line FROM generate_series(1, $COPY_MB * 4096) n" \
    -c 'VACUUM ANALYZE copy_source' -c CHECKPOINT >"$RAW/copy-source.log" 2>&1 || fail "the table for COPY failed, see $RAW/copy-source.log"
}

# One set of settings for every pooler; what only pgmux knows goes only to pgmux.
write_pooler_files() {
  local system=$1 secret=$2
  printf '"%s" "%s"\n' "$ROLE" "$secret" >"$WORK/userlist.txt"
  {
    printf '[databases]\n%s = host=127.0.0.1 port=%s dbname=%s\n\n[pgbouncer]\n' "$DATABASE" "${PORT[direct]}" "$DATABASE"
    printf '%s\n' "listen_addr = 127.0.0.1" "listen_port = ${PORT[$system]}" "unix_socket_dir =" \
      "auth_type = $POOLER_AUTH_TYPE" "auth_file = $WORK/userlist.txt" "admin_users = $ROLE" \
      "pool_mode = transaction" "default_pool_size = $POOL_SIZE" "max_client_conn = $((MOST_CLIENTS + IDLE_CLIENTS + 1000))" \
      "log_connections = 0" "log_disconnections = 0"
    if [[ $system != pgbouncer ]]; then
      printf 'worker_threads = %s\n' "$WORKERS"
    fi
    # PgBouncer's default was 0 at first.
    if [[ ,$MODES, == *,prepared,* ]]; then
      printf 'max_prepared_statements = 200\n'
    fi
    if [[ $system == pgmux-shared ]]; then
      printf 'share_unnamed_statements = 1\n'
    fi
  } >"$WORK/$system.ini"
  if ((EUID == 0)); then
    chown "$SERVER_USER" "$WORK/$system.ini" "$WORK/userlist.txt"
  fi
}

# The secret as PostgreSQL stores it: the pooler checks clients with it, and logs in with the keys of the client's own login.
start_pooler() {
  local system=$1 secret=
  POOLER_AUTH_TYPE=trust
  if [[ $AUTH == scram ]]; then
    POOLER_AUTH_TYPE=scram-sha-256
    secret=$(ask direct -c "SELECT rolpassword FROM pg_authid WHERE rolname = '$ROLE'")
  fi
  find_free_port
  PORT[$system]=$FREE_PORT
  write_pooler_files "$system" "$secret"
  start "$system" KILL "${BINARY[$system]}" "$WORK/$system.ini"
  PID[$system]=$STARTED_PID
  await_answer "$system"
}

stop_pooler() { stop "${PID[$1]}" TERM; }

# The first answer is checked too: whoever answers on that port is what was started, and it works.
await_answer() {
  local system=$1 attempt answer
  for attempt in {1..100}; do
    is_running "${PID[$system]}" || fail "$system has ended, see $RAW/${RUNNING[${PID[$system]}]}.log"
    if answer=$(ask "$system" -c 'SELECT 6 * 7' 2>"$WORK/ask.err") && [[ $answer == 42 ]]; then
      return
    fi
    nap 0.1
  done
  fail "$system does not answer: $(cat "$WORK/ask.err")"
}
