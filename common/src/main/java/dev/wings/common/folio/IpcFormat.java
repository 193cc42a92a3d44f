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
package dev.wings.common.folio;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// How messages stand in an Arrow IPC stream: `FFFFFFFF | int32 length | flatbuffer | padding | body`, each part a
/// multiple of 8 bytes, and `FFFFFFFF 00000000` at the end. See "Encapsulated message format" of the Arrow columnar
/// format.
final class IpcFormat {

    static final int ALIGNMENT = 8;
    static final int CONTINUATION = 0xFFFF_FFFF;
    static final int PREFIX_BYTES = 8;
    static final int END_OF_STREAM_BYTES = 8;

    private IpcFormat() {}

    /// All of a message before its body. The flatbuffer is copied; its position is not moved.
    static ByteBuffer frame(ByteBuffer message) {
        int padded = Math.ceilDiv(message.remaining(), ALIGNMENT) * ALIGNMENT;
        ByteBuffer frame = ByteBuffer.allocate(PREFIX_BYTES + padded).order(ByteOrder.LITTLE_ENDIAN);
        frame.putInt(CONTINUATION).putInt(padded).put(message.duplicate());
        return frame.rewind();
    }

    static ByteBuffer endOfStream() {
        return ByteBuffer.allocate(END_OF_STREAM_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(CONTINUATION)
                .putInt(0)
                .rewind();
    }
}
