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
package dev.wings.controlplane.grpc;

import com.google.protobuf.ByteString;
import dev.wings.common.error.WingsException;
import java.nio.ByteBuffer;
import java.util.UUID;

/// UUIDs in requests. Fails with INVALID, naming the field.
final class Uuids {

    private static final int BYTES = 16;

    private Uuids() {}

    static UUID parse(String field, String text) {
        try {
            UUID uuid = UUID.fromString(text);
            // fromString takes shortened forms too
            if (uuid.toString().equals(text)) {
                return uuid;
            }
        } catch (IllegalArgumentException e) {
            // the failure follows below
        }
        throw WingsException.invalid("bad " + field + ": a lower-case UUID is expected: length=" + text.length());
    }

    static ByteString format(UUID uuid) {
        return ByteString.copyFrom(ByteBuffer.allocate(BYTES)
                .putLong(uuid.getMostSignificantBits())
                .putLong(uuid.getLeastSignificantBits())
                .flip());
    }

    static UUID parse(String field, ByteString bytes) {
        if (bytes.size() != BYTES) {
            throw WingsException.invalid("bad " + field + ": 16 bytes are expected: found=" + bytes.size());
        }
        ByteBuffer buffer = bytes.asReadOnlyByteBuffer();
        return new UUID(buffer.getLong(), buffer.getLong());
    }
}
