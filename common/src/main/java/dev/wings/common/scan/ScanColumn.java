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
package dev.wings.common.scan;

import dev.wings.common.schema.DefaultValue;
import java.util.Optional;
import org.apache.arrow.vector.types.pojo.Field;

/// A column that a scan delivers.
public sealed interface ScanColumn {

    /// Name and type that it is delivered with.
    Field field();

    /// A field of the topic.
    ///
    /// @param absent what it is in pages that do not have it; none is null
    record Stored(int fieldId, Field field, Optional<DefaultValue> absent) implements ScanColumn {}

    /// The offset of each row.
    record Offset(Field field) implements ScanColumn {}

    /// The timestamp of each row's batch.
    record Timestamp(Field field) implements ScanColumn {}
}
