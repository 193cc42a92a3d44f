"""Pushes with nothing but pyarrow and asks Flight SQL for the rows. Arguments: port of the ingestor, port of the server."""

import datetime
import sys

import pyarrow as pa
import pyarrow.flight as flight

ingestor, server = sys.argv[1], sys.argv[2]

schema = pa.schema([("id", pa.int32()), ("name", pa.dictionary(pa.int8(), pa.large_utf8())), ("at", pa.timestamp("s", tz="UTC"))])


def batch(start, rows):
    return pa.record_batch(
        [
            pa.array(range(start, start + rows), pa.int32()),
            pa.array([f"name {i % 3}" for i in range(rows)], pa.large_utf8()).dictionary_encode().cast(schema.field("name").type),
            pa.array([datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)] * rows, schema.field("at").type),
        ],
        schema=schema,
    )


with flight.connect(f"grpc://127.0.0.1:{ingestor}") as client:
    writer, answers = client.do_put(flight.FlightDescriptor.for_path("from_python"), schema)
    for i in range(10):
        writer.write_batch(batch(i * 100, 100))
        assert answers.read() is not None
    writer.close()

    # dictionaries that grow are sent as deltas, one that changes is sent anew
    options = flight.FlightCallOptions(write_options=pa.ipc.IpcWriteOptions(emit_dictionary_deltas=True))
    words = pa.schema([("word", pa.dictionary(pa.int32(), pa.utf8()))])
    writer, answers = client.do_put(flight.FlightDescriptor.for_path("words"), words, options)
    for values in (["a", "b"], ["a", "b", "\u00e4"], ["a", "b", "\u00e4", "", "last"], ["other"], ["other", "more"]):
        encoded = pa.DictionaryArray.from_arrays(pa.array([*range(len(values)), None], pa.int32()), pa.array(values))
        writer.write_batch(pa.record_batch([encoded], schema=words))
        answer = answers.read()
        assert answer is not None and b"dictionary" not in answer.to_pybytes(), answer
    writer.close()

    # a batch that breaks the schema is rejected by itself, and its stream says why
    bad = pa.schema([("id", pa.utf8())])
    writer, answers = client.do_put(flight.FlightDescriptor.for_path("default", "from_python"), bad)
    try:
        writer.write_batch(pa.record_batch([pa.array(["x"])], schema=bad))
        answer = answers.read()
        assert answer is not None and b"id" in answer.to_pybytes(), answer
        writer.close()
    except (flight.FlightError, pa.ArrowInvalid) as failure:
        assert "id" in str(failure), failure


def any_message(type_name, payload):
    """google.protobuf.Any with a Flight SQL command, encoded by hand."""

    def field(number, data):
        assert len(data) < 128
        return bytes([number << 3 | 2, len(data)]) + data

    url = b"type.googleapis.com/arrow.flight.protocol.sql." + type_name.encode()
    return field(1, url) + field(2, field(1, payload))


def row(client, sql):
    command = any_message("CommandStatementQuery", sql.encode())
    info = client.get_flight_info(flight.FlightDescriptor.for_command(command))
    table = client.do_get(info.endpoints[0].ticket).read_all()
    assert table.num_rows == 1, table
    return [column[0].as_py() for column in table.columns]


# tools that have a user and a password want a token for them
for port in (ingestor, server):
    with flight.connect(f"grpc://127.0.0.1:{port}") as client:
        name, token = client.authenticate_basic_token("somebody", "secret")
        assert name == b"authorization" and token.startswith(b"Bearer "), (port, name, token)
        if port == ingestor:
            options = flight.FlightCallOptions(headers=[(name, token)])
            writer, answers = client.do_put(flight.FlightDescriptor.for_path("from_python"), schema, options)
            writer.write_batch(batch(1000, 1))
            assert answers.read() is not None
            writer.close()

with flight.connect(f"grpc://127.0.0.1:{server}") as client:
    found = row(client, "select count(*), min(id), max(id) from from_python")
    assert found == [1001, 0, 1000], found
    found = row(client, "select string_agg(coalesce(word, '-'), ',' order by __offset__) from words")
    assert found == ["a,b,-,a,b,\u00e4,-,a,b,\u00e4,,last,-,other,-,other,more,-"], found

print("ok")
