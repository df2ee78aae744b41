"""Clients that ask for more than they read: each runs a big query over and over and takes a few bytes per turn.

Says "reading" once all have got their first bytes. Ends on SIGTERM with one line: bytes N seconds S
"""

import argparse
import signal
import sys
import time

import wire

# Read so often, a reader of 16 KiB takes 1.6 MB in a second: a hundredth of what a server sends.
TURN_SECONDS = 0.01


class Reader:
    def __init__(self, options, keys):
        self._link = wire.connect(options.host, options.port, options.user, options.database, keys)
        self._link.setblocking(False)
        self._query = wire.query(options.query)
        self._tail = b""
        self._limit = options.bytes_per_turn
        self.total = 0
        self._link.send(self._query)

    def turn(self):
        try:
            received = self._link.recv(self._limit)
        except BlockingIOError:
            return
        if not received:
            raise ConnectionError(f"a slow reader was cut off after {self.total} bytes")
        if self.total == 0 and received[:1] == b"E":
            raise wire.error_of(received[5:])
        self.total += len(received)
        self._tail = (self._tail + received)[-len(wire.READY) :]
        if self._tail == wire.READY:
            self._tail = b""
            self._link.send(self._query)


def main():
    parser = argparse.ArgumentParser(description="Clients that read slowly.")
    wire.add_target(parser)
    parser.add_argument("--query", required=True)
    parser.add_argument("--readers", type=int, default=8)
    parser.add_argument("--bytes-per-turn", type=int, default=16384)
    options = parser.parse_args()
    ended = False

    def end(_number, _frame):
        nonlocal ended
        ended = True

    signal.signal(signal.SIGTERM, end)
    try:
        keys = wire.keys_of_environment()
        readers = [Reader(options, keys) for _ in range(options.readers)]
        begin, told = time.monotonic(), False
        while not ended:
            time.sleep(TURN_SECONDS)
            for reader in readers:
                reader.turn()
            if not told and all(reader.total for reader in readers):
                told = True
                print("reading", flush=True)
        print(f"bytes {sum(reader.total for reader in readers)} seconds {time.monotonic() - begin:.3f}", flush=True)
    except (OSError, wire.ServerError) as fault:
        print(fault, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
