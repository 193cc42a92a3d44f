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
package dev.wings.compactor.maintain;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.github.luben.zstd.ZstdInputStream;
import dev.wings.common.error.WingsException;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import org.apache.iceberg.TableMetadataParser.Codec;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.SeekableInputStream;

/// A file that another engine has written: metadata of a table, a list of manifests, or a manifest. It is read only if
/// what it becomes in memory is bounded (I11): a few megabytes can inflate to any size, and Iceberg's readers would
/// take it all. Fails with INVALID if it is too large.
///
/// The file is looked through before each reading, and inflated without being kept.
record BoundedInput(InputFile file, Limits limits) implements InputFile {

    private static final byte[] AVRO = {'O', 'b', 'j', 1};
    private static final int SYNC_BYTES = 16;

    /// @param blockBytes how much may be in memory at once: a metadata file, or a block of an Avro file
    /// @param fileBytes how large an Avro file may be, of which readers keep a part
    /// @param tokens how many a metadata file may have: a bracket takes far more memory than a byte
    record Limits(long blockBytes, long fileBytes, long tokens) {

        static final Limits DEFAULT = new Limits(64 << 20, 256 << 20, 2_000_000);
    }

    @Override
    public long getLength() {
        return file.getLength();
    }

    @Override
    public SeekableInputStream newStream() {
        try {
            check();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot look through a file: location=" + location(), e);
        }
        return file.newStream();
    }

    @Override
    public String location() {
        return file.location();
    }

    @Override
    public boolean exists() {
        return file.exists();
    }

    private void check() throws IOException {
        try (InputStream stored = new BufferedInputStream(file.newStream(), 64 << 10)) {
            stored.mark(AVRO.length);
            byte[] magic = stored.readNBytes(AVRO.length);
            stored.reset();
            if (Arrays.equals(magic, AVRO)) {
                checkAvro(new DataInputStream(stored));
            } else if (location().contains(".json")) {
                checkJson(stored);
            } else if (getLength() > limits.blockBytes()) {
                throw tooLarge("bytes", getLength(), limits.blockBytes());
            }
        }
    }

    private void checkJson(InputStream stored) throws IOException {
        boolean packed = Codec.fromFileName(location()) == Codec.GZIP;
        try (InputStream json = new Counted(packed ? new GZIPInputStream(stored) : stored, limits.blockBytes());
                JsonParser parser = new JsonFactory().createParser(json)) {
            long tokens = 0;
            while (parser.nextToken() != null) {
                tokens++;
                if (tokens > limits.tokens()) {
                    throw tooLarge("parts", tokens, limits.tokens());
                }
            }
        }
    }

    /// Looks through an Avro file. See the specification of Avro, "Object Container Files".
    private void checkAvro(DataInputStream in) throws IOException {
        in.skipNBytes(AVRO.length);
        Map<String, String> header = header(in);
        String codec = header.getOrDefault("avro.codec", "null");
        in.skipNBytes(SYNC_BYTES);
        long fileBytes = 0;
        while (true) {
            int first = in.read();
            if (first < 0) {
                return;
            }
            readLong(in, first);
            long size = readLong(in, in.readUnsignedByte());
            if (size < 0 || size > limits.blockBytes()) {
                throw tooLarge("block_bytes", size, limits.blockBytes());
            }
            fileBytes += inflated(codec, new Part(in, size));
            if (fileBytes > limits.fileBytes()) {
                throw tooLarge("inflated_bytes", fileBytes, limits.fileBytes());
            }
            in.skipNBytes(SYNC_BYTES);
        }
    }

    private Map<String, String> header(DataInputStream in) throws IOException {
        Map<String, String> header = new HashMap<>();
        long bytes = 0;
        for (long entries = readLong(in, in.readUnsignedByte());
                entries != 0;
                entries = readLong(in, in.readUnsignedByte())) {
            if (entries < 0) {
                readLong(in, in.readUnsignedByte());
            }
            for (long i = 0; i < Math.abs(entries); i++) {
                String key = readText(in);
                String value = readText(in);
                bytes += key.length() + value.length() + 1;
                if (bytes > limits.blockBytes()) {
                    throw tooLarge("header_bytes", bytes, limits.blockBytes());
                }
                header.put(key, value);
            }
        }
        return header;
    }

    /// How large a block is in memory. Reads its part to the end.
    private long inflated(String codec, Part part) throws IOException {
        long bytes;
        switch (codec) {
            case "null" -> bytes = part.left;
            case "deflate" -> {
                Inflater inflater = new Inflater(true);
                try (InputStream inflating = new InflaterInputStream(part, inflater)) {
                    bytes = count(inflating);
                } finally {
                    inflater.end();
                }
            }
            case "zstandard" -> {
                try (InputStream inflating = new ZstdInputStream(part)) {
                    bytes = count(inflating);
                }
            }
            case "snappy" -> bytes = readVarint(part);
            default ->
                throw WingsException.invalid("a file is compressed in a way that is not read: location="
                        + EngineFiles.printable(location()) + ", codec=" + EngineFiles.printable(codec));
        }
        if (bytes > limits.blockBytes()) {
            throw tooLarge("inflated_block_bytes", bytes, limits.blockBytes());
        }
        part.skipNBytes(part.left);
        return bytes;
    }

    private long count(InputStream inflating) throws IOException {
        byte[] buffer = new byte[64 << 10];
        long bytes = 0;
        for (int read = inflating.read(buffer); read >= 0; read = inflating.read(buffer)) {
            bytes += read;
            if (bytes > limits.blockBytes()) {
                return bytes;
            }
        }
        return bytes;
    }

    private String readText(DataInputStream in) throws IOException {
        long length = readLong(in, in.readUnsignedByte());
        if (length < 0 || length > limits.blockBytes()) {
            throw tooLarge("text_bytes", length, limits.blockBytes());
        }
        byte[] text = in.readNBytes(Math.toIntExact(length));
        if (text.length < length) {
            throw new EOFException("a text is cut short");
        }
        return new String(text, StandardCharsets.UTF_8);
    }

    private static long readLong(DataInputStream in, int first) throws IOException {
        long value = 0;
        int shift = 0;
        int next = first;
        while (true) {
            value |= (next & 0x7fL) << shift;
            if ((next & 0x80) == 0) {
                return value >>> 1 ^ -(value & 1);
            }
            shift += 7;
            if (shift > 63) {
                throw new IOException("a number is too long");
            }
            next = in.readUnsignedByte();
        }
    }

    /// Reads the size that a snappy block begins with.
    private static long readVarint(InputStream in) throws IOException {
        long value = 0;
        for (int shift = 0; shift <= 28; shift += 7) {
            int next = in.read();
            if (next < 0) {
                throw new EOFException("a block is cut short");
            }
            value |= (next & 0x7fL) << shift;
            if ((next & 0x80) == 0) {
                return value;
            }
        }
        throw new IOException("a number is too long");
    }

    private WingsException tooLarge(String what, long found, long limit) {
        return WingsException.invalid("a file of another engine is too large to be read: location="
                + EngineFiles.printable(location()) + ", " + what + "=" + found + ", limit=" + limit);
    }

    /// The next bytes of a stream, which stays open.
    private static final class Part extends InputStream {
        private final InputStream in;
        private long left;

        Part(InputStream in, long left) {
            this.in = in;
            this.left = left;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int start, int length) throws IOException {
            if (left == 0) {
                return -1;
            }
            int read = in.read(into, start, (int) Math.min(length, left));
            if (read < 0) {
                throw new EOFException("a block is cut short");
            }
            left -= read;
            return read;
        }
    }

    /// Fails when there is more than a limit.
    private final class Counted extends InputStream {
        private final InputStream in;
        private final long limit;
        private long bytes;

        Counted(InputStream in, long limit) {
            this.in = in;
            this.limit = limit;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int start, int length) throws IOException {
            int read = in.read(into, start, length);
            bytes += Math.max(0, read);
            if (bytes > limit) {
                throw tooLarge("inflated_bytes", bytes, limit);
            }
            return read;
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
