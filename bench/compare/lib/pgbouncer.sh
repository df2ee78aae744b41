# shellcheck shell=bash
# A PgBouncer that follows prepared statements: the first that does is 1.21, and a stable Debian may have an older one.
# Sourced by run.sh.

FIRST_WITH_STATEMENTS=1.21

# version_of PROGRAM: the number that it tells.
version_of() { timeout 10 "$1" --version 2>/dev/null | awk 'NR == 1 { print $2 }'; }

# is_since VERSION FIRST
is_since() { [[ $(printf '%s\n' "$1" "$2" | sort -V | head -1) == "$2" ]]; }

follows_statements() { is_since "$(version_of "$1")" "$FIRST_WITH_STATEMENTS"; }

need_pgbouncer() {
  if [[ -n ${BINARY[pgbouncer]:-} ]]; then
    [[ -x ${BINARY[pgbouncer]} ]] || fail "${BINARY[pgbouncer]} is no program"
  elif [[ -n $BUILDS_PGBOUNCER ]]; then
    build_pgbouncer
  else
    PATH=$PATH:/usr/sbin
    command -v pgbouncer >/dev/null || install_package pgbouncer pgbouncer
    BINARY[pgbouncer]=$(command -v pgbouncer) || fail "the package pgbouncer brought no pgbouncer"
    if [[ ,$MODES, == *,prepared,* ]] && ! follows_statements "${BINARY[pgbouncer]}"; then
      say "PgBouncer $(version_of "${BINARY[pgbouncer]}") does not follow prepared statements: one from $FIRST_WITH_STATEMENTS on is built"
      build_pgbouncer
    fi
  fi
  if [[ ,$MODES, == *,prepared,* ]] && ! follows_statements "${BINARY[pgbouncer]}"; then
    fail "the mode prepared takes a PgBouncer from $FIRST_WITH_STATEMENTS on, ${BINARY[pgbouncer]} is $(version_of "${BINARY[pgbouncer]}")"
  fi
  copy_within_reach pgbouncer
}

# copy_within_reach NAME: one file that the server user may run.
copy_within_reach() {
  if ((EUID == 0)) && ! (as_user TERM test -x "${BINARY[$1]}"); then
    mkdir "$WORK/$1-program"
    cp "${BINARY[$1]}" "$WORK/$1-program/$1"
    BINARY[$1]=$WORK/$1-program/$1
  fi
}

# The newest source that Debian's mirrors hand out, compiled here with the options that Debian takes where they matter: OpenSSL, libevent.
# Nothing is installed but the libraries to build with; a program that was built before is taken again.
build_pgbouncer() {
  local version log=$RAW/build-pgbouncer.log
  need_build_tools
  describe_debian_sources
  for version in $(debian_apt apt-cache showsrc pgbouncer 2>>"$log" | awk '$1 == "Version:" { print $2 }' | sort -rVu); do
    BINARY[pgbouncer]=$REPOSITORY/artifacts/pgbouncer-$version/pgbouncer
    if [[ -x ${BINARY[pgbouncer]} ]] || compile_pgbouncer "$version" >>"$log" 2>&1; then
      PGBOUNCER_ORIGIN=" (built from Debian's source $version)"
      say "PgBouncer $(version_of "${BINARY[pgbouncer]}")$PGBOUNCER_ORIGIN"
      return
    fi
    say "Debian's source $version of PgBouncer cannot be had or does not compile"
  done
  fail "no PgBouncer could be built, see $log (--pgbouncer PROGRAM names one, --systems direct,pgmux does without)"
}

need_build_tools() {
  local command
  for command in gcc make pkg-config dpkg-source; do
    command -v "$command" >/dev/null || install_package "$command" "$([[ $command == dpkg-source ]] && echo dpkg-dev || echo "$command")"
  done
  pkg-config --exists libevent || install_package libevent libevent-dev
  pkg-config --exists openssl || install_package openssl libssl-dev
}

# Lists of our own beside the machine's: its sources stay as they are, and nobody has to be root to read others.
describe_debian_sources() {
  local mirror keys=/usr/share/keyrings/debian-archive-keyring.gpg
  command -v apt-get >/dev/null || fail "only Debian's sources of PgBouncer are known here; --pgbouncer PROGRAM names a built one"
  # shellcheck disable=SC2016 # apt fills it in
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Label: Debian' | head -1)
  [[ -n $mirror ]] || fail "apt knows no mirror of Debian; --pgbouncer PROGRAM names a built PgBouncer"
  APT=$WORK/apt
  mkdir -p "$APT/lists/partial" "$APT/cache/archives/partial"
  printf 'Types: deb-src\nURIs: %s\nSuites: stable unstable\nComponents: main\n' "$mirror" >"$APT/debian.sources"
  [[ ! -r $keys ]] || printf 'Signed-By: %s\n' "$keys" >>"$APT/debian.sources"
  say "reading what sources of PgBouncer Debian has"
  debian_apt apt-get update -qq >>"$RAW/build-pgbouncer.log" 2>&1 || fail "apt could not read the lists, see $RAW/build-pgbouncer.log"
}

debian_apt() {
  local command=$1
  shift
  timeout 300 "$command" -o Dir::Etc::sourcelist="$APT/debian.sources" -o Dir::Etc::sourceparts=- -o Dir::State::lists="$APT/lists" \
    -o Dir::Cache="$APT/cache" -o APT::Sandbox::User="$(id -un)" -o Acquire::Languages=none "$@"
}

compile_pgbouncer() {
  local version=$1 place=$WORK/pgbouncer-$1
  mkdir "$place"
  (
    cd "$place" && debian_apt apt-get source -qq "pgbouncer=$version" && cd pgbouncer-*/ &&
      timeout 300 ./configure --without-cares --without-pam --without-systemd && timeout 300 make -j"$CORES" pgbouncer &&
      ./pgbouncer --version && mkdir -p "$(dirname "${BINARY[pgbouncer]}")" && cp pgbouncer "${BINARY[pgbouncer]}"
  )
}
