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
package dev.wings.ingestor.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.wings.common.http.HttpAnswer;
import dev.wings.common.http.Problem;
import dev.wings.common.proto.IngestResponse.PartitionRange;
import dev.wings.ingestor.intake.Session;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/// What clients are told of their rows.
final class PushAnswers {

    private static final JsonFactory JSON = new JsonFactory();

    private static final int OK = 200;

    /// The status that says that only some of the rows were taken (Multi-Status, RFC 4918).
    private static final int MULTI_STATUS = 207;

    private PushAnswers() {}

    /// The answer to rows of which at least one was taken, or that are none.
    static HttpAnswer taken(Push.Result.Taken taken, boolean dryRun) {
        boolean all = taken.failures().isEmpty();
        return taken(taken.rows(), taken.failures().count(), taken.ranges(), dryRun, all, json -> {
            if (taken.repeated()) {
                json.writeBooleanField("repeated", true);
            }
            writeKept(taken.kept(), json);
            if (!all) {
                taken.failures().write(json);
            }
        });
    }

    /// As [#taken(Push.Result.Taken,boolean)].
    ///
    /// @param all whether no row was rejected
    /// @param more writes which rows were, and why
    static HttpAnswer taken(
            long accepted, long rejected, List<PartitionRange> ranges, boolean dryRun, boolean all, Problem.More more) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(body)) {
            json.writeStartObject();
            json.writeNumberField("accepted", accepted);
            json.writeNumberField("rejected", rejected);
            if (dryRun) {
                json.writeBooleanField("dry_run", true);
            } else {
                json.writeArrayFieldStart("partitions");
                for (PartitionRange range : ranges) {
                    write(range, json);
                }
                json.writeEndArray();
            }
            more.write(json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return HttpAnswer.json(all ? OK : MULTI_STATUS, body.toByteArray());
    }

    /// Says which rows are kept as dead letters, if any are.
    static void writeKept(Session.Kept kept, JsonGenerator json) throws IOException {
        if (kept.rows() > 0) {
            json.writeNumberField("dead_letters", kept.rows());
            json.writeStringField("request_id", kept.requestId());
        }
    }

    private static void write(PartitionRange range, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("partition_value", range.getPartitionValue());
        json.writeNumberField("start_offset", range.getStartOffset());
        json.writeNumberField("end_offset", range.getEndOffset());
        json.writeNumberField("timestamp_micros", range.getTimestampMicros());
        json.writeEndObject();
    }

    /// The answer to rows of which none was taken.
    static HttpAnswer refused(RowFailures failures) {
        String detail = (failures.count() == 1
                        ? "a row cannot be taken, and none was stored: "
                        : failures.count() + " rows cannot be taken, and none was stored; the first: ")
                + failures.first().text();
        return Problem.of(400, "bad-rows", "Rows cannot be taken", detail).answer(json -> {
            json.writeNumberField("accepted", 0);
            json.writeNumberField("rejected", failures.count());
            failures.write(json);
        });
    }
}
