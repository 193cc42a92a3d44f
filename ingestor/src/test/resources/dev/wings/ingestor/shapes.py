"""Pushes batches in every shape that pyarrow sends. Prints a line per answer: name, then the IngestResponse in hex.

Argument: port of the ingestor.
"""

import datetime
import sys

import pyarrow as pa
import pyarrow.flight as flight

UTC = datetime.timezone.utc
client = flight.connect(f"grpc://127.0.0.1:{sys.argv[1]}")


def compressed(codec):
    return flight.FlightCallOptions(write_options=pa.ipc.IpcWriteOptions(compression=codec))


def put(name, *batches, options=None, path=("events",)):
    writer, answers = client.do_put(flight.FlightDescriptor.for_path(*path), batches[0].schema, options)
    for batch in batches:
        writer.write_batch(batch)
        answer = answers.read()
        print(name, answer.to_pybytes().hex() if answer else "none")
    writer.close()


def ids(values, type=pa.int64()):
    return pa.array(values, type)


plain = pa.record_batch({"id": ids(range(1000)), "name": pa.array(["a", None] * 500)})
put("plain", plain)
put("path", plain, path=("default", "events"))
put("lz4", plain, options=compressed("lz4"))
put("zstd", plain, options=compressed("zstd"))
put("sliced", plain.slice(10, 5))
put("empty", plain.slice(0, 0))
put("narrow", pa.record_batch({"id": ids([1, 2], pa.int8())}))
put("large", pa.record_batch({"id": ids([1]), "name": pa.array(["x"], pa.large_string())}))
put("view", pa.record_batch({"id": ids([1]), "name": pa.array(["a string that is longer than twelve"], pa.string_view())}))
put("seconds", pa.record_batch({"id": ids([1]), "at": pa.array([datetime.datetime(2026, 1, 1, tzinfo=UTC)], pa.timestamp("s", "UTC"))}))
put("list", pa.record_batch({"id": ids([1, 2]), "tags": pa.array([["a", "b"], None], pa.large_list(pa.string()))}))
first = pa.record_batch({"id": ids([1, 2]), "name": pa.array(["x", "y"]).dictionary_encode()})
second = pa.record_batch({"id": ids([3, 4]), "name": pa.array(["y", "z"]).dictionary_encode()})
put("dictionary", first, second, first)
put("dictionary_lz4", first, second, options=compressed("lz4"))

# a null in a required field, then a good batch: the stream goes on
nulls = pa.record_batch({"id": ids([None])})
put("rejected", nulls, pa.record_batch({"id": ids([1])}))

# a producer that reads no answers
writer, _ = client.do_put(flight.FlightDescriptor.for_path("events"), plain.schema)
for _ in range(300):
    writer.write_batch(plain)
writer.close()
print("unread ok")

# and one whose only batch is rejected
writer, _ = client.do_put(flight.FlightDescriptor.for_path("events"), nulls.schema)
try:
    writer.write_batch(nulls)
    writer.close()
    print("only_rejected silent")
except pa.ArrowInvalid as failure:
    print("only_rejected", "named" if '"id"' in str(failure) else failure)

try:
    client.do_get(flight.Ticket(b"")).read_all()
    print("do_get answered")
except pa.ArrowNotImplementedError:
    print("do_get unimplemented")
