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

import java.util.List;
import org.apache.arrow.vector.types.pojo.Schema;

/// A page taken apart.
public final class Page {

    private final Schema schema;
    private final byte[] schemaHeader;
    private final List<PageBatch> batches;

    Page(Schema schema, byte[] schemaHeader, List<PageBatch> batches) {
        this.schema = schema;
        this.schemaHeader = schemaHeader;
        this.batches = List.copyOf(batches);
    }

    /// Columns of the canonical Arrow types, with their field ids in the metadata; in any order, optional ones may be
    /// absent.
    public Schema schema() {
        return schema;
    }

    /// The `Message` flatbuffer of the schema, with its padding; not to be changed.
    public byte[] schemaHeader() {
        return schemaHeader;
    }

    /// The batches, in the order of the page.
    public List<PageBatch> batches() {
        return batches;
    }
}
