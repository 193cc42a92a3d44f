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
package dev.wings.common.folio;

import dev.wings.common.arrow.IpcHeader;
import org.apache.arrow.memory.ArrowBuf;

/// One record batch message of a page.
public final class PageBatch {

    private final byte[] header;
    private final IpcHeader.RecordBatch layout;
    private final ArrowBuf body;

    PageBatch(byte[] header, IpcHeader.RecordBatch layout, ArrowBuf body) {
        this.header = header;
        this.layout = layout;
        this.body = body;
    }

    /// The `Message` flatbuffer, with its padding; not to be changed.
    public byte[] header() {
        return header;
    }

    /// The message's body, a slice of the page's memory that is valid as long as that is. Buffers in it may be
    /// compressed, as the header says.
    public ArrowBuf body() {
        return body;
    }

    public long rows() {
        return layout.rows();
    }

    /// What the header says: where each buffer is in the body, in which all of them are, and how they are compressed.
    public IpcHeader.RecordBatch layout() {
        return layout;
    }
}
