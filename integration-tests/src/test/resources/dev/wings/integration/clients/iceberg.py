"""PyIceberg: values and filters of a topic's table, an own table beside it, refusals; addresses with a slash at the end."""

import pyarrow as pa
from pyiceberg.catalog.rest import RestCatalog

import common
import rows
from common import same

names = common.snippet()
catalog, flights = names["catalog"], names["flights"]
segments = rows.SEGMENT_IDS

found = flights.scan(row_filter="id < 100").to_arrow().sort_by("id")
same(found.schema.field("guid").type, pa.uuid())
# what PyIceberg makes of a null list of structs
rows_found = [dict(row, items=None) if row["id"] == rows.NULL_ID and row["items"] == [] else row for row in found.to_pylist()]
common.same_rows(rows_found, segments)
same(flights.scan().count(), len(segments) + len(rows.FILLER_IDS))

second = rows.row(2)
for condition, wanted in [
    ("id = 3", [3]),
    (f"price = {second['price']}", [2]),
    (f"day >= '{second['day']}'", [1, 2, 3, 4, 6, 7]),
    (f"moment < '{second['moment'].isoformat()}'", [0]),
    (f"name = '{second['name']}'", [2]),
    ("name is null", [rows.NULL_ID]),
    ("flag = true and small > 0", [2, 4, 6]),
]:
    ids = flights.scan(row_filter=f"id < 100 and {condition}", selected_fields=("id",)).to_arrow()["id"].to_pylist()
    expected = [i for i in wanted if condition != f"name = '{second['name']}'" or rows.row(i)["name"] == second["name"]]
    same(sorted(ids), expected, condition)

for address in [common.request["catalog"] + "/", common.request["catalog"] + "//"]:
    same(RestCatalog("wings", uri=address, warehouse="default").list_tables("default"), [("default", "flights")])

mine = catalog.create_table("default.mine", pa.schema([("a", pa.int64()), ("b", pa.string())]))
mine.append(pa.table({"a": [1, 2], "b": ["x", None]}))
same(catalog.load_table("default.mine").scan().to_arrow().to_pylist(), [{"a": 1, "b": "x"}, {"a": 2, "b": None}])
catalog.drop_table("default.mine")
common.refused(lambda: catalog.drop_table("default.flights"), "holds the rows of a topic")
common.refused(lambda: flights.append(found), "holds the rows of a topic")
print("ok")
