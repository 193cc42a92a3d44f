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
package dev.wings.common.arrow;

/// How much is gathered into one message.
///
/// The first rows are given out as they come, and the following ones in ever larger messages, so that who waits for
/// the first does not wait for more.
public final class MessageRoom {

    /// Clients take messages of 4 MiB unless they are told otherwise: what is given out stays below half of it, unless
    /// one batch or one row is larger by itself.
    public static final long MAX_BYTES = 2 << 20;

    /// Enough for the price of a message not to matter.
    private static final long FULL_BYTES = MAX_BYTES / 2;

    private static final long FIRST_BYTES = 64 << 10;

    private long bytes;
    private long fullBytes;
    private boolean empty = true;

    /// Whether more rows may be added.
    public boolean hasRoom() {
        return empty || bytes < fullBytes;
    }

    /// Whether rows of so many bytes may be added.
    public boolean hasRoomFor(long more) {
        return empty || (hasRoom() && bytes + more <= MAX_BYTES);
    }

    public boolean isEmpty() {
        return empty;
    }

    /// How many bytes were added.
    public long bytes() {
        return bytes;
    }

    /// Rows of so many bytes were added.
    public void add(long more) {
        bytes += more;
        empty = false;
    }

    /// The message is given out: the next one is empty, and may become larger.
    public void next() {
        clear();
        fullBytes = Math.clamp(2 * fullBytes, FIRST_BYTES, FULL_BYTES);
    }

    /// What was added is dropped.
    public void clear() {
        bytes = 0;
        empty = true;
    }
}
