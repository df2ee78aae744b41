"""Tries to connect and ask until the first right answer, a try per millisecond, and prints when that was: seconds since 1970.

Says "ready" when it has begun to try, so that whoever starts the program under test does not wait for this one.
"""

import argparse
import sys
import time

import wire


def answer(options, keys):
    link = wire.connect(options.host, options.port, options.user, options.database, keys, 5)
    try:
        link.sendall(wire.query("SELECT 6 * 7"))
        received = bytearray()
        while not received.endswith(wire.READY):
            part = link.recv(65536)
            if not part:
                raise ConnectionError("closed instead of an answer")
            received += part
        at = time.time()
        link.sendall(wire.TERMINATE)
    finally:
        link.close()
    while found := wire.take(received):
        if found[0] == b"D":
            return at if found[1][-2:] == b"42" else None
    return None


def main():
    parser = argparse.ArgumentParser(description="Waits for the first answer.")
    wire.add_target(parser)
    parser.add_argument("--give-up", type=float, default=30, help="seconds")
    options = parser.parse_args()
    keys, until, fault = wire.keys_of_environment(), time.monotonic() + options.give_up, None
    print("ready", flush=True)
    while time.monotonic() < until:
        try:
            if at := answer(options, keys):
                print(f"{at:.6f}", flush=True)
                return 0
        except (OSError, wire.ServerError) as refused:
            fault = refused
        time.sleep(0.001)
    print(f"no answer: {fault}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
