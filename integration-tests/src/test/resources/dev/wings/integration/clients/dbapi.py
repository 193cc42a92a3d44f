"""flightsql-dbapi, and SQLAlchemy over it: values, parameters (a dense union each), metadata, user and password."""

# registers what SQLAlchemy calls datafusion+flightsql
import flightsql.sqlalchemy  # noqa: F401
import sqlalchemy
from flightsql import FlightSQLClient

import common
import rows
from common import same

connection = common.snippet()["connection"]
cursor = connection.cursor()
cursor.execute("select id, name, price, huge from flights where id < 100 order by id")
# it takes rows from pandas, for which a text that is null is not a number
found = [[None if value != value else value for value in row] for row in cursor.fetchall()]
same(found, [[row[name] for name in ["id", "name", "price", "huge"]] for row in rows.expected(common.IDS)])

for value in [7, 2**40, "\u00e9\U0001f600", 1.5, True, False, b"\x00\xff"]:
    cursor.execute("select ?", [value])
    same(cursor.fetchall(), [[value]])
cursor.execute("select id from flights where name = ? and id < ? order by id", [rows.row(1)["name"], 100])
same(cursor.fetchall(), [[1], [4], [7], [10]])
common.refused(lambda: cursor.execute("select ?", [None]))

same(connection.flightsql_get_schema_names(), ["default", "system"])
same(connection.flightsql_get_table_names("default"), ["flights"])

engine = sqlalchemy.create_engine(f"datafusion+flightsql://127.0.0.1:{common.request['server']}?insecure=true")
same([column["name"] for column in sqlalchemy.inspect(engine).get_columns("flights", "default")][:3], ["id", "flag", "small"])
with engine.connect() as known:
    same(known.execute(sqlalchemy.text("select count(*) from flights")).fetchall(), [(common.COUNT,)])

client = FlightSQLClient(host="127.0.0.1", port=common.request["server"], insecure=True, user="anybody", password="anything")
info = client.execute("select count(*) as n from flights")
same(client.do_get(info.endpoints[0].ticket).read_all().to_pylist(), [{"n": common.COUNT}])
print("ok")
