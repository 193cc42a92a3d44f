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
package dev.wings.server.write;

import com.google.protobuf.ByteString;
import dev.wings.client.EncodedProducer;
import dev.wings.common.resource.TopicName;
import dev.wings.common.topic.ResolvedTopic;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Schema;

/// Sends rows to an ingestor, which stores them.
public interface RowStreams {

    /// Opens a stream of rows to a topic. Fails with NOT_FOUND if there is no topic of this name, at the latest
    /// when the stream is finished, and with UNAVAILABLE if no ingestor answers.
    ///
    /// @param topic as it is now
    /// @param columns of the rows, each with the name of one of the topic
    RowStream open(ResolvedTopic topic, Schema columns);

    /// Opens a stream of batches that are encoded already. The listener is told of failures, and of what
    /// becomes of the batches.
    ///
    /// @param schema of the batches, as the header of the message of Arrow that tells it
    EncodedProducer openEncoded(TopicName topic, ByteString schema, EncodedProducer.Listener listener);

    /// A stream of rows, which are stored in the order in which they are sent.
    interface RowStream extends AutoCloseable {

        /// Sends rows, which stay the caller's. Blocks while too many are on their way. Fails if the stream has
        /// ended.
        void send(VectorSchemaRoot rows);

        /// Waits for the answers to all that was sent, and returns how many rows were stored. If some were not
        /// stored, it fails and says how many were.
        long finish();

        /// Breaks the stream off if it is not finished. The rows that were sent may be stored or not.
        @Override
        void close();
    }
}
