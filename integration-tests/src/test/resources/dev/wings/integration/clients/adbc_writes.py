"""Writing by ADBC's Flight SQL driver: bulk ingest in all its modes, executemany, and the frames of pandas and polars."""

import datetime
import decimal
import time
import warnings

import adbc_driver_flightsql.dbapi as flight_sql
import pandas
import polars
import pyarrow as pa

import common
from common import refused, same

connection = flight_sql.connect(common.SERVER, autocommit=True)
cursor = connection.cursor()


def query(sql, *values):
    cursor.execute(sql, values or None)
    return cursor.fetchall()


def count(table):
    return query(f"select count(*) from {table}")[0][0]


query("create schema if not exists adbc")
ROWS = 200_000
table = pa.table(
    {
        "id": pa.array(range(ROWS), pa.int64()),
        "name": pa.array([f"n{i % 100}" for i in range(ROWS)]).dictionary_encode(),
        "price": pa.array([decimal.Decimal(i) / 100 for i in range(ROWS)], pa.decimal128(12, 2)),
        "at": pa.array([datetime.datetime(2026, 1, 1) + datetime.timedelta(seconds=i) for i in range(ROWS)]),
        "tags": pa.array([["a", None]] * ROWS),
        "flag": pa.array([None if i % 3 == 0 else i % 2 == 0 for i in range(ROWS)]),
    }
)
SUM = sum(range(ROWS))


def ingest(data, mode, name="orders", **given):
    return cursor.adbc_ingest(name, data, mode=mode, db_schema_name="adbc", **given)


# each mode, where the table is there and where it is not
refused(lambda: ingest(table, "append"), "adbc/topics/orders", "create")
same(ingest(table, "create"), ROWS)
same(query("select count(*), sum(id)::bigint, count(flag), max(price), min(name) from adbc.orders"),
     [(ROWS, SUM, ROWS - (ROWS + 2) // 3, decimal.Decimal(ROWS - 1) / 100, "n0")])
refused(lambda: ingest(table, "create"), "orders", "append", "replace")
same(ingest(table.slice(0, 10), "append"), 10)
same(count("adbc.orders"), ROWS + 10)
same(ingest(table.slice(0, 10), "replace"), 10)
same(count("adbc.orders"), 10)
same(ingest(table.slice(10, 5), "create_append"), 5)
same(count("adbc.orders"), 15)
same(ingest(table.slice(0, 3), "create_append", "later"), 3)
same(count("adbc.later"), 3)
# the driver sends nothing of a table that has no batch at all
same(ingest(table.slice(0, 1).to_batches()[0].slice(0, 0), "create", "empty"), 0)
same(count("adbc.empty"), 0)
# many batches in one stream
same(ingest(table.to_reader(max_chunksize=1000), "replace"), ROWS)
same(query("select count(*), sum(id)::bigint from adbc.orders"), [(ROWS, SUM)])
# batches near the 16 MiB that this driver sends at most
wide = pa.table({"id": pa.array(range(90_000)), "text": pa.array(["x" * 1000 + str(i) for i in range(90_000)])})
same(ingest(wide.to_reader(max_chunksize=15_000), "create", "wide"), 90_000)
same(query("select count(*), sum(id)::bigint, count(distinct text) from adbc.wide"), [(90_000, sum(range(90_000)), 90_000)])

# what cannot be stored is refused, and a table that was made for it is not there
refused(lambda: ingest(table.slice(0, 2), "create", "temporary_one", temporary=True), "temporary")
refused(lambda: cursor.adbc_ingest("queries", table.slice(0, 2), mode="append", db_schema_name="system"), "system")
refused(lambda: ingest(pa.table({"id": [1], "surprise": ["x"]}), "append"), "surprise")
refused(lambda: ingest(pa.table({"id": ["x"]}), "append"), "id")
bad = pa.table({"at": pa.array([0, 2**62], pa.timestamp("us"))})
refused(lambda: ingest(bad, "create", "never"), "at", "dropped")
refused(lambda: query("select * from adbc.never"), "never")
refused(lambda: ingest(bad, "append"), "rows were rejected", "at", "row=1")
same(count("adbc.orders"), ROWS)



# the table of a client that breaks off is dropped, and stays dropped
def broken():
    yield from table.slice(0, 10).to_batches()
    raise ValueError("the client breaks off")


refused(lambda: ingest(pa.RecordBatchReader.from_batches(table.schema, broken()), "create", "left"), "breaks off")
end = time.monotonic() + 60
while count("information_schema.tables where table_schema = 'adbc' and table_name = 'left'") > 0:
    assert time.monotonic() < end, "the table is still there"

# rows of parameters
query("create table adbc.pairs (id bigint not null, name varchar, price decimal(12, 2), day date)")
pairs = [(i, f"n{i}", decimal.Decimal(i) / 4, datetime.date(2026, 1, 1 + i % 28)) for i in range(1000)]
cursor.executemany("insert into adbc.pairs values (?, ?, ?, ?)", pairs)
same(query("select count(*), sum(id)::bigint, sum(price)::decimal(12,2), max(day) from adbc.pairs"),
     [(1000, 499500, decimal.Decimal("124875.00"), datetime.date(2026, 1, 28))])
cursor.executemany("insert into adbc.pairs (name, id) values (?, ?)", [("a", 5000), (None, 5001)])
same(query("select id, name, price from adbc.pairs where id >= 5000 order by id"), [(5000, "a", None), (5001, None, None)])
refused(lambda: cursor.executemany("insert into adbc.pairs values (?, ?, ?, ?)", [(None, "x", None, None)]), "id")
same(query("insert into adbc.pairs (id) select id + 10000 from adbc.pairs where id < 10"), [(10,)])

# values of parameters lose nothing, unless the statement says so
refused(lambda: query("insert into adbc.pairs (id) values (?)", 2.5), "column=id, type=BIGINT", "CAST")
refused(lambda: query("insert into adbc.pairs (id, price) values (1, ?)", decimal.Decimal("1.005")), "column=price")
same(query("insert into adbc.pairs (id) values (cast(? as bigint))", 88888.0), [(1,)])
same(query("insert into adbc.pairs (id, day) values (?, ?)", 99999, datetime.date(2026, 1, 1)), [(1,)])

# frames
frame = pandas.DataFrame({"id": range(1000), "x": [i / 2 for i in range(1000)], "s": [f"t{i}" for i in range(1000)]})
same(frame.to_sql("pandas_frame", connection, schema="adbc", index=False), 1000)
same(frame.to_sql("pandas_frame", connection, schema="adbc", index=False, if_exists="append"), 1000)
same(query("select count(*), sum(x) from adbc.pandas_frame"), [(2000, 2 * sum(i / 2 for i in range(1000)))])
same(frame.to_sql("pandas_frame", connection, schema="adbc", index=False, if_exists="replace"), 1000)
back = pandas.read_sql("select id, x, s from adbc.pandas_frame order by id", connection)
same(back.values.tolist(), frame.values.tolist())
frame = polars.DataFrame({"id": range(1000), "s": [f"t{i}" for i in range(1000)], "day": [datetime.date(2026, 1, 1)] * 1000})
same(frame.write_database("adbc.polars_frame", connection, engine="adbc", if_table_exists="fail"), 1000)
same(frame.write_database("adbc.polars_frame", connection, engine="adbc", if_table_exists="append"), 1000)
same(frame.write_database("adbc.polars_frame", connection, engine="adbc", if_table_exists="replace"), 1000)
same(polars.read_database("select id, s, day from adbc.polars_frame order by id", connection).rows(), frame.rows())

# there are no transactions: the driver warns, and each statement is done when it is answered
with warnings.catch_warnings(record=True) as told:
    warnings.simplefilter("always")
    with flight_sql.connect(common.SERVER) as other, other.cursor() as inserts:
        inserts.execute("insert into adbc.pairs (id) values (77777)")
same(["autocommit" in str(warning.message) for warning in told], [True])
same(query("select count(*) from adbc.pairs where id = 77777"), [(1,)])

for name in ["orders", "later", "empty", "wide", "pairs", "pandas_frame", "polars_frame"]:
    query(f"drop table adbc.{name}")
query("drop schema adbc")
connection.close()
print("ok")
