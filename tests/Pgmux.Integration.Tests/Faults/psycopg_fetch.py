"""Fetches 50 MB over TLS with psycopg's asynchronous connection: rows larger than a record, and smaller than what a read asks for."""

import asyncio

import psycopg

ROWS = 800
BYTES = 65536


async def main():
    async with await psycopg.AsyncConnection.connect() as connection:
        async with connection.cursor() as cursor:
            await cursor.execute(f"SELECT repeat('x', {BYTES}) FROM generate_series(1, {ROWS})")
            rows = await cursor.fetchall()
    print(f"{sum(len(row[0]) for row in rows)} bytes in {len(rows)} rows")


asyncio.run(main())
