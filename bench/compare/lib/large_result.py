"""Runs one query some times and throws its rows away: what comes is counted, not understood, so the sender is what is measured.

A first run, before the clock starts, takes the checksum of everything: whoever relays must send PostgreSQL's own bytes.
Prints one line: bytes N checksum N, then after a line of input: seconds S
"""

import argparse
import sys
import time
import zlib

import wire


def run(link, text, buffer, look):
    """Answers how many bytes came."""
    link.sendall(wire.query(text))
    total, tail = 0, b""
    while True:
        count = link.recv_into(buffer)
        if count == 0:
            raise ConnectionError(f"the connection was closed after {total} bytes")
        if total == 0 and buffer[0] == ord("E"):
            raise wire.error_of(bytes(buffer[5:count]))
        if look is not None:
            look(buffer[:count])
        total += count
        tail = (tail + bytes(buffer[max(0, count - len(wire.READY)) : count]))[-len(wire.READY) :]
        if tail == wire.READY:
            return total


def main():
    parser = argparse.ArgumentParser(description="Reads a large result and throws it away.")
    wire.add_target(parser)
    parser.add_argument("--query", required=True)
    parser.add_argument("--repeat", type=int, default=1)
    options = parser.parse_args()
    checksum = 0

    def look(part):
        nonlocal checksum
        checksum = zlib.crc32(part, checksum)

    buffer = memoryview(bytearray(256 * 1024))
    try:
        link = wire.connect(options.host, options.port, options.user, options.database, wire.keys_of_environment(), 120)
        expected = run(link, options.query, buffer, look)
        print(f"bytes {expected} checksum {checksum}", flush=True)
        sys.stdin.readline()
        begin = time.monotonic()
        for _ in range(options.repeat):
            total = run(link, options.query, buffer, None)
            if total != expected:
                raise ConnectionError(f"{total} bytes came, {expected} the first time")
        print(f"seconds {time.monotonic() - begin:.6f}", flush=True)
        link.sendall(wire.TERMINATE)
    except (OSError, wire.ServerError) as fault:
        print(fault, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
