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
package dev.wings.common.cache;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/// The files of a cache, named by the cache. What was written may be lost by a crash, in any part and order, unless it
/// was synced; a name that was removed may come back.
interface CacheDisk extends AutoCloseable {

    /// The names of all files.
    List<String> list() throws IOException;

    /// Makes a file of `bytes` zeros that takes no space.
    void create(String name, long bytes) throws IOException;

    long size(String name) throws IOException;

    /// Writes the remaining bytes at a position.
    void write(String name, long position, ByteBuffer from) throws IOException;

    /// Fills `into` from a position.
    void read(String name, long position, ByteBuffer into) throws IOException;

    /// Makes durable what was written to a file before.
    void sync(String name) throws IOException;

    /// Writes a whole small file in place of an older one with that name.
    void replace(String name, byte[] content) throws IOException;

    /// A whole small file.
    byte[] load(String name) throws IOException;

    /// Removes a file; a missing one is no error.
    void delete(String name) throws IOException;

    /// Makes `link` another name of a file.
    void link(String name, Path link) throws IOException;

    /// Where links can be made.
    Path links();

    @Override
    void close() throws IOException;
}
