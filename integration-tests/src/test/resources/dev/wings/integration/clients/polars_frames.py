"""polars over ADBC."""

import polars

import common
import rows
from common import same

names = common.snippet()
connection = names["connection"]
same(names["frame"].height, 5)

frame = polars.read_database(f"select {common.COLUMNS} from flights where id < 100 order by id", connection)
same(frame.schema["huge"], polars.Decimal(38, 10))
same(frame.schema["moment"], polars.Datetime("us", "UTC"))
same(frame.schema["tags"], polars.List(polars.String))
common.same_rows(frame.to_dicts(), common.IDS, guid=str, attributes=dict, scores=dict)
named = polars.read_database(
    "select id from flights where name = ? and id < ? order by id",
    connection,
    execute_options={"parameters": (rows.row(1)["name"], 100)},
)
same(named["id"].to_list(), [1, 4, 7, 10])
large = polars.read_database("select id, bytes from flights", connection)
same(sorted(large["id"].to_list()), [*common.IDS, *rows.FILLER_IDS])
same(large.filter(polars.col("id") == 1077)["bytes"].to_list(), [rows.filler(1077)["bytes"]])
# it looks for a driver by the first word of the address
common.refused(lambda: polars.read_database_uri("select 1", common.SERVER, engine="adbc"), "adbc_driver_grpc")
connection.close()
print("ok")
