"""The rows that clients have to find, of all usual types. Rows below 100 are odd ones, each with values of its own; those from
1000 on are filler, enough to be compacted at once."""

import datetime
import decimal
import random
import uuid

UTC = datetime.timezone.utc

SCHEMA = ", ".join(
    [
        "id bigint not null",
        "flag boolean",
        "small int",
        "ratio float",
        "exact double",
        "price decimal(9,2)",
        "huge decimal(38,10)",
        "day date",
        "at_time time",
        "local timestamp",
        "moment timestamptz",
        "name string",
        "bytes binary",
        "digest fixed(4)",
        "guid uuid",
        "place struct<lat: double, label: struct<text: string, tags: list<string>>>",
        "tags list<string>",
        "items list<struct<sku: string, qty: int>>",
        "attributes map<string, string>",
        "scores map<int, list<decimal(9,2)>>",
    ]
)

SEGMENT_IDS = range(0, 8)
PAGE_IDS = range(8, 12)
FILLER_IDS = range(1000, 4000)
NULL_ID = 5


def row(i):
    """What row `i` is, as Python has it."""
    if i == NULL_ID:
        return {"id": i}
    first, last = i == 0, i == 1
    days = datetime.date(2026, 1, 1) + datetime.timedelta(days=i)
    local = datetime.datetime(2026, 1, 1, 8, 30, 15, 123456) + i * datetime.timedelta(hours=7, microseconds=1)
    return {
        "id": i,
        "flag": i % 2 == 0,
        "small": -(2**31) if first else 2**31 - 1 if last else i * 1001,
        "ratio": i / 8,
        "exact": i / 3,
        "price": decimal.Decimal("-9999999.99") if first else decimal.Decimal("9999999.99") if last else decimal.Decimal(i * 25) / 100 + decimal.Decimal("0.00"),
        "huge": decimal.Decimal("-9999999999999999999999999999.9999999999") if first else decimal.Decimal(f"{i}0000000000000000000.0000000001"),
        "day": datetime.date(1, 1, 1) if first else datetime.date(9999, 12, 31) if last else days,
        "at_time": datetime.time(0) if first else datetime.time(23, 59, 59, 999999) if last else datetime.time(i, 15, 30, i),
        "local": datetime.datetime(1677, 9, 22) if first else datetime.datetime(2262, 4, 11) if last else local,
        "moment": (datetime.datetime(1677, 9, 22) if first else datetime.datetime(2262, 4, 11) if last else local).replace(tzinfo=UTC),
        "name": "" if first else f"name {i % 3} \u00e9\U0001f600",
        "bytes": b"" if first else bytes([0, i, 255]),
        "digest": bytes([i, 0, 0, 255]),
        "guid": uuid.UUID(int=(i << 120) + i),
        "place": {"lat": i + 0.5, "label": {"text": f"text {i}", "tags": ["a", None, "c"] if i % 2 else []}},
        "tags": [] if first else [f"tag {j}" for j in range(i % 4)],
        "items": [] if first else [{"sku": f"sku {i}", "qty": i}, None, {"sku": None, "qty": None}],
        "attributes": [] if first else [("key", f"value {i}"), ("none", None)],
        "scores": [] if first else [(i, [decimal.Decimal("1.25"), None]), (-1, None)],
    }


def filler(i):
    """Bytes that no compression makes less of, so that there is enough to compact."""
    return {"id": i, "exact": float(i), "name": f"filler {i % 7}", "bytes": random.Random(i).randbytes(500)}


def names():
    """Of the columns, in their order: of the fields that are not within another one's type."""
    found, depth, start = [], 0, 0
    for position, char in enumerate(SCHEMA + ","):
        depth += {"<": 1, "(": 1, ">": -1, ")": -1}.get(char, 0)
        if char == "," and depth == 0:
            found.append(SCHEMA[start:position].split()[0])
            start = position + 1
    return found


def expected(ids):
    return [{name: row(i).get(name) for name in names()} for i in ids]


if __name__ == "__main__":
    print(SCHEMA)
