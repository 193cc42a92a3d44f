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
package dev.wings.controlplane.catalog;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.store.ObjectInfo;
import dev.wings.common.store.ObjectStore;
import dev.wings.common.store.ObjectStores;
import dev.wings.controlplane.lake.LakeHome;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.iceberg.TableMetadataParser.Codec;
import org.apache.iceberg.exceptions.NotFoundException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Metadata files of tables and views as objects. Bounded: a file that is too large, packed or not, is refused before
/// it is held in memory, and one whose JSON has too many parts before they are.
final class MetadataFiles {

    private static final Logger LOG = LoggerFactory.getLogger(MetadataFiles.class);

    private static final int CHUNK_BYTES = 256 << 10;

    private final ObjectStores stores;
    private final MetadataMemory memory;

    MetadataFiles(ObjectStores stores, MetadataMemory memory) {
        this.stores = stores;
        this.memory = memory;
    }

    /// Runs a part that may be run again: if it fails, the files that it has read count no more.
    <T> T attempt(Supplier<T> part) {
        return memory.attempt(part);
    }

    /// Reads a file with `parser`, which takes the location and the JSON. Fails with Iceberg's
    /// `NotFoundException` if there is none, with INVALID if it is damaged.
    <T> T read(LakeHome home, String location, BiFunction<String, String, T> parser) {
        String key = new Warehouse(home).key(location);
        ObjectStore store = stores.open(home.objectStore());
        ObjectInfo info = find(home, location);
        checkSize(location, info.bytes());
        memory.take(info.bytes());
        ByteBuffer content = ByteBuffer.allocate(Math.toIntExact(info.bytes()));
        try {
            store.read(key, 0, content);
        } catch (WingsException e) {
            throw e.kind() == ErrorKind.NOT_FOUND ? missing(location, e) : e;
        }
        try {
            byte[] unpacked = unpacked(location, content.array());
            String json = new String(unpacked, StandardCharsets.UTF_8);
            long tokens = JsonTokens.count(json);
            checkTokens(location, unpacked.length, tokens);
            memory.takeTokens(unpacked.length, tokens);
            return parser.apply(location, json);
        } catch (WingsException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw new WingsException(
                    ErrorKind.INVALID, "not a metadata file: location=" + location + ", cause=" + e.getMessage(), e);
        }
    }

    /// The failure in Iceberg's words, which clients know.
    private static NotFoundException missing(String location, @Nullable WingsException cause) {
        // This is no ERROR, which wakes an operator: a client may remove its own file, or name one that never
        // was.
        LOG.warn("metadata file is missing: location={}", location);
        return new NotFoundException(cause, "Failed to open input stream for file: %s", location);
    }

    /// Fails as [#read] does if there is no such file.
    void require(LakeHome home, String location) {
        find(home, location);
    }

    private ObjectInfo find(LakeHome home, String location) {
        return stores.open(home.objectStore())
                .find(new Warehouse(home).key(location))
                .orElseThrow(() -> missing(location, null));
    }

    private byte[] unpacked(String location, byte[] stored) throws IOException {
        if (Codec.fromFileName(location) != Codec.GZIP) {
            return stored;
        }
        try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(stored))) {
            ByteArrayOutputStream json = new ByteArrayOutputStream();
            while (true) {
                byte[] chunk = in.readNBytes(CHUNK_BYTES);
                if (chunk.length == 0) {
                    return json.toByteArray();
                }
                checkSize(location, json.size() + chunk.length);
                memory.take(chunk.length);
                json.write(chunk);
            }
        }
    }

    /// Makes the store ready for files that an engine writes below a location.
    void makeRoom(LakeHome home, String location) {
        stores.open(home.objectStore()).makeRoom(new Warehouse(home).key(location));
    }

    /// Stores a file under a location that has none yet. The location's name tells whether it is packed.
    void write(LakeHome home, String location, String json) {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        checkSize(location, bytes.length);
        checkTokens(location, bytes.length, tokens(json));
        ByteBuffer content = ByteBuffer.wrap(Codec.fromFileName(location) == Codec.GZIP ? packed(bytes) : bytes);
        stores.open(home.objectStore()).create(new Warehouse(home).key(location), List.of(content));
    }

    private static long tokens(String json) {
        try {
            return JsonTokens.count(json);
        } catch (IOException e) {
            throw new IllegalStateException("what is written can be read", e);
        }
    }

    private static byte[] packed(byte[] bytes) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(packed)) {
            out.write(bytes);
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory cannot fail", e);
        }
        return packed.toByteArray();
    }

    /// Removes a file that no pointer has or ever will have.
    void discard(LakeHome home, String location) {
        try {
            stores.open(home.objectStore()).delete(new Warehouse(home).key(location));
        } catch (WingsException e) {
            LOG.warn("cannot remove the metadata file of a commit that failed: location={}", location, e);
        }
    }

    private void checkSize(String location, long bytes) {
        if (bytes > memory.maxFileBytes()) {
            // INVALID and not EXHAUSTED, which clients repeat.
            throw WingsException.invalid("the metadata of a table are too large, expire snapshots: location=" + location
                    + ", bytes=" + bytes + ", limit_bytes=" + memory.maxFileBytes());
        }
    }

    /// Checks the size of a file's content, so that what is written can be read again, and what is read is not
    /// larger in memory than there is room for.
    private void checkTokens(String location, long bytes, long tokens) {
        if (!memory.holds(bytes, tokens)) {
            throw WingsException.invalid("the metadata of a table have too many parts for their size: location="
                    + location + ", bytes=" + bytes + ", parts=" + tokens + ", memory_bytes=" + memory.bytes());
        }
    }
}
