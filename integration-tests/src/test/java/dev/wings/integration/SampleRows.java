/*
 * Copyright 2026 the Wings authors.
 *
 * Licensed under the Apache License, Version 2.0 (the "License");
 * you may not use this file except in compliance with the License.
 * You may obtain a copy of the License at
 *
 *     https://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS,
 * WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 * See the License for the specific language governing permissions and
 * limitations under the License.
 */
package dev.wings.integration;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.FixedSizeBinaryVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowFileWriter;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.duckdb.DuckDBResultSet;

/// Rows to push, made by DuckDB: the same in every run.
final class SampleRows {

    /// Schema of [#everyType]. Without `time`, a type that Spark does not have.
    static final String EVERY_TYPE = String.join(
            ", ",
            List.of(
                    "id bigint not null",
                    "flag boolean",
                    "small int",
                    "large long",
                    "ratio float",
                    "exact double",
                    "price decimal(9,3)",
                    "amount decimal(18,2)",
                    "huge decimal(38,10)",
                    "day date",
                    "local timestamp",
                    "moment timestamptz",
                    "name string",
                    "bytes binary",
                    "digest fixed(4)",
                    "guid uuid",
                    "place struct<lat: double, lon: double, label: struct<text: string, tags: list<string>>>",
                    "tags list<string>",
                    "grid list<list<int>>",
                    "items list<struct<sku: string, qty: int>>",
                    "attributes map<string, string>",
                    "scores map<int, list<decimal(9,2)>>"));

    /// Schema of [#readings].
    static final String READINGS = "device string not null, read_at timestamptz, number bigint not null, note string";

    private static final String VALUES = """
            select
              i as id,
              case when i % 5 <> 1 then i % 3 = 0 end as flag,
              (case i when 0 then -2147483648 when 1 then 2147483647 else hash(i) % 100000 end)::int as small,
              (case i when 0 then -9223372036854775808 when 1 then 9223372036854775807 else hash(i, 1) >> 2 end)::bigint
                as large,
              (case i when 0 then 'nan'::float when 1 then -0.0::float when 4 then 'infinity'::float
                else hash(i, 2) % 10000 / 7 end)::float as ratio,
              (case i when 0 then 'nan'::double when 1 then -0.0::double when 4 then '-infinity'::double
                else hash(i, 3) % 1000000 / 11 end)::double as exact,
              (case i when 0 then '-999999.999' else (hash(i, 4) % 8000 / 8)::varchar end)::decimal(9,3) as price,
              (case i when 0 then '-9999999999999999.99' else (hash(i, 5) % 400000 / 4)::varchar end)::decimal(18,2) as amount,
              (case i when 0 then '-9999999999999999999999999999.9999999999' else (hash(i, 6) >> 1) || '.5' end)
                ::decimal(38,10) as huge,
              (case i when 0 then date '0001-01-01' when 1 then date '9999-12-31'
                else date '1950-01-01' + (hash(i, 7) % 40000)::int end)::date as day,
              case i when 0 then timestamp '0001-01-01 00:00:00' when 1 then timestamp '9999-12-31 23:59:59.999999'
                else make_timestamp(((hash(i, 8) % 4000000000)::bigint - 1000000000) * 1000001) end as local,
              (case i when 0 then timestamp '0001-01-01 00:00:00' when 1 then timestamp '9999-12-31 23:59:59.999999'
                else make_timestamp(((hash(i, 9) % 4000000000)::bigint - 1000000000) * 1000003) end)::timestamptz
                as moment,
              case i when 0 then '' when 1 then repeat('長い', 200) when 5 then null else 'name ' || hash(i, 10) % 50 || ' é😀' end as name,
              case i when 0 then ''::blob else unhex(printf('%016x', hash(i, 11) >> 1)) end as bytes,
              unhex(printf('%08x', hash(i, 12) >> 33)) as digest,
              (md5(i::varchar))::uuid as guid,
              {
                'lat': (i % 180 - 90)::double,
                'lon': case when i % 4 = 0 then null else i::double end,
                'label': case when i % 5 = 2 then null else {
                  'text': 'text ' || i,
                  'tags': case i % 3 when 0 then []::varchar[] when 1 then ['a', null, 'c'] end
                } end
              } as place,
              case i when 0 then []::varchar[] else list_transform(range(i % 5), lambda x: 'tag ' || x) end as tags,
              case i when 0 then []::int[][] else [[i % 9, null], [], null, [1, 2, 3]]::int[][] end as grid,
              case i when 0 then []::struct(sku varchar, qty int)[] else
                [{'sku': 'a' || i % 11, 'qty': (i % 4)::int}, null, {'sku': null, 'qty': null}] end as items,
              case i when 0 then map {}::map(varchar, varchar)
                else map {'k' || i % 3: 'v' || i, 'none': null} end as attributes,
              case i when 0 then map {}::map(int, decimal(9,2)[])
                else map {(i % 100)::int: [1.25, null, i % 1000 / 4]::decimal(9,2)[], -1: null} end as scores
            from
            """;

    private static final int BATCH_ROWS = 4_096;
    private static final String DIGEST = "digest";
    private static final int DIGEST_BYTES = 4;

    private SampleRows() {}

    /// Rows of all types and of nested ones. Rows 0 and 1 hold extremes; in every seventh row all but the id is null.
    static String everyType(int rows) {
        String ids = "range(%d) r(i)".formatted(rows);
        return "select i as id, v.* exclude id from %s left join (%s %s) v on v.id = i and i %% 7 <> 3 order by i"
                .formatted(ids, VALUES, ids);
    }

    /// Rows `[start, end)` of five devices, one about each half hour, from before 1970 on; some have no time.
    static String readings(int start, int end) {
        return """
                select
                  'device ' || i %% 5 as device,
                  case when i %% 11 > 0 then timestamptz '1969-12-30 20:00:00+00' + i * interval '1861.000007 seconds' end
                    as read_at,
                  i as number,
                  case when i %% 3 > 0 then 'note ' || hash(i) end as note
                from range(%d, %d) r(i)
                order by i
                """.formatted(start, end);
    }

    /// Writes an Arrow file with what a query of DuckDB gives. A column `digest` becomes one of fixed length, a type
    /// that DuckDB does not have.
    static void write(String query, Path file) {
        try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = duckdb.createStatement();
                BufferAllocator allocator = new RootAllocator()) {
            statement.execute("set timezone = 'UTC'");
            statement.execute("set arrow_lossless_conversion = true");
            try (ResultSet rows = statement.executeQuery(query);
                    ArrowReader batches =
                            (ArrowReader) rows.unwrap(DuckDBResultSet.class).arrowExportStream(allocator, BATCH_ROWS);
                    FixedSizeBinaryVector digests = new FixedSizeBinaryVector(DIGEST, allocator, DIGEST_BYTES);
                    FileChannel out = FileChannel.open(
                            file,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.TRUNCATE_EXISTING,
                            StandardOpenOption.WRITE)) {
                write(batches, digests, out);
            }
        } catch (SQLException | IOException e) {
            throw new IllegalStateException(query, e);
        }
    }

    private static void write(ArrowReader batches, FixedSizeBinaryVector digests, FileChannel out) throws IOException {
        VectorSchemaRoot batch = batches.getVectorSchemaRoot();
        List<FieldVector> columns = batch.getFieldVectors().stream()
                .map(column -> column.getName().equals(DIGEST) ? digests : column)
                .toList();
        VectorSchemaRoot root = new VectorSchemaRoot(columns);
        try (ArrowFileWriter writer = new ArrowFileWriter(root, null, out)) {
            while (batches.loadNextBatch()) {
                if (columns.contains(digests)) {
                    fill(digests, (VarBinaryVector) batch.getVector(DIGEST));
                }
                root.setRowCount(batch.getRowCount());
                writer.writeBatch();
            }
        }
    }

    private static void fill(FixedSizeBinaryVector digests, VarBinaryVector bytes) {
        digests.reset();
        for (int row = 0; row < bytes.getValueCount(); row++) {
            if (bytes.isNull(row)) {
                digests.setNull(row);
            } else {
                digests.setSafe(row, bytes.get(row));
            }
        }
    }
}
