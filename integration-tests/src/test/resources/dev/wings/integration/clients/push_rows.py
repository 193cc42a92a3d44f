"""Pushes rows with pyarrow's Flight client: those that are compacted at once, or those that stay in pages."""

import sys

import pyarrow as pa

import common
import rows

label = pa.struct([("text", pa.utf8()), ("tags", pa.list_(pa.utf8()))])
SCHEMA = pa.schema(
    [
        pa.field("id", pa.int64(), nullable=False),
        ("flag", pa.bool_()),
        ("small", pa.int32()),
        ("ratio", pa.float32()),
        ("exact", pa.float64()),
        ("price", pa.decimal128(9, 2)),
        ("huge", pa.decimal128(38, 10)),
        ("day", pa.date32()),
        ("at_time", pa.time64("us")),
        ("local", pa.timestamp("us")),
        ("moment", pa.timestamp("us", tz="UTC")),
        ("name", pa.utf8()),
        ("bytes", pa.binary()),
        ("digest", pa.binary(4)),
        ("guid", pa.uuid()),
        ("place", pa.struct([("lat", pa.float64()), ("label", label)])),
        ("tags", pa.list_(pa.utf8())),
        ("items", pa.list_(pa.struct([("sku", pa.utf8()), ("qty", pa.int32())]))),
        ("attributes", pa.map_(pa.utf8(), pa.utf8())),
        ("scores", pa.map_(pa.int32(), pa.list_(pa.decimal128(9, 2)))),
    ]
)


def push(pushed):
    names = common.snippet(table=SCHEMA.empty_table())
    writer, answers = names["writer"], names["answers"]
    for start in range(0, len(pushed), 1000):
        part = pushed[start : start + 1000]
        columns = []
        for field in SCHEMA:
            values = [row.get(field.name) for row in part]
            if field.name == "guid":
                stored = pa.array([None if v is None else v.bytes for v in values], pa.binary(16))
                columns.append(pa.ExtensionArray.from_storage(pa.uuid(), stored))
            else:
                columns.append(pa.array(values, field.type))
        writer.write_batch(pa.record_batch(columns, schema=SCHEMA))
        answer = answers.read()
        assert answer is not None, "no answer"
    # fails if a batch was rejected
    writer.close()


if sys.argv[2] == "segments":
    push([rows.row(i) for i in rows.SEGMENT_IDS] + [rows.filler(i) for i in rows.FILLER_IDS])
else:
    push([rows.row(i) for i in rows.PAGE_IDS])
print("ok")
