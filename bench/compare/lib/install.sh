# shellcheck shell=bash
# Finding, and as root installing, what a comparison needs. Sourced by run.sh.

# install_package COMMAND PACKAGE: Debian starts a server with its package; a policy that says no keeps the machine quiet.
install_package() {
  local command=$1 package=$2 policy=/usr/sbin/policy-rc.d own_policy=
  if ((EUID != 0)) || ! command -v apt-get >/dev/null; then
    fail "$command is missing; install the Debian package $package (as root this script does it)"
  fi
  say "installing $package"
  if [[ ! -e $policy ]]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
    own_policy=yes
  fi
  if ! { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$package"; } >"$RAW/install-$package.log" 2>&1; then
    [[ -z $own_policy ]] || rm -f "$policy"
    fail "$package could not be installed, see $RAW/install-$package.log"
  fi
  [[ -z $own_policy ]] || rm -f "$policy"
}

# The newest PostgreSQL that has all it takes: PATH first, then where Debian puts it. Answer in PG_BIN.
find_postgres() {
  local directory
  while read -r directory; do
    if [[ -x $directory/initdb && -x $directory/postgres && -x $directory/pgbench && -x $directory/psql ]]; then
      PG_BIN=$directory
      return 0
    fi
  done < <(dirname "$(command -v initdb || echo /nowhere/initdb)" && printf '%s\n' /usr/lib/postgresql/*/bin | sort -rV)
  return 1
}

need_postgres() {
  find_postgres || install_package postgres postgresql
  find_postgres || fail "the package postgresql brought no initdb, postgres, pgbench and psql"
}

# Load and charts that bash is not fit for. Answer in PYTHON: the program itself, past any launcher in PATH.
need_python() {
  command -v python3 >/dev/null || install_package python3 python3
  PYTHON=$(python3 -c 'import sys; sys.version_info >= (3, 9) or sys.exit(1); print(sys.executable)') ||
    fail "$(command -v python3) is $(python3 --version 2>&1), this takes 3.9 or newer"
}

need_dotnet() {
  command -v dotnet >/dev/null || fail "the .NET SDK is missing (dotnet is not in PATH)"
  DOTNET_ROOT=${DOTNET_ROOT:-$(dirname "$(readlink -f "$(command -v dotnet)")")}
  export DOTNET_ROOT
}

# A program of pgmux that the server user may reach, the framework included.
make_reachable() {
  local name=$1
  if ((EUID == 0)) && ! (as_user TERM test -x "${BINARY[$name]}"); then
    cp -r "$(dirname "${BINARY[$name]}")" "$WORK/$name-program"
    BINARY[$name]=$WORK/$name-program/$(basename "${BINARY[$name]}")
  fi
  if ((EUID == 0)) && ! (as_user TERM test -x "$DOTNET_ROOT/dotnet"); then
    mkdir "$WORK/dotnet"
    cp -r "$DOTNET_ROOT/dotnet" "$DOTNET_ROOT/host" "$DOTNET_ROOT/shared" "$WORK/dotnet/"
    export DOTNET_ROOT=$WORK/dotnet
  fi
}

need_pgmux() {
  if [[ -z ${BINARY[pgmux]:-} ]]; then
    say "building pgmux"
    if ! dotnet publish "$REPOSITORY/src/Pgmux" -p:PublishProfile=SelfContained -o "$REPOSITORY/artifacts/publish" --nologo -v q --disable-build-servers \
      >"$RAW/publish.log" 2>&1; then
      fail "pgmux does not build, see $RAW/publish.log (--systems direct,pgbouncer measures the others)"
    fi
    BINARY[pgmux]=$REPOSITORY/artifacts/publish/pgmux
  fi
  [[ -x ${BINARY[pgmux]} ]] || fail "${BINARY[pgmux]} is no program (--pgmux takes the path of one)"
  make_reachable pgmux
}

need_baseline() {
  [[ -n ${BINARY[baseline]:-} ]] || fail "the system baseline takes --baseline PROGRAM"
  [[ -x ${BINARY[baseline]} ]] || fail "${BINARY[baseline]} is no program (--baseline takes the path of one)"
  make_reachable baseline
}

# need_engine SYSTEM: an older pgmux knows fewer event engines, and says so here instead of in the middle of a run.
need_engine() {
  local system=$1 program=${PROGRAM_OF[$1]} ini=$WORK/engine.ini
  [[ ${ENGINE_OF[$system]} != auto ]] || return 0
  printf '[databases]\n%s = host=127.0.0.1\n[pgbouncer]\nlisten_addr = 127.0.0.1\nauth_type = trust\nevent_engine = %s\n' \
    "$DATABASE" "${ENGINE_OF[$system]}" >"$ini"
  if ! timeout 60 "${BINARY[$program]}" --check "$ini" >"$RAW/check-$system.log" 2>&1; then
    fail "$system: ${BINARY[$program]} does not take event_engine = ${ENGINE_OF[$system]}, see $RAW/check-$system.log (--systems without $system does)"
  fi
}

need_load_generator() {
  local project=$REPOSITORY/bench/Pgmux.Benchmarks
  say "building the connection holder"
  if ! dotnet build "$project" -c Release --nologo -v q --disable-build-servers >"$RAW/build-benchmarks.log" 2>&1; then
    fail "bench/Pgmux.Benchmarks does not build, see $RAW/build-benchmarks.log"
  fi
  HOLDER=("$(command -v dotnet)" "$project"/bin/Release/*/Pgmux.Benchmarks.dll)
}

need_space() {
  local free_mb
  free_mb=$(df -Pm "$WORK" | awk 'NR == 2 { print $4 }')
  if ((free_mb < 1500 + 2 * COPY_MB)); then
    fail "$WORK has $free_mb MB free, a comparison takes $((1500 + 2 * COPY_MB)) MB (TMPDIR chooses another place)"
  fi
}

# Programs inherit the limit. What the machine gives beyond 20,000 is taken only when it is needed.
need_descriptors() {
  local most=$((MOST_CLIENTS > IDLE_CLIENTS + FIRST_IDLE_CLIENTS ? MOST_CLIENTS : IDLE_CLIENTS + FIRST_IDLE_CLIENTS)) hard wanted
  local needed=$((most + ${#POOLERS[@]} * POOL_SIZE + 300))
  wanted=$((needed > 20000 ? needed : 20000))
  hard=$(ulimit -Hn)
  if [[ $hard != unlimited ]] && ((hard < wanted)); then
    ((hard >= needed)) || fail "a process may open $hard files here, this takes $needed (--clients and --idle-clients take fewer)"
    wanted=$hard
  fi
  ulimit -n "$wanted"
}
