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

import com.github.luben.zstd.ZstdInputStream;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.ingestor.budget.MemoryBudget;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.zip.GZIPInputStream;

/// Bodies that are packed as a whole, by `Content-Encoding`.
final class Unpacking {

    /// The encodings that are taken, as a header of an answer names them.
    static final String ENCODINGS = "gzip, zstd";

    private static final int CHUNK_BYTES = 64 << 10;

    /// The largest window of Zstandard, as a power of two: it is memory that nothing counts.
    private static final int MAX_WINDOW_LOG = 23;

    private Unpacking() {}

    /// Whether bodies of this encoding are taken.
    static boolean knows(String encoding) {
        return switch (encoding.strip().toLowerCase(Locale.ROOT)) {
            case "", "identity", "gzip", "x-gzip", "zstd" -> true;
            default -> false;
        };
    }

    /// The body as it was before it was packed. Fails with INVALID for what is not packed so, with EXHAUSTED if
    /// there is no memory for it, and as too large.
    ///
    /// @param encoding one of those that are known
    /// @param account counts what is unpacked
    static byte[] unpack(String encoding, byte[] body, int limitBytes, MemoryBudget.Account account) {
        String name = encoding.strip().toLowerCase(Locale.ROOT);
        if (name.isEmpty() || name.equals("identity")) {
            return body;
        }
        try (InputStream in = open(name, body)) {
            ByteArrayOutputStream unpacked = new ByteArrayOutputStream();
            byte[] chunk = new byte[CHUNK_BYTES];
            for (int count = in.read(chunk); count >= 0; count = in.read(chunk)) {
                if (unpacked.size() + count > limitBytes) {
                    throw new TooLargeException(
                            "the body is too large once it is unpacked, send fewer rows at once: limit_bytes="
                                    + limitBytes);
                }
                if (!account.receive(count)) {
                    throw WingsException.exhausted(
                            "the ingestor has no memory to unpack the body, send it again later: bytes="
                                    + unpacked.size());
                }
                unpacked.write(chunk, 0, count);
            }
            return unpacked.toByteArray();
        } catch (IOException e) {
            throw new WingsException(
                    ErrorKind.INVALID,
                    "the body is not what Content-Encoding says: expected=" + name + ", cause=" + e.getMessage(),
                    e);
        }
    }

    private static InputStream open(String encoding, byte[] body) throws IOException {
        InputStream packed = new ByteArrayInputStream(body);
        return encoding.equals("zstd")
                ? new ZstdInputStream(packed).setLongMax(MAX_WINDOW_LOG)
                : new GZIPInputStream(packed, CHUNK_BYTES);
    }
}
