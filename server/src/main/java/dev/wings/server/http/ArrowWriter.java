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
package dev.wings.server.http;

import dev.wings.common.http.Problem;
import dev.wings.server.write.Writes;
import java.io.IOException;
import java.nio.channels.Channels;
import java.util.Objects;
import java.util.Optional;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.VectorUnloader;
import org.apache.arrow.vector.ipc.WriteChannel;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.ipc.message.MessageSerializer;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/// Writes a stream of Arrow. Results have no dictionaries.
final class ArrowWriter implements ResultWriter {

    /// Stands before the length of a message; with a length of 0 it ends the stream.
    private static final int CONTINUATION = -1;

    private final WriteChannel channel;
    private @Nullable VectorSchemaRoot rows;

    ArrowWriter(Outgoing out) {
        this.channel = new WriteChannel(Channels.newChannel(out));
    }

    @Override
    public void start(VectorSchemaRoot root, Schema columns) {
        rows = root;
        try {
            MessageSerializer.serialize(channel, columns);
        } catch (IOException e) {
            throw Outgoing.gone(e);
        }
    }

    @Override
    public void accept() {
        VectorSchemaRoot root = Objects.requireNonNull(rows, "rows come after the start");
        try (ArrowRecordBatch batch = new VectorUnloader(root).getRecordBatch()) {
            MessageSerializer.serialize(channel, batch);
        } catch (IOException e) {
            throw Outgoing.gone(e);
        }
    }

    @Override
    public void end(Optional<Writes.Outcome> outcome) throws IOException {
        channel.writeIntLittleEndian(CONTINUATION);
        channel.writeIntLittleEndian(0);
    }

    @Override
    public void fail(Problem problem) {
        // the stream has no end
    }
}
