# shellcheck shell=bash
# The systems under comparison: PostgreSQL itself and poolers in front of it. Sourced by run.sh.

# By system: where it listens, its process, what it is (direct, pgbouncer, peer, pgmux), and for a pgmux whose program it runs, on which
# event engine, with how many threads. By program (pgbouncer, a peer's name, pgmux, baseline): its path.
declare -A PORT=() PID=() KIND=() PROGRAM_OF=() ENGINE_OF=() WORKERS_OF=() BINARY=()

ROLE=bench
DATABASE=bench

# PostgreSQL itself gets no more clients than this: a process for each says nothing about poolers.
MOST_DIRECT_CLIENTS=500

# A name with its parts: pgmux or baseline, -epoll or -uring, -shared, -wN.
PGMUX_NAME='^(pgmux|baseline)(-epoll|-uring)?(-shared)?(-w([1-9][0-9]?))?$'

need_systems() {
  local option=$1 system
  for system in ${2//,/ }; do
    [[ $system == direct || $system == pgbouncer || $system =~ $PGMUX_NAME ]] ||
      fail "$option knows direct, pgbouncer, pgmux and baseline, the last two with -epoll or -uring, -shared and -wN behind, not \"$system\""
  done
  [[ -n ${2//,/} ]] || fail "$option takes at least one system"
}

# need_peers OPTION NAME=PROGRAM,...
need_peers() {
  local option=$1 pair name
  for pair in ${2//,/ }; do
    name=${pair%%=*}
    [[ $pair == *=?* && $name =~ ^[a-z][a-z0-9.-]*$ ]] || fail "$option takes NAME=PROGRAM[,NAME=PROGRAM], the names in small letters, not \"$pair\""
    [[ $name != direct && $name != pgbouncer && $name != postgres && ! $name =~ $PGMUX_NAME ]] || fail "$option: $name is a name of another system"
    BINARY[$name]=$(need_program "$option" "${pair#*=}")
    PEERS+=("$name")
  done
}

# Fills SYSTEM_LIST and POOLERS. Of --workers 1,2 the first number is that of the plain names, every further one makes a system NAME-wN of
# each pgmux whose name says no number.
list_systems() {
  local system count names=()
  read -ra names <<<"${SYSTEMS//,/ }"
  if [[ -n ${BINARY[baseline]:-} && ,$SYSTEMS != *,baseline* ]]; then
    names+=(baseline)
  fi
  SYSTEM_LIST=() POOLERS=()
  for system in "${names[@]}"; do
    if [[ $system =~ $PGMUX_NAME ]]; then
      add_pgmux "$system" "${BASH_REMATCH[5]:-${WORKER_LIST[0]}}"
      if [[ $system != *-w* ]]; then
        for count in "${WORKER_LIST[@]:1}"; do
          add_pgmux "$system-w$count" "$count"
        done
      fi
    else
      add_system "$system" "$system"
    fi
  done
  for system in ${PEERS[@]+"${PEERS[@]}"}; do
    add_system "$system" peer
  done
}

add_system() {
  [[ -z ${KIND[$1]:-} ]] || return 0
  KIND[$1]=$2
  SYSTEM_LIST+=("$1")
  if [[ $2 != direct ]]; then
    POOLERS+=("$1")
    PROGRAM_OF[$1]=$1
  fi
}

add_pgmux() {
  local system=$1 workers=$2
  add_system "$system" pgmux
  [[ $system =~ $PGMUX_NAME ]]
  PROGRAM_OF[$system]=${BASH_REMATCH[1]}
  WORKERS_OF[$system]=$workers
  case ${BASH_REMATCH[2]} in
    -epoll) ENGINE_OF[$system]=epoll ;;
    -uring) ENGINE_OF[$system]=io_uring ;;
    *) ENGINE_OF[$system]=auto ;;
  esac
}

need_programs() {
  local system
  for system in "${POOLERS[@]}"; do
    case ${KIND[$system]} in
      pgbouncer) need_pgbouncer ;;
      peer) copy_within_reach "$system" ;;
      pgmux)
        need_dotnet
        # Once per program, whatever the number of systems that run it.
        [[ -n ${FOUND[${PROGRAM_OF[$system]}]:-} ]] || "need_${PROGRAM_OF[$system]}"
        FOUND[${PROGRAM_OF[$system]}]=yes
        need_engine "$system"
        ;;
    esac
  done
}
declare -A FOUND=()

# Where clients and poolers connect to: the loopback address, or with --socket unix the directory of the sockets. Answer in HOST.
choose_host() {
  HOST=127.0.0.1
  if [[ $SOCKET == unix ]]; then
    HOST=$WORK/sockets
    mkdir "$HOST"
    # An address holds 108 bytes. (unix(7))
    ((${#HOST} < 80)) || fail "the path of the sockets, $HOST, is too long (TMPDIR chooses another place)"
  fi
}

# Bounded, and without anybody's ~/.psqlrc or ~/.pgpass.
ask() {
  local system=$1
  shift
  timeout 60 "$PG_BIN/psql" -X -q -A -t -v ON_ERROR_STOP=1 -h "$HOST" -p "${PORT[$system]}" -U "$ROLE" -d "$DATABASE" "$@"
}

# What --tls asks of clients, poolers and PostgreSQL: libpq, Npgsql and the clients of this folder read PGSSLMODE.
choose_encryption() {
  CLIENT_TLS=disable SERVER_TLS=disable POSTGRES_TLS=()
  [[ $TLS != clients && $TLS != both ]] || CLIENT_TLS=require
  [[ $TLS != servers && $TLS != both ]] || SERVER_TLS=require
  export PGSSLMODE=$CLIENT_TLS
  [[ $TLS != none ]] || return 0
  command -v openssl >/dev/null || install_package openssl openssl
  openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout "$WORK/tls.key" -out "$WORK/tls.crt" >"$RAW/certificate.log" 2>&1 ||
    fail "openssl made no certificate, see $RAW/certificate.log"
  POSTGRES_TLS=(-c ssl=on -c ssl_cert_file="$WORK/tls.crt" -c ssl_key_file="$WORK/tls.key")
}

start_postgres() {
  local data=$WORK/data password_file=$WORK/password method=trust directory=
  [[ $AUTH == trust ]] || method=scram-sha-256
  [[ $SOCKET == tcp ]] || directory=$HOST
  PGPASSWORD=$(od -An -N12 -tx1 /dev/urandom | tr -d ' \n')
  export PGPASSWORD PGCONNECT_TIMEOUT=30
  printf '%s\n' "$PGPASSWORD" >"$password_file"
  if ((EUID == 0)); then
    chown -R "$SERVER_USER" "$WORK"
  fi
  (as_user TERM "$PG_BIN/initdb" -D "$data" -U "$ROLE" --auth="$method" --pwfile="$password_file" -E UTF8 --locale=C --no-sync) \
    >"$RAW/initdb.log" 2>&1 || fail "initdb failed, see $RAW/initdb.log"

  find_free_port
  PORT[direct]=$FREE_PORT
  local direct_clients=$((MOST_CLIENTS < MOST_DIRECT_CLIENTS ? MOST_CLIENTS : MOST_DIRECT_CLIENTS))
  # Nothing here is worth a disk write, and nothing may start work of its own in the middle of a round.
  start postgres INT "$PG_BIN/postgres" -D "$data" -p "$FREE_PORT" -c listen_addresses=127.0.0.1 -c unix_socket_directories="$directory" \
    -c max_connections=$((direct_clients + ${#POOLERS[@]} * POOL_SIZE + 2 * LOGINS_IN_FLIGHT + 30)) -c shared_buffers=256MB -c fsync=off \
    -c synchronous_commit=off -c full_page_writes=off -c wal_level=minimal -c max_wal_senders=0 -c max_wal_size=2GB -c autovacuum=off \
    -c jit=off -c synchronize_seqscans=off ${POSTGRES_TLS[@]+"${POSTGRES_TLS[@]}"}
  PID[direct]=$STARTED_PID
  DATABASE=postgres await_answer direct
  local created=$DATABASE
  DATABASE=postgres ask direct -c "CREATE DATABASE $created"
}

fill_database() {
  say "filling the database"
  timeout 300 "$PG_BIN/pgbench" -i -q -s "$SCALE" -h "$HOST" -p "${PORT[direct]}" -U "$ROLE" "$DATABASE" >"$RAW/pgbench-init.log" 2>&1 ||
    fail "pgbench -i failed, see $RAW/pgbench-init.log"

  # Rows of 256 bytes as COPY writes them. VACUUM sets the hint bits, which the first reader would otherwise have to write.
  if wants copy || wants mixed; then
    fill_table copy_source "CREATE UNLOGGED TABLE copy_source AS
      SELECT rpad(n::text, 255, md5(n::text)) AS line FROM generate_series(1, $COPY_MB * 4096) n"
  fi
  if wants large; then
    # Out of line and as it is: nobody compresses or decompresses in the middle of a measurement.
    fill_table wide_rows 'CREATE UNLOGGED TABLE wide_rows (line text); ALTER TABLE wide_rows ALTER COLUMN line SET STORAGE EXTERNAL;
      INSERT INTO wide_rows SELECT rpad(n::text, 1048576, md5(n::text)) FROM generate_series(1, 100) n'
    fill_table narrow_rows 'CREATE UNLOGGED TABLE narrow_rows AS SELECT n, md5(n::text) AS word FROM generate_series(1, 1000000) n'
  fi
  timeout 60 "$PG_BIN/psql" -X -q -h "$HOST" -p "${PORT[direct]}" -U "$ROLE" -d "$DATABASE" -c CHECKPOINT >>"$RAW/fill.log" 2>&1 || true
}

fill_table() {
  timeout 300 "$PG_BIN/psql" -X -q -v ON_ERROR_STOP=1 -h "$HOST" -p "${PORT[direct]}" -U "$ROLE" -d "$DATABASE" -c "$2" \
    -c "VACUUM ANALYZE $1" >>"$RAW/fill.log" 2>&1 || fail "the table $1 failed, see $RAW/fill.log"
}

# One set of settings for every pooler; what only pgmux knows goes only to pgmux.
write_pooler_files() {
  local system=$1 secret=$2 address=127.0.0.1 directory=
  if [[ $SOCKET == unix ]]; then
    address='' directory=$HOST
  fi
  printf '"%s" "%s"\n' "$ROLE" "$secret" >"$WORK/userlist.txt"
  {
    printf '[databases]\n%s = host=%s port=%s dbname=%s\n\n[pgbouncer]\n' "$DATABASE" "$HOST" "${PORT[direct]}" "$DATABASE"
    printf '%s\n' "listen_addr = $address" "listen_port = ${PORT[$system]}" "unix_socket_dir = $directory" \
      "auth_type = $POOLER_AUTH_TYPE" "auth_file = $WORK/userlist.txt" "admin_users = $ROLE" \
      "pool_mode = transaction" "default_pool_size = $POOL_SIZE" "max_client_conn = $((MOST_CLIENTS + IDLE_CLIENTS + 1000))" \
      "log_connections = 0" "log_disconnections = 0"
    printf 'server_tls_sslmode = %s\n' "$SERVER_TLS"
    if [[ $CLIENT_TLS == require ]]; then
      printf '%s\n' "client_tls_sslmode = require" "client_tls_cert_file = $WORK/tls.crt" "client_tls_key_file = $WORK/tls.key"
    fi
    if [[ ${KIND[$system]} == pgmux ]]; then
      printf 'worker_threads = %s\n' "${WORKERS_OF[$system]}"
      # An older program knows no engine but its own.
      [[ ${ENGINE_OF[$system]} == auto ]] || printf 'event_engine = %s\n' "${ENGINE_OF[$system]}"
    fi
    # PgBouncer's default was 0 at first.
    if [[ ,$MODES, == *,prepared,* ]]; then
      printf 'max_prepared_statements = 200\n'
    fi
    if [[ ${KIND[$system]} == pgmux && $system == *-shared* ]]; then
      printf 'share_unnamed_statements = 1\n'
    fi
  } >"$WORK/$system.ini"
  if ((EUID == 0)); then
    chown "$SERVER_USER" "$WORK/$system.ini" "$WORK/userlist.txt"
  fi
}

# Everything that a start takes, so that the program itself is what "launch" starts.
# The secret as PostgreSQL stores it: the pooler checks clients with it, and logs in with the keys of the client's own login.
prepare_pooler() {
  local system=$1 secret=
  POOLER_AUTH_TYPE=trust
  if [[ $AUTH == scram ]]; then
    POOLER_AUTH_TYPE=scram-sha-256
    secret=$(ask direct -c "SELECT rolpassword FROM pg_authid WHERE rolname = '$ROLE'")
  fi
  find_free_port
  PORT[$system]=$FREE_PORT
  write_pooler_files "$system" "$secret"
}

launch_pooler() {
  local system=$1
  start "$system" KILL "${BINARY[${PROGRAM_OF[$system]}]}" "$WORK/$system.ini"
  PID[$system]=$STARTED_PID
}

start_pooler() {
  prepare_pooler "$1"
  launch_pooler "$1"
  await_answer "$1"
}

stop_pooler() { stop "${PID[$1]}" TERM; }

# start_poolers MODE...: all at once, and each serves some seconds in each mode of pgbench: compiled code, opened servers, what a process
# that has run for a while looks like. With more clients than servers: who waits for one goes another way.
start_poolers() {
  local system mode
  for system in "${POOLERS[@]}"; do
    start_pooler "$system"
    for mode in "$@"; do
      timeout 60 "$PG_BIN/pgbench" -n -S -M "$mode" -c $((POOL_SIZE * 3)) -T "$WARM_UP" -h "$HOST" -p "${PORT[$system]}" -U "$ROLE" "$DATABASE" \
        >"$RAW/warm-up-$mode-$system.log" 2>&1 || fail "pgbench -M $mode does not run through $system, see $RAW/warm-up-$mode-$system.log"
    done
  done
}

stop_poolers() {
  local system
  for system in "${POOLERS[@]}"; do
    stop_pooler "$system"
  done
}

# The first answer is checked too: whoever answers on that port is what was started, and it works.
await_answer() {
  local system=$1 answer
  for _ in {1..100}; do
    is_running "${PID[$system]}" || fail "$system has ended, see $RAW/${RUNNING[${PID[$system]}]}.log"
    if answer=$(ask "$system" -c 'SELECT 6 * 7' 2>"$WORK/ask.err") && [[ $answer == 42 ]]; then
      return
    fi
    nap 0.1
  done
  fail "$system does not answer: $(cat "$WORK/ask.err")"
}
