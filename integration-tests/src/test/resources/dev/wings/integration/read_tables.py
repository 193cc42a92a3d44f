"""Reads Iceberg tables with PyIceberg, all rows and with filters, and prints what it finds.

Argument: a JSON file, {"root": directory of the objects, "store": URI that they are at in metadata, "tables": [{"metadata": location,
"filters": [{"op", "column", "kind", "value"}]}]}. Prints a line of JSON for each table: {"rows": [[text of each column] ...],
"filters": [[ids of the rows found] or an error]}. Values are text that is the same for equal values: numbers of days and
microseconds, floats by their bits, text and bytes in hexadecimal digits.
"""

import datetime
import decimal
import json
import struct
import sys
import uuid

from pyiceberg import expressions
from pyiceberg.io.pyarrow import PyArrowFileIO
from pyiceberg.table import StaticTable
from pyiceberg.types import DoubleType, FloatType, ListType, MapType, StringType, StructType, TimestampType, TimestamptzType

with open(sys.argv[1]) as file:
    request = json.load(file)


class LocalFileIO(PyArrowFileIO):
    """Finds the objects of the store in a directory."""

    def __local(self, location):
        assert location.startswith(request["store"]), location
        return request["root"] + location[len(request["store"]):]

    def new_input(self, location):
        return super().new_input(self.__local(location))


sys.modules["local_file_io"] = sys.modules[__name__]

EPOCH = datetime.datetime(1970, 1, 1)
MICRO = datetime.timedelta(microseconds=1)


def text(kind, value):
    if value is None:
        return None
    if isinstance(kind, StructType):
        return "{" + ", ".join(str(text(f.field_type, value[f.name])) for f in kind.fields) + "}"
    if isinstance(kind, ListType):
        return "[" + ", ".join(str(text(kind.element_type, v)) for v in value) + "]"
    if isinstance(kind, MapType):
        entries = sorted(f"{text(kind.key_type, k)}: {text(kind.value_type, v)}" for k, v in value)
        return "{" + ", ".join(entries) + "}"
    if isinstance(kind, FloatType):
        return "nan" if value != value else struct.pack(">f", value).hex()
    if isinstance(kind, DoubleType):
        return "nan" if value != value else struct.pack(">d", value).hex()
    if isinstance(kind, StringType):
        return value.encode("utf-8").hex()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (bytes, bytearray)):
        return value.hex()
    if isinstance(value, uuid.UUID):
        return value.bytes.hex()
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    if isinstance(value, datetime.datetime):
        return str((value.replace(tzinfo=None) - EPOCH) // MICRO)
    if isinstance(value, datetime.date):
        return str((value - EPOCH.date()).days)
    if isinstance(value, datetime.time):
        return str((((value.hour * 60 + value.minute) * 60) + value.second) * 1_000_000 + value.microsecond)
    return str(value)


def literal(kind, value):
    """Of the text that it comes as."""
    match kind:
        case "boolean":
            return value == "true"
        case "int" | "long":
            return int(value)
        case "float" | "double":
            return float.fromhex(value)
        case "decimal":
            return decimal.Decimal(value)
        case "binary":
            return bytes.fromhex(value)
        case "uuid":
            return uuid.UUID(value)
    return value  # text, and times as ISO 8601 has them


def condition(wanted):
    column = expressions.Reference(wanted["column"])
    match wanted["op"]:
        case "null":
            return expressions.IsNull(column)
        case "not null":
            return expressions.NotNull(column)
    operation = {"=": expressions.EqualTo, "<": expressions.LessThan, ">=": expressions.GreaterThanOrEqual}[wanted["op"]]
    return operation(column, literal(wanted["kind"], wanted["value"]))


def found(table, wanted):
    try:
        rows = table.scan(row_filter=condition(wanted), selected_fields=("id",)).to_arrow()
        return sorted(rows.column("id").to_pylist())
    except Exception as e:  # what PyIceberg cannot do is for the test to judge
        return f"{type(e).__name__}: {e}"


for wanted in request["tables"]:
    table = StaticTable.from_metadata(
        wanted["metadata"], properties={"py-io-impl": "local_file_io.LocalFileIO"}
    )
    schema = table.schema()
    rows = table.scan().to_arrow()
    columns = [rows.column(field.name).to_pylist() for field in schema.fields]
    print(
        json.dumps(
            {
                "columns": [field.name for field in schema.fields],
                "rows": [
                    [text(field.field_type, column[i]) for field, column in zip(schema.fields, columns)]
                    for i in range(rows.num_rows)
                ],
                "filters": [found(table, filter) for filter in wanted["filters"]],
            }
        ),
        flush=True,
    )
