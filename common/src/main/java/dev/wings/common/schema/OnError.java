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

import dev.wings.common.error.WingsException;
import java.util.Locale;

/// What becomes of rows that a topic cannot take by themselves, while others of their batch fit.
public enum OnError {
    /// Their batch is rejected.
    REJECT,
    /// They go, with the reason, to the topic's topic of dead letters.
    DEAD_LETTER;

    /// The header by which the producer of a stream asks that its batches are taken as a whole or not at all,
    /// whatever the topic says: with the value `reject`.
    public static final String HEADER = "wings-on-error";

    /// Fails with INVALID for what is none.
    public static OnError parse(String text) {
        return switch (text.strip().toLowerCase(Locale.ROOT)) {
            case "reject" -> REJECT;
            case "dead_letter" -> DEAD_LETTER;
            default ->
                throw WingsException.invalid(
                        "bad on_error: reject or dead_letter is expected: found=" + TopicField.printable(text));
        };
    }

    static OnError fromProto(dev.wings.common.proto.OnError proto) {
        return switch (proto) {
            case ON_ERROR_UNSPECIFIED, REJECT -> REJECT;
            case DEAD_LETTER -> DEAD_LETTER;
            case UNRECOGNIZED -> throw WingsException.invalid("bad on_error: none that is known here");
        };
    }

    public dev.wings.common.proto.OnError toProto() {
        return switch (this) {
            case REJECT -> dev.wings.common.proto.OnError.REJECT;
            case DEAD_LETTER -> dev.wings.common.proto.OnError.DEAD_LETTER;
        };
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
