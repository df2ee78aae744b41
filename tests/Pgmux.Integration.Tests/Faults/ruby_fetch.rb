# Fetches 50 MB over TLS with ruby-pg, whose connections read asynchronously: rows larger than a record, and smaller than what a read asks for.
require "pg"

ROWS = 800
BYTES = 65_536

connection = PG.connect
result = connection.exec("SELECT repeat('x', #{BYTES}) FROM generate_series(1, #{ROWS})")
puts "#{result.sum { |row| row["repeat"].bytesize }} bytes in #{result.ntuples} rows"
connection.close
