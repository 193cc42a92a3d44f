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
package dev.wings.cli.sql;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.VectorUnloader;
import org.apache.arrow.vector.ipc.WriteChannel;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.ipc.message.MessageSerializer;
import org.apache.arrow.vector.types.pojo.Schema;

/// See [OutputFormat#ARROW]. Results have no dictionaries; their batches may come in several streams.
final class ArrowPrinter implements ResultPrinter {

    /// Stands before the length of a message; with a length of 0 it ends the stream.
    private static final int CONTINUATION = -1;

    private final OutputStream out;
    private final WriteChannel channel;

    /// @param out is left open
    ArrowPrinter(OutputStream out) {
        this.out = out;
        this.channel = new WriteChannel(Channels.newChannel(out));
    }

    @Override
    public void start(Schema schema) {
        run(() -> MessageSerializer.serialize(channel, schema));
    }

    @Override
    public void rows(VectorSchemaRoot rows) {
        try (ArrowRecordBatch batch = new VectorUnloader(rows).getRecordBatch()) {
            run(() -> MessageSerializer.serialize(channel, batch));
        }
    }

    @Override
    public void end() {
        run(() -> {
            channel.writeIntLittleEndian(CONTINUATION);
            channel.writeIntLittleEndian(0);
            out.flush();
        });
    }

    private interface Writing {
        void run() throws IOException;
    }

    private static void run(Writing writing) {
        try {
            writing.run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
