"""Daft reads a topic's table."""

import common
import daft
import rows
from common import same

flights = common.snippet()["flights"]
found = flights.where(flights["id"] < 100).sort("id").to_pylist()
common.same_rows(found, rows.SEGMENT_IDS)
same(flights.count_rows(), len(rows.SEGMENT_IDS) + len(rows.FILLER_IDS))
same(daft.sql("select id from flights where price = 0.50 and id < 100", flights=flights).to_pylist(), [{"id": 2}])
print("ok")
