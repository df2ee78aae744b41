# Turns the CSV of a comparison into tables: medians over the rounds, and medians of the per-round ratios to a reference.
# -v style=text or -v style=markdown, -v order="direct pgbouncer ...": the systems in the order they were asked for.

function median(list, count,    i, j, value) {
  for (i = 2; i <= count; i++) {
    value = list[i]
    for (j = i - 1; j >= 1 && list[j] > value; j--) list[j + 1] = list[j]
    list[j + 1] = value
  }
  return count % 2 ? list[(count + 1) / 2] : (list[count / 2] + list[count / 2 + 1]) / 2
}

# All rounds of one figure, in list; answers how many.
function collect(key, list,    r, count) {
  split("", list)
  for (r = 1; r <= rounds; r++) if ((key SUBSEP r) in value) list[++count] = value[key, r]
  return count + 0
}

function figure(part, item, who, metric, format,    list, count) {
  count = collect(part SUBSEP item SUBSEP who SUBSEP metric, list)
  return count ? sprintf(format, median(list, count)) : "-"
}

# Neighbouring runs share the machine's mood: divide within a round, then take the median.
function ratio(part, item, who, reference_item, reference, metric,    r, list, count, own, other) {
  for (r = 1; r <= rounds; r++) {
    own = part SUBSEP item SUBSEP who SUBSEP metric SUBSEP r
    other = part SUBSEP reference_item SUBSEP reference SUBSEP metric SUBSEP r
    if ((own in value) && (other in value) && value[other] > 0) list[++count] = value[own] / value[other]
  }
  return count ? sprintf("%.2f", median(list, count)) : "-"
}

function spread(part, item, who, metric,    list, count) {
  count = collect(part SUBSEP item SUBSEP who SUBSEP metric, list)
  return count > 1 && median(list, count) > 0 ? sprintf("%.0f %%", 100 * (list[count] - list[1]) / median(list, count)) : "-"
}

function begin_table(title) { split("", cells); rows = 0; table_title = title }

function row(line) { cells[++rows] = line }

# The first row is the heading; columns to the left are words, the rest are numbers.
function print_table(words,    i, j, columns, field, width, padded, rule) {
  for (i = 1; i <= rows; i++) {
    columns = split(cells[i], field, "|")
    for (j = 1; j <= columns; j++) if (length(field[j]) > width[j]) width[j] = length(field[j])
  }
  printf "%s%s\n\n", style == "markdown" ? "## " : "", table_title
  for (i = 1; i <= rows; i++) {
    columns = split(cells[i], field, "|")
    rule = ""
    for (j = 1; j <= columns; j++) {
      padded = sprintf("%" (j <= words ? "-" : "") width[j] "s", field[j])
      if (style == "markdown") {
        printf "| %s ", padded
        rule = rule (j <= words ? "|---" : "|---:")
      } else {
        printf "%s  ", padded
      }
    }
    print style == "markdown" ? "|" : ""
    if (i == 1 && style == "markdown") print rule "|"
  }
  print ""
}

# Keeps each word once, in the order of the first sight; list[0] is how many.
function note(list, word,    i) {
  for (i = 1; i <= list[0]; i++) if (list[i] == word) return
  list[++list[0]] = word
}

BEGIN {
  FS = ","
  system_count = split(order, systems, " ")
}

NR == 1 { next }

{
  value[$1, $2, $4, $5, $3] = $6
  if ($3 > rounds) rounds = $3
  if (!(($1 SUBSEP $2) in seen_case)) {
    seen_case[$1, $2] = 1
    case_count[$1]++
    last_case[$1] = $2
    if ($1 == "pgbench") { split($2, name, "/"); note(modes, name[1]); note(client_counts, name[2]) }
  }
}

END {
  if (case_count["pgbench"]) {
    begin_table("pgbench -S")
    row("mode|clients|system|TPS|spread|p50 us|p99 us|p99/p50|CPU us/txn|switches/txn|TPS:pgbouncer|p99:pgbouncer|CPU:pgbouncer")
    for (m = 1; m <= modes[0]; m++) for (c = 1; c <= client_counts[0]; c++) for (s = 1; s <= system_count; s++) {
      item = modes[m] "/" client_counts[c]; who = systems[s]
      # PostgreSQL itself is not asked for thousands of clients.
      if (who == "direct" && !measured("pgbench", item, who, "tps")) continue
      row(modes[m] "|" client_counts[c] "|" who "|" figure("pgbench", item, who, "tps", "%.0f") "|" spread("pgbench", item, who, "tps") \
        "|" figure("pgbench", item, who, "p50_us", "%.0f") "|" figure("pgbench", item, who, "p99_us", "%.0f") \
        "|" figure("pgbench", item, who, "p99_by_p50", "%.1f") "|" figure("pgbench", item, who, "cpu_us", "%.1f") \
        "|" figure("pgbench", item, who, "switches", "%.2f") "|" ratio("pgbench", item, who, item, "pgbouncer", "tps") "|" ratio("pgbench", item, who, item, "pgbouncer", "p99_us") \
        "|" ratio("pgbench", item, who, item, "pgbouncer", "cpu_us"))
    }
    print_table(3)
    if (has(modes, "prepared") && has(modes, "extended")) extended_by_prepared()
  }
  if (case_count["reconnect"]) reconnect()
  if (case_count["logins"]) logins()
  if (case_count["guesses"]) guesses()
  if (case_count["mixed"]) mixed()
  if (case_count["large"]) large()
  if (case_count["copy"]) copy()
  if (case_count["memory"]) memory()
  if (case_count["startup"]) startup()
}

function reconnect(    s, who, item) {
  item = only_case("reconnect")
  begin_table("A connection per transaction: pgbench -S -C, " item " clients")
  row("system|connections/s|spread|p50 us|p99 us|CPU us/connection|rate:pgbouncer|CPU:pgbouncer")
  for (s = 1; s <= system_count; s++) {
    who = systems[s]
    row(who "|" figure("reconnect", item, who, "tps", "%.0f") "|" spread("reconnect", item, who, "tps") \
      "|" figure("reconnect", item, who, "p50_us", "%.0f") "|" figure("reconnect", item, who, "p99_us", "%.0f") \
      "|" figure("reconnect", item, who, "cpu_us", "%.0f") "|" ratio("reconnect", item, who, item, "pgbouncer", "tps") \
      "|" ratio("reconnect", item, who, item, "pgbouncer", "cpu_us"))
  }
  print_table(1)
}

function logins(    s, who) {
  begin_table("A storm of logins")
  row("system|logins/s|spread|CPU us/login|client's CPU us/login|rate:pgbouncer|CPU:pgbouncer")
  for (s = 1; s <= system_count; s++) {
    who = systems[s]
    row(who "|" figure("logins", "storm", who, "per_second", "%.0f") "|" spread("logins", "storm", who, "per_second") \
      "|" figure("logins", "storm", who, "cpu_us", "%.0f") "|" figure("logins", "storm", who, "client_cpu_us", "%.0f") \
      "|" ratio("logins", "storm", who, "storm", "pgbouncer", "per_second") \
      "|" ratio("logins", "storm", who, "storm", "pgbouncer", "cpu_us"))
  }
  print_table(1)
}

function guesses(    s, who) {
  begin_table("One client beside 200 wrong logins a second")
  row("system|p99 us alone|p99 us beside them|beside:alone|spread|p99 us, they elsewhere|beside:elsewhere")
  for (s = 1; s <= system_count; s++) {
    who = systems[s]
    row(who "|" figure("guesses", "one", who, "alone_p99_us", "%.0f") "|" figure("guesses", "one", who, "beside_p99_us", "%.0f") \
      "|" figure("guesses", "one", who, "by_alone", "%.2f") "|" spread("guesses", "one", who, "by_alone") \
      "|" figure("guesses", "one", who, "elsewhere_p99_us", "%.0f") "|" figure("guesses", "one", who, "by_elsewhere", "%.2f"))
  }
  print_table(1)
}

function mixed(    s, who, item) {
  item = only_case("mixed")
  begin_table("Beside slow readers: pgbench -S, " item " clients")
  row("system|TPS|spread|p50 us|p99 us|p99/p50|TPS:pgbouncer|p99:pgbouncer|peak RSS MB|slow readers MB/s")
  for (s = 1; s <= system_count; s++) {
    who = systems[s]
    row(who "|" figure("mixed", item, who, "tps", "%.0f") "|" spread("mixed", item, who, "tps") \
      "|" figure("mixed", item, who, "p50_us", "%.0f") "|" figure("mixed", item, who, "p99_us", "%.0f") \
      "|" figure("mixed", item, who, "p99_by_p50", "%.1f") "|" ratio("mixed", item, who, item, "pgbouncer", "tps") \
      "|" ratio("mixed", item, who, item, "pgbouncer", "p99_us") "|" megabytes("mixed", item, who, "peak_kb") \
      "|" figure("mixed", item, who, "slow_mb_per_second", "%.1f"))
  }
  print_table(1)
}

function large(    s, i, who, item, items) {
  split("wide narrow", items, " ")
  begin_table("Large results")
  row("result|system|MB/s|spread|to direct|CPU s|CPU:pgbouncer|peak RSS MB")
  for (i = 1; i <= 2; i++) for (s = 1; s <= system_count; s++) {
    who = systems[s]; item = items[i]
    row((item == "wide" ? "100 rows of 1 MB" : "1,000,000 small rows") "|" who streamed("large", item, who))
  }
  print_table(2)
}

function copy(    s) {
  begin_table("COPY out")
  row("system|MB/s|spread|to direct|CPU s|CPU:pgbouncer|peak RSS MB")
  for (s = 1; s <= system_count; s++) row(systems[s] streamed("copy", "out", systems[s]))
  print_table(1)
}

# The columns of a stream of bytes.
function streamed(part, item, who) {
  return "|" figure(part, item, who, "mb_per_second", "%.0f") "|" spread(part, item, who, "mb_per_second") \
    "|" ratio(part, item, who, item, "direct", "mb_per_second") "|" figure(part, item, who, "cpu_seconds", "%.2f") \
    "|" ratio(part, item, who, item, "pgbouncer", "cpu_seconds") "|" megabytes(part, item, who, "peak_kb")
}

function memory(    s, who) {
  begin_table("Memory")
  row("system|base RSS MB|of it anonymous|peak RSS MB|threads|RSS with idle clients MB|bytes per idle client|served again|failed")
  for (s = 1; s <= system_count; s++) {
    who = systems[s]
    if (who == "direct") continue
    row(who "|" megabytes("memory", "base", who, "rss_kb") "|" megabytes("memory", "base", who, "anon_kb") \
      "|" megabytes("memory", "base", who, "peak_kb") "|" figure("memory", "base", who, "threads", "%d") \
      "|" megabytes("memory", "idle", who, "rss_kb") "|" figure("memory", "idle", who, "client_bytes", "%.0f") \
      "|" figure("memory", "again", who, "answered", "%d") "|" figure("memory", "again", who, "failed", "%d"))
  }
  print_table(1)
}

function startup(    s, who) {
  begin_table("From the start to the first answer")
  row("system|ms|spread|:pgbouncer")
  for (s = 1; s <= system_count; s++) {
    who = systems[s]
    if (who == "direct") continue
    row(who "|" figure("startup", "first", who, "ms", "%.0f") "|" spread("startup", "first", who, "ms") \
      "|" ratio("startup", "first", who, "first", "pgbouncer", "ms"))
  }
  print_table(1)
}

# The case of a part that has one.
function only_case(part) { return last_case[part] }

function measured(part, item, who, metric,    list) { return collect(part SUBSEP item SUBSEP who SUBSEP metric, list) }

# How much of what a client gains by preparing its statements it has without: the same system, the same number of clients.
function extended_by_prepared(    c, s, extended, prepared) {
  begin_table("The mode extended by the mode prepared")
  row("clients|system|TPS extended|TPS prepared|TPS ratio|CPU ratio")
  for (c = 1; c <= client_counts[0]; c++) for (s = 1; s <= system_count; s++) {
    extended = "extended/" client_counts[c]; prepared = "prepared/" client_counts[c]
    row(client_counts[c] "|" systems[s] "|" figure("pgbench", extended, systems[s], "tps", "%.0f") \
      "|" figure("pgbench", prepared, systems[s], "tps", "%.0f") \
      "|" ratio("pgbench", extended, systems[s], prepared, systems[s], "tps") \
      "|" ratio("pgbench", extended, systems[s], prepared, systems[s], "cpu_us"))
  }
  print_table(2)
}

function has(list, word,    i) {
  for (i = 1; i <= list[0]; i++) if (list[i] == word) return 1
  return 0
}

function megabytes(part, item, who, metric,    kb) {
  kb = figure(part, item, who, metric, "%d")
  return kb == "-" ? kb : sprintf("%.1f", kb / 1024)
}
