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
package dev.wings.ingestor.folio;

import com.google.protobuf.ByteString;
import dev.wings.common.error.WingsException;
import dev.wings.common.proto.IngestRequest;
import dev.wings.common.proto.ProducerBatch;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;
import java.util.UUID;

/// The number that a producer gave a batch, so that it is stored once however often it is sent (I4).
///
/// @param epoch 0 for an id that the producer has made
/// @param sequence the number of the batch among those that the producer sends to the topic, from 0
/// @param single whether the producer sends no other batch
/// @param fingerprint tells the batch from another one that is sent under its number by mistake; 0 for none
public record BatchNumber(UUID producerId, long epoch, long sequence, boolean single, long fingerprint) {

    private static final int UUID_BYTES = 16;

    /// The number that a message has; empty if it has none. Fails with INVALID if it has a part of one.
    public static Optional<BatchNumber> of(IngestRequest request) {
        if (request.getProducerId().isEmpty() && request.getProducerEpoch() == 0 && !request.hasSequence()) {
            return Optional.empty();
        }
        if (request.getProducerId().size() != UUID_BYTES || !request.hasSequence()) {
            throw WingsException.invalid("a numbered batch has a producer_id of 16 bytes and a sequence: bytes="
                    + request.getProducerId().size() + ", sequence="
                    + (request.hasSequence() ? request.getSequence() : "none"));
        }
        if (request.getProducerEpoch() < 0 || request.getSequence() < 0 || request.getSequence() == Long.MAX_VALUE) {
            throw WingsException.invalid("the numbers of a batch are from 0 on: producer_epoch="
                    + request.getProducerEpoch() + ", sequence=" + request.getSequence());
        }
        ByteBuffer id = request.getProducerId().asReadOnlyByteBuffer();
        return Optional.of(new BatchNumber(
                new UUID(id.getLong(), id.getLong()), request.getProducerEpoch(), request.getSequence(), false, 0));
    }

    /// The number of a batch that is the only one with a key.
    ///
    /// @param content what is sent; under the same key it is to be the same
    public static BatchNumber ofKey(String key, byte[] content) {
        // an id of 128 bits of the key's digest: two keys have the same one as rarely as two UUIDs are the same
        ByteBuffer digest = ByteBuffer.wrap(sha256(("wings idempotency key\n" + key).getBytes(StandardCharsets.UTF_8)));
        UUID id = new UUID(digest.getLong(), digest.getLong());
        return new BatchNumber(id, 0, 0, true, ByteBuffer.wrap(sha256(content)).getLong() | 1);
    }

    /// The number of one of several batches with a key.
    public BatchNumber oneOfSeveral(int index) {
        return new BatchNumber(producerId, epoch, index, false, fingerprint);
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /// The batch as a commit has it, without what it consists of.
    ProducerBatch.Builder toProto(String topicUid) {
        return ProducerBatch.newBuilder()
                .setTopicUid(topicUid)
                .setProducerId(ByteString.copyFrom(ByteBuffer.allocate(UUID_BYTES)
                        .putLong(producerId.getMostSignificantBits())
                        .putLong(producerId.getLeastSignificantBits())
                        .flip()))
                .setEpoch(epoch)
                .setSequence(sequence)
                .setSingle(single)
                .setFingerprint(fingerprint);
    }
}
