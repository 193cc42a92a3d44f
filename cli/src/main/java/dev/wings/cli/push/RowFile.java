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

import dev.wings.cli.output.FailureText;
import dev.wings.cli.output.Human;
import dev.wings.cli.output.Ticker;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.proto.Schema;
import dev.wings.common.schema.TopicSchema;
import dev.wings.common.text.OnLoss;
import dev.wings.common.text.TextOptions;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.ipc.ArrowReader;

/// Rows in a file or on standard input. The caller closes it.
///
/// An Arrow stream on standard input is sent as it comes; of the other formats standard input is first copied to
/// a temporary file, since their readers look at it more than once.
public sealed interface RowFile extends AutoCloseable permits ArrowRowFile, ParquetRowFile, TextRowFile {

    /// The name by which standard input is asked for.
    String STANDARD_INPUT = "-";

    /// How often is said how far a copy is.
    int PERIOD_MILLIS = 1000;

    int COPY_BYTES = 1 << 16;

    /// What a message says that can be done where digits would be lost.
    String LOSS_ADVICE = ": see --on-loss";

    /// What messages say that can be done.
    TextOptions.Advice ADVICE =
            new TextOptions.Advice(LOSS_ADVICE, "; --encoding latin1, or windows-1252, takes that of older programs");

    /// How text is read of which the user says nothing.
    TextOptions DEFAULT_TEXT = TextOptions.DEFAULT.withAdvice(ADVICE);

    /// Opens a file, or standard input. A format that is not given is guessed from the first bytes and the name.
    static RowFile open(String name, Optional<FileFormat> format) {
        return open(name, format, false);
    }

    /// As [#open(String, Optional)].
    ///
    /// @param again whether it is read more than once: then standard input is always copied
    static RowFile open(String name, Optional<FileFormat> format, boolean again) {
        return open(name, format, again, DEFAULT_TEXT);
    }

    /// As [#open(String, Optional, boolean)], with what the user says of text. Fails with INVALID for what makes no
    /// sense.
    static RowFile open(String name, Optional<FileFormat> format, boolean again, TextArguments text) {
        return open(name, format, again, text.options());
    }

    private static RowFile open(String name, Optional<FileFormat> format, boolean again, TextOptions text) {
        try {
            return name.equals(STANDARD_INPUT)
                    ? openStandardInput(format, again, text)
                    : openFile(name, Path.of(name), format, false, text);
        } catch (IOException e) {
            throw unreadable(name, e);
        }
    }

    /// The name that the user gave.
    String name();

    FileFormat format();

    /// The schema of a topic for these rows. Fails with INVALID for types that topics do not have.
    Schema schema();

    /// How many rows there are, if that is known without reading them. It can be asked before [#read].
    OptionalLong rows();

    /// Reads the rows in the file's order, once. Text (CSV, NDJSON) is read as the types of the topic's fields of
    /// the same name, exactly: the reader fails with INVALID, naming the line, for a value or field that the topic
    /// cannot take. Other formats keep the types that they have. The caller closes the reader before this.
    ///
    /// @param batchRows at most about so many rows a batch; a batch of an Arrow file is never joined with another
    /// @param topic the schema of the topic that the rows are for
    /// @param onLoss for values of more digits than the topic's field holds
    ArrowReader read(BufferAllocator allocator, int batchRows, TopicSchema topic, OnLoss onLoss);

    /// What was noticed since this was asked last, a line each. It does not keep the rows from being taken, but
    /// may not be what the user means.
    default List<String> takeNotes() {
        return List.of();
    }

    @Override
    void close();

    private static RowFile openFile(
            String name, Path path, Optional<FileFormat> format, boolean temporary, TextOptions text)
            throws IOException {
        if (Files.isDirectory(path)) {
            throw WingsException.invalid("a file is expected, not a directory: file=" + name);
        }
        byte[] head = head(path);
        if (head.length == 0) {
            throw WingsException.invalid("the file is empty: file=" + name);
        }
        boolean compressed = Decompression.isCompressed(head);
        byte[] inner = compressed ? innerHead(path) : head;
        if (inner.length == 0) {
            throw WingsException.invalid("the file is empty once it is unpacked: file=" + name);
        }
        FileFormat known = format(name, inner, format, text);
        if (known == FileFormat.ARROW || known == FileFormat.PARQUET) {
            if (compressed) {
                throw WingsException.invalid(
                        "cannot read " + name + ": it is " + known + ", compressed as a whole: unpack it first");
            }
        }
        return switch (known) {
            case ARROW ->
                FileFormat.isArrowFile(head)
                        ? ArrowRowFile.openFile(name, path, temporary)
                        : ArrowRowFile.openStreamFile(name, path, temporary);
            case PARQUET -> new ParquetRowFile(name, path, temporary);
            case CSV, NDJSON -> new TextRowFile(name, known, path, temporary, text);
        };
    }

    private static byte[] head(Path path) throws IOException {
        try (InputStream in = Files.newInputStream(path)) {
            return in.readNBytes(FileFormat.SNIFF_BYTES);
        }
    }

    private static byte[] innerHead(Path path) throws IOException {
        try (BufferedInputStream in = new BufferedInputStream(Files.newInputStream(path));
                InputStream inner = Decompression.open(in)) {
            return inner.readNBytes(FileFormat.SNIFF_BYTES);
        }
    }

    private static FileFormat format(String name, byte[] head, Optional<FileFormat> given, TextOptions text) {
        try {
            ForeignFormat.check(head);
            FileFormat known = given.orElseGet(() -> FileFormat.guess(name, head));
            if (known == FileFormat.CSV || known == FileFormat.NDJSON) {
                ForeignFormat.checkText(head, text.encoding());
            }
            if (given.isEmpty() && text.encoding().equals(StandardCharsets.UTF_8)) {
                NameCheck.check(known, head, text.skipBadLines());
            }
            return known;
        } catch (WingsException e) {
            throw unreadable(name, e);
        }
    }

    private static RowFile openStandardInput(Optional<FileFormat> format, boolean again, TextOptions text)
            throws IOException {
        String name = "standard input";
        BufferedInputStream in = new BufferedInputStream(System.in, 1 << 16);
        in.mark(FileFormat.SNIFF_BYTES);
        byte[] head = in.readNBytes(FileFormat.SNIFF_BYTES);
        in.reset();
        if (head.length == 0) {
            throw WingsException.invalid("standard input is empty");
        }
        boolean arrow = !Decompression.isCompressed(head) && format(name, head, format, text) == FileFormat.ARROW;
        if (arrow && !FileFormat.isArrowFile(head) && !again) {
            return ArrowRowFile.openStream(name, in);
        }
        Path copy = Files.createTempFile("wings-push-", ".rows");
        long start = System.nanoTime();
        AtomicLong copied = new AtomicLong();
        try {
            try (Ticker ticker = Ticker.start(true, PERIOD_MILLIS, () -> copying(name, copied.get(), start));
                    OutputStream out = Files.newOutputStream(copy)) {
                byte[] bytes = new byte[COPY_BYTES];
                for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
                    out.write(bytes, 0, count);
                    copied.addAndGet(count);
                }
            }
            return openFile(name, copy, format, true, text);
        } catch (IOException | RuntimeException e) {
            Files.deleteIfExists(copy);
            throw e;
        }
    }

    /// How far a copy is, as `reading standard input: 12.3 MB, 4 s`.
    private static String copying(String name, long bytes, long startNanos) {
        return "reading " + name + ": " + Human.bytes((double) bytes) + ", "
                + Duration.ofNanos(System.nanoTime() - startNanos).toSeconds() + " s";
    }

    /// The failure to read `name`, in the user's words.
    static WingsException unreadable(String name, Exception cause) {
        if (cause instanceof EOFException) {
            return new WingsException(
                    ErrorKind.INVALID, "cannot read " + name + ": it ends too early, was the file cut off?", cause);
        }
        return new WingsException(
                ErrorKind.INVALID,
                "cannot read " + name + ": " + LocalDuckDb.message(FailureText.withoutFile(cause)),
                cause);
    }
}
