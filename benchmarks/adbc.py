#!/usr/bin/env python3
"""Reads a large topic with ADBC, and the same Parquet files with DuckDB alone, in turn: one JSON line per figure.

Wants a platform that runs nothing else, and a virtual environment:

    python3 -m venv benchmarks/target/adbc
    benchmarks/target/adbc/bin/pip install adbc-driver-flightsql==1.13.0 duckdb==1.4.4 numpy pyarrow
    ./wings dev --data /tmp/adbc --port-offset 500 &
    benchmarks/target/adbc/bin/python benchmarks/adbc.py --data /tmp/adbc --port-offset 500 --rows 10000000

The first run makes the topic `adbc_events` (by `./wings`), pushes the rows and waits until all of them are in segments.
"""
import argparse
import glob
import json
import os
import statistics
import subprocess
import tempfile
import time
import warnings

import adbc_driver_flightsql.dbapi
import duckdb
import numpy
import pyarrow as pa
import pyarrow.flight as flight
import pyarrow.parquet as parquet

TOPIC = "adbc_events"
BATCH = 65536
SCHEMA = pa.schema([
    ("account", pa.int64()),
    ("time", pa.timestamp("us", tz="UTC")),
    ("kind", pa.string()),
    ("amount", pa.float64()),
    ("quantity", pa.int32()),
    ("session", pa.string()),
])
KINDS = pa.array(["view", "click", "buy", "return", "search", "login", "logout", "ship"])


def batches(rows):
    random = numpy.random.default_rng(1)
    for start in range(0, rows, BATCH):
        yield pa.record_batch([
            pa.array(random.integers(0, 100_000, BATCH)),
            pa.array(1_700_000_000_000_000 + numpy.arange(start, start + BATCH) * 1000).cast(SCHEMA.field("time").type),
            KINDS.take(pa.array(random.integers(0, len(KINDS), BATCH))),
            pa.array(random.random(BATCH) * 100),
            pa.array(random.integers(0, 50, BATCH).astype("int32")),
            pa.array([f"s{x:08x}" for x in random.integers(0, 1 << 32, BATCH)]),
        ], schema=SCHEMA)


def push(port, rows):
    writer, answers = flight.connect(f"grpc://127.0.0.1:{port}").do_put(
        flight.FlightDescriptor.for_path(TOPIC), SCHEMA)
    waiting = 0
    for batch in batches(rows):
        writer.write_batch(batch)
        waiting += 1
        if waiting > 4:
            answers.read()
            waiting -= 1
    for _ in range(waiting):
        answers.read()
    writer.close()


def count(reader):
    return sum(batch.num_rows for batch in reader)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--data", required=True, help="as given to wings dev")
    arguments.add_argument("--port-offset", type=int, default=0)
    arguments.add_argument("--rows", type=int, default=10_000_000)
    arguments.add_argument("--rounds", type=int, default=3)
    options = arguments.parse_args()
    warnings.simplefilter("ignore")
    connection = adbc_driver_flightsql.dbapi.connect(f"grpc://127.0.0.1:{7704 + options.port_offset}")
    cursor = connection.cursor()

    def value(sql):
        cursor.execute(sql)
        return cursor.fetchall()[0][0]

    if value(f"select count(*) from system.topics where topic = '{TOPIC}'") == 0:
        wings = os.path.join(os.path.dirname(__file__), "..", "wings")
        with tempfile.NamedTemporaryFile(suffix=".parquet") as file:
            parquet.write_table(SCHEMA.empty_table(), file.name)
            subprocess.run([wings, "topic", "create", TOPIC, "--from", file.name, "--port-offset",
                            str(options.port_offset)], check=True, stdout=subprocess.DEVNULL)
        push(7702 + options.port_offset, options.rows)
    rows = value(f"select count(*) from {TOPIC}")
    while value(f"select coalesce(sum(row_count), 0)::bigint from system.segments where topic = '{TOPIC}'") < rows:
        time.sleep(2)
    files = [file for file in glob.glob(f"{options.data}/objects/**/*.parquet", recursive=True)
             if f"/{TOPIC}-" in file]
    database = duckdb.connect()
    database.execute("set threads = 2")
    for name, columns, target in [("adbc-all", "*", 3), ("adbc-two-columns", "account, amount", 20)]:
        rates, floors = [], []
        for _ in range(options.rounds + 1):
            start = time.perf_counter()
            cursor.execute(f"select {columns} from {TOPIC}")
            found = count(cursor.fetch_record_batch())
            middle = time.perf_counter()
            expected = count(database.execute(
                f"select {columns} from read_parquet({files!r})").fetch_record_batch(100_000))
            end = time.perf_counter()
            if not found == expected == rows:
                raise SystemExit(f"rows are missing: found={found}, in_files={expected}, rows={rows}")
            rates.append(rows / (middle - start) / 1e6)
            floors.append(rows / (end - middle) / 1e6)
        # the first round warms up
        rates, floors = rates[1:], floors[1:]
        print(json.dumps({
            "figure": name,
            "what": f"select {columns} of {rows} rows in segments, by ADBC in Python",
            "value": round(statistics.median(rates), 2),
            "unit": "M rows/s",
            "floor": round(statistics.median(floors), 2),
            "ratio": round(statistics.median(a / b for a, b in zip(rates, floors)), 2),
            "target": f">= {target} M rows/s",
            "met": statistics.median(rates) >= target,
            "rounds": [round(rate, 2) for rate in rates],
        }), flush=True)


if __name__ == "__main__":
    main()
