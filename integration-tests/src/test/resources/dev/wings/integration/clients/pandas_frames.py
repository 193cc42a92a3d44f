"""pandas over ADBC, with its own types and with Arrow's."""

import pandas

import common
import rows
from common import same

names = common.snippet()
connection = names["connection"]
same(len(names["frame"]), 5)

SOME = f"select {common.COLUMNS} from flights where id < 100 order by id"
frame = pandas.read_sql(SOME, connection, dtype_backend="pyarrow")
same([str(kind) for kind in frame[["id", "price", "at_time"]].dtypes], ["int64[pyarrow]", "decimal128(9, 2)[pyarrow]", "time64[us][pyarrow]"])
found = [{name: None if value is pandas.NA else value for name, value in row.items()} for row in frame.to_dict("records")]
common.same_rows(found, common.IDS, guid=str)

frame = pandas.read_sql(SOME, connection)
same([str(kind) for kind in frame[["id", "local", "moment"]].dtypes], ["int64", "datetime64[us]", "datetime64[us, UTC]"])
for name in ["id", "flag", "price", "huge", "day", "name", "local", "moment"]:
    wanted = [row[name] for row in rows.expected(common.IDS)]
    same([None if pandas.isna(value) else value for value in frame[name]], wanted, name)

whole = pandas.read_sql_table("flights", connection, schema="default")
same(whole.shape, (common.COUNT, len(rows.expected([0])[0]) + 2))
common.refused(lambda: pandas.read_sql("select * from flights where id = ?", connection, params=[1]), "params")
# integers with nulls become floats without a backend that has both
same(str(pandas.read_sql("select small from flights where id in (2, 5)", connection)["small"].dtype), "float64")
connection.close()
print("ok")
