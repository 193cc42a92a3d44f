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
package dev.wings.common.schema;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.schema.FieldType.Primitive;
import java.time.Duration;
import java.util.Optional;

/// By which of their fields rows say when they happened, and how far that may be from when they come in.
///
/// @param fieldId of a top-level field of type timestamp, which is UTC then, or timestamptz
/// @param maxLate how long ago it may be; empty for any time
/// @param maxFuture how far ahead it may be; empty for any time
public record RowTime(int fieldId, Optional<Duration> maxLate, Optional<Duration> maxFuture) {

    /// The longest bound: about ten thousand years, so that one of them and any time of a row fit into a long.
    private static final Duration MAX_BOUND = Duration.ofDays(3_650_000);

    public RowTime {
        maxLate.ifPresent(bound -> check("max_late", bound));
        maxFuture.ifPresent(bound -> check("max_future", bound));
    }

    private static void check(String name, Duration bound) {
        if (bound.isNegative() || bound.compareTo(MAX_BOUND) > 0) {
            throw WingsException.invalid(
                    "bad " + name + ": 0 to " + MAX_BOUND.toDays() + " days are expected: found=" + bound);
        }
    }

    /// The field in a schema. Fails with PRECONDITION if it is not there, and INVALID if it has no points in
    /// time.
    public TopicField field(TopicSchema schema) {
        TopicField field = schema.find(fieldId)
                .filter(found -> schema.fields().contains(found))
                .orElseThrow(() -> new WingsException(
                        ErrorKind.PRECONDITION,
                        "the topic's rows say by this field when they happened, name another timestamp_column first, or"
                                + " none: field_id=" + fieldId));
        if (field.type() != Primitive.TIMESTAMP && field.type() != Primitive.TIMESTAMPTZ) {
            throw WingsException.invalid("timestamp_column is of type timestamp or timestamptz: field=\""
                    + TopicField.printable(field.name()) + "\", type=" + field.type());
        }
        return field;
    }
}
