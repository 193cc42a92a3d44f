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

import dev.wings.common.arrow.IpcHeader;
import dev.wings.common.error.WingsException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.arrow.vector.types.pojo.Schema;

/// The messages of a body that is a stream of Arrow's IPC format,
/// <https://arrow.apache.org/docs/format/Columnar.html#ipc-streaming-format>. The bytes may be of hostile
/// origin.
///
/// @param batches dictionaries and rows, in the order of the stream
record ArrowStream(Schema schema, List<Part> batches) {

    /// More messages of one request are refused.
    static final int MAX_MESSAGES = 1000;

    private static final int CONTINUATION = -1;
    private static final int PREFIX_BYTES = 8;

    /// What the other format of Arrow begins with, that of files.
    private static final byte[] FILE = {'A', 'R', 'R', 'O', 'W', '1'};

    /// A message with its body, which is part of the request's body.
    ///
    /// @param start where the body starts
    record Part(IpcHeader header, int start, int length) {}

    /// Reads all headers. Fails with INVALID for what is no whole stream.
    static ArrowStream of(byte[] body) {
        if (body.length >= FILE.length && Arrays.equals(FILE, 0, FILE.length, body, 0, FILE.length)) {
            throw WingsException.invalid(
                    "the body is a file of Arrow, also called Feather: send Arrow's streaming format");
        }
        ByteBuffer bytes = ByteBuffer.wrap(body).order(ByteOrder.LITTLE_ENDIAN);
        if (!(next(bytes) instanceof Part(IpcHeader.SchemaMessage schema, int ignoredStart, int ignoredLength))) {
            throw WingsException.invalid("the first message of a stream of Arrow must be its schema");
        }
        List<Part> batches = new ArrayList<>();
        while (bytes.hasRemaining()) {
            if (isEnd(bytes)) {
                break;
            }
            if (batches.size() == MAX_MESSAGES) {
                throw WingsException.invalid(
                        "too many batches in one request, send larger ones: limit=" + MAX_MESSAGES);
            }
            batches.add(next(bytes));
        }
        return new ArrowStream(schema.schema(), batches);
    }

    private static boolean isEnd(ByteBuffer bytes) {
        int at = bytes.position();
        if (bytes.remaining() < PREFIX_BYTES
                || bytes.getInt(at) != CONTINUATION
                || bytes.getInt(at + Integer.BYTES) != 0) {
            return false;
        }
        if (bytes.remaining() > PREFIX_BYTES) {
            throw WingsException.invalid(
                    "something follows the end of the stream of Arrow: bytes=" + (bytes.remaining() - PREFIX_BYTES));
        }
        return true;
    }

    private static Part next(ByteBuffer bytes) {
        if (bytes.remaining() < PREFIX_BYTES || bytes.getInt() != CONTINUATION) {
            throw WingsException.invalid("the body is no stream of Arrow: a message is expected at byte "
                    + bytes.position() + ", in the format of Arrow 0.15 and later");
        }
        int headerBytes = bytes.getInt();
        if (headerBytes <= 0 || headerBytes > bytes.remaining() || headerBytes > IpcHeader.MAX_BYTES) {
            throw cut("header", headerBytes, bytes);
        }
        byte[] header = new byte[headerBytes];
        bytes.get(header);
        IpcHeader parsed = IpcHeader.parse(header);
        long length = switch (parsed) {
            case IpcHeader.SchemaMessage ignored -> 0;
            case IpcHeader.RecordBatch batch -> batch.bodyBytes();
            case IpcHeader.DictionaryBatch dictionary -> dictionary.values().bodyBytes();
        };
        if (length < 0 || length > bytes.remaining()) {
            throw cut("body", length, bytes);
        }
        int start = bytes.position();
        bytes.position(start + (int) length);
        return new Part(parsed, start, (int) length);
    }

    private static WingsException cut(String what, long length, ByteBuffer bytes) {
        return WingsException.invalid("the stream of Arrow ends in the middle of a message: the " + what + " has "
                + length + " bytes, there are " + bytes.remaining());
    }

    /// How many batches of rows there are.
    long rowBatches() {
        return batches.stream()
                .filter(part -> part.header() instanceof IpcHeader.RecordBatch)
                .count();
    }
}
