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
package dev.wings.compactor.segment;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.lake.StoreLocations;
import dev.wings.common.process.Scratch;
import dev.wings.common.rpc.Retries;
import dev.wings.common.store.ObjectInfo;
import dev.wings.common.store.ObjectStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Copies segments to the local disk.
///
/// @param locations the locations of the store
/// @param retries repeat what the store could not do just now
record SegmentDownloads(ObjectStore store, StoreLocations locations, Retries retries) {

    private static final int READ_BYTES = 4 << 20;

    /// Makes `file`. Fails with DATA_LOSS if the segment is missing, or not as long as the table says.
    void copy(Segment segment, Path file) {
        String location = segment.file().location();
        String key = locations.key(location);
        long bytes =
                retries.idempotent(() -> store.find(key).map(ObjectInfo::bytes)).orElse(-1L);
        if (bytes != segment.bytes()) {
            throw WingsException.dataLoss(
                    "a segment is " + (bytes < 0 ? "missing" : "cut") + ": location=" + location + ", expected_bytes="
                            + segment.bytes() + ", found_bytes=" + Math.max(0, bytes),
                    null);
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            ByteBuffer buffer = ByteBuffer.allocateDirect((int) Math.min(READ_BYTES, bytes));
            for (long start = 0; start < bytes; start += buffer.limit()) {
                long from = start;
                retries.idempotent(() -> {
                    store.read(key, from, buffer.clear().limit((int) Math.min(READ_BYTES, bytes - from)));
                    return key;
                });
                buffer.flip();
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
            }
        } catch (WingsException e) {
            if (e.kind() == ErrorKind.NOT_FOUND || e.kind() == ErrorKind.INVALID) {
                throw WingsException.dataLoss("a segment is missing or cut: location=" + location, e);
            }
            throw e;
        } catch (IOException e) {
            throw Scratch.failed("cannot write a local file: file=" + file, e);
        }
    }
}
