#!/usr/bin/env bash
# Prints the rows of the catalogue of faults that no test names, by section, and apart from them the rows that are declared to wait for
# a feature. A test names a row by [Property("Row", "E15")], by a word of its own name (E15_...), or, in a script file, by a line
# "#: rows E15 B94". With --texts the same for the list of PgBouncer's texts, whose rows are named by [Property("Text", "T15")].
#
#   tests/coverage-of-faults.sh [--texts] [--all] [--section NAME]
#
# --all also prints the rows that are named, with the files that name them. --section keeps to one section: 2.5, or of the texts: log.
# Exit code 1: a row is neither named nor declared, or named and declared, or named but unknown, or too many rows have no test.
set -euo pipefail

cd "$(dirname "$0")"
folder=Pgmux.Core.Tests/Faults tag=Row
# What the project allows itself; Pgmux.Core.Tests holds the same numbers.
most_without_test=60

show_all=0 section=
while [[ $# -gt 0 ]]; do
  case $1 in
    --all) show_all=1 ;;
    --texts) folder=Pgmux.Core.Tests/Texts tag=Text most_without_test=5 ;;
    --section) [[ $# -ge 2 ]] || { echo "--section needs a name" >&2; exit 2; }; section=$2; shift ;;
    -h | --help) sed -n '2,10s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "unknown option $1" >&2; exit 2 ;;
  esac
  shift
done
rows=$folder/rows.txt declared=$folder/declared.txt

if [[ -n $section ]] && ! awk -v section="$section" '$2 == section { found = 1 } END { exit !found }' "$rows"; then
  echo "no row stands in section $section" >&2
  exit 2
fi

# The lines of the sources with a name of a row in them, as grep prints them. What a build has left in bin and obj is no source.
lines() {
  # Exit code 1 is grep's word for "no such line".
  grep -rHoE --include="$1" --exclude-dir=bin --exclude-dir=obj "$2" . || [[ $? -eq 1 ]]
}

# Each line: FILE ID.
named() {
  lines '*.cs' "\"$tag\", \"[A-Z]+[0-9]+\"" | sed -E 's/:"[A-Za-z]+", "([^"]*)"/ \1/'
  [[ $tag == Row ]] || return 0
  lines '*.cs' '(void|Task) [A-Z][0-9]{2,3}_' | sed -E 's/:(void|Task) ([A-Z][0-9]+)_/ \2/'
  lines '*.script' '^#: rows .*' | awk '{ file = $1; sub(/:.*/, "", file); for (word = 3; word <= NF; word++) print file, $word }'
}

named | awk -v show_all="$show_all" -v section="$section" -v most="$most_without_test" '
  /^#/ || NF == 0 { next }
  FILENAME == ARGV[1] { if (!($1 in place)) { order[++count] = $1 } place[$1] = $2; next }
  FILENAME == ARGV[2] { id = $1; sub(/^[^ ]+ +/, ""); feature[id] = $0; next }
  {
    file = $1; sub(/^\.\//, "", file)
    if (!($2 in files)) files[$2] = file
    else if (index(" " files[$2] " ", " " file " ") == 0) files[$2] = files[$2] " " file
  }
  END {
    for (n = 1; n <= count; n++) {
      id = order[n]
      if (section != "" && place[id] != section) continue
      if (id in files) {
        tested++
        if (show_all) print place[id] "\t" id "\t" files[id]
        if (id in feature) wrong = wrong "named and declared: " id "\n"
      } else if (id in feature) {
        waiting++
        if (!(feature[id] in byFeature)) features[++kinds] = feature[id]
        byFeature[feature[id]] = byFeature[feature[id]] " " id
      } else {
        without++
        if (!(place[id] in bySection)) sections[++parts] = place[id]
        bySection[place[id]] = bySection[place[id]] " " id
        counts[place[id]]++
      }
    }
    for (id in feature) if (!(id in place)) wrong = wrong "declared, but no row: " id "\n"
    # I1 to I16 are the invariants of the simulation, which tests may name as well.
    for (id in files) if (!(id in place) && id !~ /^I([1-9]|1[0-6])$/) wrong = wrong "named, but no row: " id " in " files[id] "\n"

    print "Rows without a test, not declared: " without + 0
    for (n = 1; n <= parts; n++) print "  " sections[n] " (" counts[sections[n]] "):" bySection[sections[n]]
    print "Rows that are declared: " waiting + 0
    for (n = 1; n <= kinds; n++) print "  " features[n] ":" byFeature[features[n]]
    printf "%s", wrong
    printf "%d rows, %d named by tests, %d without a test (at most %d)\n", tested + without + waiting, tested, without + waiting, most
    exit without > 0 || wrong != "" || without + waiting > most
  }' "$rows" "$declared" -
