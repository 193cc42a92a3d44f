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
package dev.wings.cli.push;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/// Text of another encoding as UTF-8. Fails for bytes that are no text of that encoding.
final class Utf8Stream extends InputStream {

    private static final int CHARS = 1 << 13;

    private final Reader reader;
    private final Charset from;
    private final char[] chars = new char[CHARS];
    private byte[] bytes = {};
    private int position;

    /// Closes `in`.
    Utf8Stream(InputStream in, Charset from) {
        this.from = from;
        this.reader = new InputStreamReader(
                in,
                from.newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT));
    }

    @Override
    public int read() throws IOException {
        return fill() ? bytes[position++] & 0xFF : -1;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        int count = Math.min(length, bytes.length - position);
        System.arraycopy(bytes, position, into, offset, count);
        position += count;
        return count;
    }

    private boolean fill() throws IOException {
        while (position == bytes.length) {
            int count;
            try {
                // this leaves room for the second half of a pair
                count = reader.read(chars, 0, CHARS - 1);
                if (count > 0 && Character.isHighSurrogate(chars[count - 1])) {
                    count += Math.max(0, reader.read(chars, count, 1));
                }
            } catch (CharacterCodingException e) {
                throw new IOException("the text is not " + from, e);
            }
            if (count < 0) {
                return false;
            }
            bytes = new String(chars, 0, count).getBytes(StandardCharsets.UTF_8);
            position = 0;
        }
        return true;
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
