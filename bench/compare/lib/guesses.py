"""A client that asks SELECT 1 over and over, first alone, then while a process beside it tries wrong passwords at a steady rate.

With --elsewhere the wrong passwords also go to another server for as long: what they cost the machine, whoever refuses them.
Prints one line: queries N alone_p99_us N queries N beside_p99_us N refused N elsewhere_p99_us N (0 without --elsewhere)
"""

import argparse
import multiprocessing
import sys
import time

import wire


def ask(link, seconds):
    """How long each query took, in seconds."""
    times, until = [], time.perf_counter() + seconds
    text = wire.query("SELECT 1")
    while (began := time.perf_counter()) < until:
        link.sendall(text)
        received = b""
        while not received.endswith(wire.READY):
            part = link.recv(65536)
            if not part:
                raise ConnectionError("closed instead of an answer")
            received += part
        times.append(time.perf_counter() - began)
    return times


def p99_us(times):
    return sorted(times)[len(times) * 99 // 100] * 1_000_000


def guess(target, port, rate, seconds, ready, refused):
    """So many wrong logins a second; counts those that were refused for their password."""
    keys = wire.ScramKeys("not the password")
    ready.wait()
    began, count = time.perf_counter(), 0
    for number in range(int(rate * seconds)):
        time.sleep(max(0.0, began + number / rate - time.perf_counter()))
        try:
            wire.connect(target.host, port, target.user, target.database, keys).close()
        except wire.ServerError as error:
            count += str(error).startswith(("28P01", "08P01"))
    refused.value = count


def ask_beside(link, options, port):
    """How long each query took beside wrong logins to that port; None when their rate was not kept up: a milder test than it says."""
    ready, refused = multiprocessing.Event(), multiprocessing.Value("i", 0)
    guesser = multiprocessing.Process(target=guess, args=(options, port, options.rate, options.seconds, ready, refused))
    guesser.start()
    ready.set()
    times = ask(link, options.seconds)
    guesser.join(30)
    wanted = options.rate * options.seconds
    if refused.value < wanted * 0.9:
        print(f"{refused.value} wrong logins were refused at port {port}, {wanted:.0f} were to be", file=sys.stderr)
        return None, refused.value
    return times, refused.value


def main():
    parser = argparse.ArgumentParser(description="Asks beside wrong logins.")
    wire.add_target(parser)
    parser.add_argument("--rate", type=float, default=200, help="wrong logins a second")
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--elsewhere", type=int, default=0, help="port of the other server, 0 is none")
    options = parser.parse_args()
    link = wire.connect(options.host, options.port, options.user, options.database, wire.keys_of_environment())
    ask(link, 1)
    alone = ask(link, options.seconds)
    beside, refused = ask_beside(link, options, options.port)
    elsewhere, _ = ask_beside(link, options, options.elsewhere) if options.elsewhere else ([0], 0)
    link.sendall(wire.TERMINATE)
    if beside is None or elsewhere is None:
        return 1
    print(f"queries {len(alone)} alone_p99_us {p99_us(alone):.0f} queries {len(beside)} beside_p99_us {p99_us(beside):.0f}"
          f" refused {refused} elsewhere_p99_us {p99_us(elsewhere):.0f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
