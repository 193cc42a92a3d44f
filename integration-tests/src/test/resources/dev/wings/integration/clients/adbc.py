"""ADBC's Flight SQL driver: values, parameters, metadata, user and password, refusals."""

import datetime
import decimal

import adbc_driver_flightsql.dbapi as flight_sql
import pyarrow as pa

import common
import rows
from common import same

connection = common.snippet()["connection"]
cursor = connection.cursor()


def query(sql, *values):
    cursor.execute(sql, values or None)
    return cursor.fetchall()


def ids(sql, *values):
    return [row[0] for row in query(f"select id from flights where id < 100 and ({sql}) order by id", *values)]


cursor.execute(f"select {common.COLUMNS} from flights where id < 100 order by id")
common.same_rows(cursor.fetch_arrow_table().to_pylist(), common.IDS, guid=str)
same(query("select count(*), sum(id)::bigint from flights"), [(common.COUNT, sum(common.IDS) + sum(rows.FILLER_IDS))])
cursor.execute("select id, bytes from flights where id >= 1000 order by id")
large = cursor.fetch_arrow_table()
same(large["id"].to_pylist(), list(rows.FILLER_IDS))
same(large["bytes"][77].as_py(), rows.filler(1077)["bytes"])

# a value of each type that Python has comes back as itself, with the type that SQL has for it
ZONE = datetime.timezone.utc
for value, name in [
    (7, "BIGINT"),
    (2**40, "BIGINT"),
    ("\u00e9\U0001f600", "VARCHAR"),
    (1.5, "DOUBLE"),
    (True, "BOOLEAN"),
    (b"\x00\xff", "BLOB"),
    (datetime.datetime(2026, 1, 1, 8, 30, 15, 123456), "TIMESTAMP"),
    (datetime.datetime(2026, 1, 1, 8, 30, 15, 123456, tzinfo=ZONE), "TIMESTAMP WITH TIME ZONE"),
    (datetime.date(2026, 1, 3), "DATE"),
    (datetime.time(1, 2, 3, 4), "TIME"),
    (decimal.Decimal("1.25"), "DECIMAL(3,2)"),
    (decimal.Decimal("-9999999999999999999999999999.9999999999"), "DECIMAL(38,10)"),
    ([1, 2], "BIGINT[]"),
    (["a", None], "VARCHAR[]"),
    (None, '"NULL"'),
]:
    same(query("select ? as v, typeof(?)", value, value), [(value, name)])

found = rows.row(2)
for column in ["flag", "small", "ratio", "exact", "price", "huge", "day", "at_time", "local", "moment", "name", "bytes", "digest"]:
    wanted = [i for i in common.IDS if i != rows.NULL_ID and rows.row(i)[column] == found[column]]
    same(ids(f"{column} = ?", found[column]), wanted, column)
same(ids("guid = ?::uuid", str(found["guid"])), [2])
same(ids("id = any(?)", [3, 9, 700]), [3, 9])
same(ids("id in (?, ?)", 3, 9), [3, 9])
same(ids("name is not distinct from ?", None), [rows.NULL_ID])
same(ids("? is null or id = 4", None), list(common.IDS))

# decimals of all widths: by value, or refused by name
half = decimal.Decimal("0.50")
for kind in [pa.decimal128(20, 2), pa.decimal256(40, 2)]:
    cursor.execute("select id from flights where price = ?", pa.record_batch([pa.array([half], kind)], ["0"]))
    same(cursor.fetchall(), [(2,)], kind)
for kind in [pa.decimal32(5, 2), pa.decimal64(15, 2)]:
    values = pa.record_batch([pa.array([half], kind)], ["0"])
    common.refused(lambda: cursor.execute("select ?", values), "parameter=0", str(kind), "decimal128")

info = connection.adbc_get_info()
same(info["vendor_name"], "Wings")
same([s["db_schema_name"] for s in connection.adbc_get_objects(depth="db_schemas").read_all().to_pylist()[0]["catalog_db_schemas"]], ["default", "system"])
tables = connection.adbc_get_objects(depth="all", table_name_filter="flights").read_all().to_pylist()[0]["catalog_db_schemas"][0]["db_schema_tables"]
names = [*rows.expected([0])[0], "__offset__", "__timestamp__"]
same([[column["column_name"] for column in table["table_columns"]] for table in tables], [names])
schema = connection.adbc_get_table_schema("flights")
same(schema.names, names)
same(str(schema.field("huge").type), "decimal128(38, 10)")
same(str(schema.field("moment").type), "timestamp[us, tz=UTC]")
same(schema.field("id").nullable, False)

common.refused(lambda: query("selec 1"), "selec", "line=1, column=1")
common.refused(lambda: query("select * from flight"), "flight")
common.refused(lambda: query("insert into flights values (1)"), "values=1")
cursor.close()
connection.close()

with flight_sql.connect(common.SERVER, {"username": "anybody", "password": "anything"}, autocommit=True) as known:
    with known.cursor() as cursor:
        cursor.execute("select count(*) from flights where id < ?", (5,))
        same(cursor.fetchall(), [(5,)])
print("ok")
