"""A storm of logins: as many as asked for, a bounded number in flight, each with a connection of its own that leaves at once.

The SCRAM keys are derived once per process, so the pooler and not this client is what the storm measures.
Prints one line: logins N failed N seconds S client_cpu_seconds S
"""

import argparse
import multiprocessing
import os
import select
import sys
import threading
import time

import wire


class Storm:
    """The share of one process."""

    def __init__(self, target, count, in_flight):
        self._target = target
        self._keys = wire.keys_of_environment()
        self._left = count
        self._in_flight = in_flight
        self._poll = select.epoll()
        self._links = {}
        self.done = 0
        self.failed = 0
        self.first_fault = None

    def derive_keys(self):
        """Before the clock starts."""
        link = wire.connect(self._target.host, self._target.port, self._target.user, self._target.database, self._keys)
        link.sendall(wire.TERMINATE)
        link.close()

    def run(self):
        while self._left or self._links:
            while self._left and len(self._links) < self._in_flight:
                self._left -= 1
                self._begin()
            if self._links:
                self._turn()

    def _begin(self):
        try:
            # A connect on this machine is through at once unless the listener's queue is full.
            link = wire.dial(self._target.host, self._target.port)
            steps = wire.login(self._target.user, self._target.database, self._keys)
            link.sendall(next(steps))
        except OSError as fault:
            self._count(fault)
            return
        link.setblocking(False)
        self._links[link.fileno()] = link, steps
        self._poll.register(link.fileno(), select.EPOLLIN)

    def _turn(self):
        events = self._poll.poll(30)
        if not events:
            for descriptor in list(self._links):
                self._end(descriptor, TimeoutError("no answer for 30 s"))
        for descriptor, _ in events:
            link, steps = self._links[descriptor]
            try:
                received = wire.receive(link)
                out = b"" if received is None else steps.send(received)
                if out:
                    link.sendall(out)
            except StopIteration:
                self._end(descriptor, None)
            except (OSError, wire.ServerError) as fault:
                self._end(descriptor, fault)

    def _end(self, descriptor, fault):
        link, _ = self._links.pop(descriptor)
        self._poll.unregister(descriptor)
        if fault is None:
            try:
                link.send(wire.TERMINATE)
            except OSError as late:
                fault = late
        link.close()
        self._count(fault)

    def _count(self, fault):
        if fault is None:
            self.done += 1
        else:
            self.failed += 1
            self.first_fault = self.first_fault or f"{type(fault).__name__}: {fault}"


def share(target, count, in_flight, gate, results):
    storm = Storm(target, count, in_flight)
    try:
        storm.derive_keys()
    except (OSError, wire.ServerError) as fault:
        gate.abort()
        results.put((0, count, 0, 0, 0, f"the first login failed: {fault}"))
        return
    try:
        gate.wait()
    except threading.BrokenBarrierError:
        results.put((0, count, 0, 0, 0, None))
        return
    begin, cpu = time.monotonic(), sum(os.times()[:2])
    storm.run()
    results.put((storm.done, storm.failed, begin, time.monotonic(), sum(os.times()[:2]) - cpu, storm.first_fault))


def main():
    parser = argparse.ArgumentParser(description="A storm of logins.")
    wire.add_target(parser)
    parser.add_argument("--count", type=int, default=10000)
    parser.add_argument("--in-flight", type=int, default=64)
    parser.add_argument("--processes", type=int, default=1)
    options = parser.parse_args()
    processes = max(1, min(options.processes, options.count, options.in_flight))
    context = multiprocessing.get_context("fork")
    gate, results = context.Barrier(processes), context.Queue()
    workers = [
        context.Process(
            target=share,
            args=(
                options,
                options.count // processes + (number < options.count % processes),
                options.in_flight // processes,
                gate,
                results,
            ),
        )
        for number in range(processes)
    ]
    for worker in workers:
        worker.start()
    shares = [results.get() for _ in workers]
    for worker in workers:
        worker.join()
    done, failed, begins, ends, cpu, faults = zip(*shares)
    for fault in filter(None, faults):
        print(fault, file=sys.stderr)
    print(f"logins {sum(done)} failed {sum(failed)} seconds {max(ends) - min(begins):.4f} client_cpu_seconds {sum(cpu):.2f}")
    return 1 if sum(failed) else 0


if __name__ == "__main__":
    sys.exit(main())
