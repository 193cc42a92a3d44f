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
package dev.wings.benchmarks.load;

import dev.wings.common.proto.Schema;
import dev.wings.common.schema.SchemaText;
import java.nio.charset.StandardCharsets;

/// Rows of a log as JSON, of about a kilobyte each, that are made up: the same ids always have the same rows.
public final class JsonRows {

    private static final String WORDS = "GET /api/v2/orders/lookup?customer=8213&expand=items,totals upstream answered"
            + " after retry, cache miss for key orders:8213:items, fell back to the replica of the second zone; ";

    private static final int MESSAGE_LENGTH = 640;

    private JsonRows() {}

    /// The topic to create for these rows.
    public static Schema topicSchema() {
        return SchemaText.parseSchema("id long not null, at timestamptz not null, host string, service string,"
                + " level string, status int, duration double, path string, trace uuid, message string,"
                + " tags list<string>");
    }

    private static void append(StringBuilder text, long id) {
        text.append("{\"id\":").append(id);
        text.append(",\"at\":\"2026-01-02T03:")
                .append(10 + id / 60 % 50)
                .append(':')
                .append(10 + id % 50)
                .append(".123456Z\"");
        text.append(",\"host\":\"ip-10-0-").append(id % 200).append(".eu-central-1.compute.internal\"");
        text.append(",\"service\":\"checkout-").append(id % 7).append('"');
        text.append(",\"level\":\"").append(id % 10 == 0 ? "WARN" : "INFO").append('"');
        text.append(",\"status\":").append(id % 10 == 0 ? 503 : 200);
        text.append(",\"duration\":").append(id % 1000).append(".25");
        text.append(",\"path\":\"/api/v2/orders/").append(id % 5000).append('"');
        text.append(",\"trace\":\"123e4567-e89b-12d3-a456-")
                .append(100_000_000_000L + id)
                .append('"');
        text.append(",\"message\":\"");
        int start = (int) (id % WORDS.length());
        for (int i = 0; i < MESSAGE_LENGTH; i++) {
            text.append(WORDS.charAt((start + i) % WORDS.length()));
        }
        text.append("\",\"tags\":[\"production\",\"zone-").append(id % 3).append("\"]}");
    }

    /// The rows `[firstId, firstId + rows)` as one array.
    public static byte[] array(long firstId, int rows) {
        return text(firstId, rows, "[", ",", "]");
    }

    /// The same, each on a line.
    public static byte[] lines(long firstId, int rows) {
        return text(firstId, rows, "", "\n", "\n");
    }

    private static byte[] text(long firstId, int rows, String start, String between, String end) {
        StringBuilder text = new StringBuilder(start);
        for (int row = 0; row < rows; row++) {
            if (row > 0) {
                text.append(between);
            }
            append(text, firstId + row);
        }
        return text.append(end).toString().getBytes(StandardCharsets.UTF_8);
    }
}
