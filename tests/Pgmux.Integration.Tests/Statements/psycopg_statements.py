"""Drives the program under test with psycopg: statements prepared by name, closed with DEALLOCATE, pipelines, errors in them.

Every answer has to carry the nonce of its question. The connection comes from libpq's environment variables.
"""

import sys
import threading

import psycopg

WORKERS = 8
ROUNDS = 15
TEXTS = 12
KEPT_BY_CLIENT = 5  # fewer than texts, so that psycopg deallocates all the time

faults = []


def expect(what, got, wanted):
    if got != wanted:
        faults.append(f"{what}: {got!r} instead of {wanted!r}")


def ask(connection, worker, turn):
    nonce = f"{worker}:{turn}"
    text = turn % TEXTS
    row = connection.execute(f"SELECT 'text {text}', %s", (nonce,)).fetchone()
    expect("single", row, (f"text {text}", nonce))


def ask_in_transaction(connection, worker, turn):
    with connection.transaction():
        for n in range(3):
            ask(connection, worker, turn + n)


def ask_in_pipeline(connection, worker, turn):
    nonces = [f"{worker}:{turn}:{n}" for n in range(30)]
    with connection.pipeline():
        cursors = [connection.execute(f"SELECT 'piped {n % TEXTS}', %s", (nonce,)) for n, nonce in enumerate(nonces)]
    for n, (cursor, nonce) in enumerate(zip(cursors, nonces)):
        expect("pipeline", cursor.fetchone(), (f"piped {n % TEXTS}", nonce))


def fail_in_pipeline(connection, worker, turn):
    # Nothing is prepared here: psycopg would take for prepared what the server has skipped behind the error.
    try:
        with connection.pipeline() as pipeline:
            before = connection.execute("SELECT 'before', %s", (f"{worker}:{turn}",), prepare=False)
            pipeline.sync()
            connection.execute("SELECT 1 / %s::int", (0,), prepare=False)
            connection.execute("SELECT 'skipped', %s", (f"{worker}:{turn}",), prepare=False)
        faults.append("no error in the pipeline")
    except psycopg.errors.DivisionByZero:
        expect("before the error", before.fetchone(), ("before", f"{worker}:{turn}"))


def insert_many(connection, worker, turn):
    with connection.transaction():
        connection.execute(f"CREATE TEMP TABLE many_{worker} (n int, nonce text) ON COMMIT DROP", prepare=False)
        with connection.cursor() as cursor:
            cursor.executemany(f"INSERT INTO many_{worker} VALUES (%s, %s)", [(n, f"{worker}:{turn}") for n in range(40)])
            cursor.execute(f"SELECT count(*), min(nonce), max(nonce) FROM many_{worker}", prepare=False)
            expect("executemany", cursor.fetchone(), (40, f"{worker}:{turn}", f"{worker}:{turn}"))


def work(worker):
    try:
        with psycopg.connect(autocommit=True) as connection:
            connection.prepare_threshold = 0
            connection.prepared_max = KEPT_BY_CLIENT
            for turn in range(ROUNDS):
                for step in (ask, ask_in_transaction, ask_in_pipeline, fail_in_pipeline, insert_many):
                    step(connection, worker, turn)
    except Exception as error:  # whatever ends a worker is reported by the test
        faults.append(f"worker {worker}: {type(error).__name__}: {error}")


threads = [threading.Thread(target=work, args=(worker,)) for worker in range(WORKERS)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("\n".join(faults[:20]) or "every answer was right")
sys.exit(1 if faults else 0)
