"""DuckDB's Iceberg extension: values and filters of a topic's table, a table of its own in the local store, refusals."""

import importlib.metadata
import pathlib

import duckdb

import common
import rows
from common import same

connection = duckdb.connect(config={"allow_unsigned_extensions": "true"})
for name in ["httpfs", "avro", "iceberg"]:
    # what `install` would get from DuckDB's repository
    files = importlib.metadata.files(f"duckdb-extension-{name}")
    path = next(pathlib.Path(str(file.locate())) for file in files if file.name == f"{name}.duckdb_extension")
    connection.execute(f"load '{path}'")
for statement in common.request["snippet"].split(";"):
    if statement.strip() and not statement.strip().startswith(("install", "load")):
        connection.execute(statement)
segments = len(rows.SEGMENT_IDS) + len(rows.FILLER_IDS)
same(connection.fetchall(), [(segments,)])

FLIGHTS = 'wings."default".flights'


def query(sql):
    return connection.execute(sql).fetchall()


relation = connection.sql(f"select {common.COLUMNS} from {FLIGHTS} where id < 100 order by id")
found = [dict(zip(relation.columns, row)) for row in relation.fetchall()]
common.same_rows(found, rows.SEGMENT_IDS, attributes=dict, scores=dict)
second = rows.row(2)
for condition, wanted in [
    ("id = 3", [3]),
    (f"price = {second['price']}", [2]),
    (f"day >= '{second['day']}' and id < 100", [1, 2, 3, 4, 6, 7]),
    (f"moment < '{second['moment']}' and id < 100", [0]),
    (f"guid = '{second['guid']}'", [2]),
    ("name is null", [rows.NULL_ID]),
]:
    same(query(f"select id from {FLIGHTS} where {condition} order by id"), [(i,) for i in wanted], condition)

query(f'create table wings."default".copied as select id, name, day, moment, price from {FLIGHTS} where id < 100')
query('insert into wings."default".copied select id + 100, name, day, moment, price from wings."default".copied')
same(query('select count(*), min(id), max(id) from wings."default".copied'), [(16, 0, 107)])
same(query('select day, moment, price from wings."default".copied where id = 102'), [(second["day"], second["moment"], second["price"])])
query('drop table wings."default".copied')
common.refused(lambda: query(f"drop table {FLIGHTS}"), "holds the rows of a topic")
print("ok")
