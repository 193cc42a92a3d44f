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

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wings.common.error.WingsException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.file.CodecFactory;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.iceberg.inmemory.InMemoryInputFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Checks I11 for what other engines have written.
final class BoundedInputTest {

    private static final BoundedInput.Limits LIMITS = new BoundedInput.Limits(100_000, 250_000, 1_000);

    private static final Schema SCHEMA =
            SchemaBuilder.record("r").fields().requiredBytes("bytes").endRecord();

    private static byte[] read(String name, byte[] content) throws IOException {
        BoundedInput input = new BoundedInput(new InMemoryInputFile("file:///t/" + name, content), LIMITS);
        try (InputStream in = input.newStream()) {
            return in.readAllBytes();
        }
    }

    private static byte[] avro(String codec, int records, int bytes) throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (DataFileWriter<GenericRecord> writer = new DataFileWriter<>(new GenericDatumWriter<>(SCHEMA))) {
            writer.setCodec(CodecFactory.fromString(codec)).create(SCHEMA, file);
            for (int i = 0; i < records; i++) {
                GenericRecord row = new GenericData.Record(SCHEMA);
                row.put("bytes", ByteBuffer.allocate(bytes));
                writer.append(row);
            }
        }
        return file.toByteArray();
    }

    private static byte[] gzip(String text) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(packed)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return packed.toByteArray();
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "deflate", "zstandard", "snappy"})
    void avroIsReadUpToItsBounds(String codec) throws IOException {
        for (byte[] whole : new byte[][] {avro(codec, 0, 0), avro(codec, 1, 90_000), avro(codec, 50, 4_000)}) {
            assertThat(read("manifest.avro", whole)).isEqualTo(whole);
        }
        // one block
        assertThatThrownBy(() -> read("manifest.avro", avro(codec, 1, 1_000_000)))
                .isInstanceOf(WingsException.class)
                .hasMessageContaining("too large")
                .hasMessageContaining("limit=100000");
        // many of them
        assertThatThrownBy(() -> read("manifest.avro", avro(codec, 200, 4_000)))
                .isInstanceOf(WingsException.class)
                .hasMessageContaining("limit=250000");
        // whatever it is called
        assertThatThrownBy(() -> read("x.metadata.json", avro(codec, 1, 1_000_000)))
                .isInstanceOf(WingsException.class);
    }

    @Test
    void metadataAreReadUpToTheirBounds() throws IOException {
        String small = "{\"a\":\"" + "x".repeat(90_000) + "\"}";
        String large = "{\"a\":\"" + "x".repeat(110_000) + "\"}";
        String brackets = "[" + "[],".repeat(2_000) + "[]]";
        assertThat(read("v1.metadata.json", small.getBytes(StandardCharsets.UTF_8)))
                .hasSize(small.length());
        assertThat(read("v1.gz.metadata.json", gzip(small))).isEqualTo(gzip(small));
        assertThatThrownBy(() -> read("v1.metadata.json", large.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(WingsException.class);
        assertThat(gzip(large)).hasSizeLessThan(2_000);
        for (String name : new String[] {"v1.gz.metadata.json", "v1.metadata.json.gz"}) {
            assertThatThrownBy(() -> read(name, gzip(large)))
                    .as(name)
                    .isInstanceOf(WingsException.class)
                    .hasMessageContaining("limit=100000");
        }
        assertThatThrownBy(() -> read("v1.gz.metadata.json", gzip(brackets)))
                .isInstanceOf(WingsException.class)
                .hasMessageContaining("parts");
    }

    @Test
    void whatIsCutShortIsNoLoop() throws IOException {
        byte[] whole = avro("deflate", 3, 1_000);
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            try {
                read("manifest.avro", cut);
            } catch (RuntimeException e) {
                assertThat(e).as("%d", length).isInstanceOfAny(WingsException.class, UncheckedIOException.class);
            }
        }
    }
}
