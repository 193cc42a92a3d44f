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

import dev.wings.common.error.WingsException;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;

/// What can be asked of the Arrow types that producers send.
final class SourceTypes {

    /// Decimal digits of the largest unsigned 64-bit integer.
    static final int MAX_UINT64_DIGITS = 20;

    /// Booleans of a byte each.
    static final String BYTE_BOOLEAN_EXTENSION = "arrow.bool8";

    private SourceTypes() {}

    /// The type of the field's buffers: that of the storage for an extension type.
    static ArrowType storage(Field field) {
        return field.getType() instanceof ArrowType.ExtensionType extension ? extension.storageType() : field.getType();
    }

    /// Whether the timestamps are instants. The format takes an empty time zone for none.
    static boolean isZoned(ArrowType.Timestamp type) {
        return type.getTimezone() != null && !type.getTimezone().isEmpty();
    }

    static boolean isUuid(Field field) {
        return isMarked(field, ArrowSchemas.UUID_EXTENSION)
                && storage(field) instanceof ArrowType.FixedSizeBinary fixed
                && fixed.getByteWidth() == ArrowSchemas.UUID_BYTES;
    }

    /// Whether it holds booleans of a byte each, as DuckDB sends them where it is to lose nothing.
    static boolean isByteBoolean(Field field) {
        return isMarked(field, BYTE_BOOLEAN_EXTENSION)
                && storage(field) instanceof ArrowType.Int type
                && type.getBitWidth() == Byte.SIZE
                && type.getIsSigned();
    }

    private static boolean isMarked(Field field, String extensionName) {
        return field.getType() instanceof ArrowType.ExtensionType extension
                ? extensionName.equals(extension.extensionName())
                : extensionName.equals(field.getMetadata().get(ArrowSchemas.EXTENSION_NAME_KEY));
    }

    /// The only child of a list-like field.
    static Field element(Field field, String path) {
        if (field.getChildren().size() != 1) {
            throw malformed(path, field);
        }
        return field.getChildren().get(0);
    }

    /// The entries of a map: a struct of a key and a value.
    static Field entries(Field field, String path) {
        if (field.getChildren().size() != 1) {
            throw malformed(path, field);
        }
        Field entries = field.getChildren().get(0);
        if (!(entries.getType() instanceof ArrowType.Struct)
                || entries.getChildren().size() != 2) {
            throw malformed(path, field);
        }
        return entries;
    }

    private static WingsException malformed(String path, Field field) {
        return WingsException.invalid("the field's type has the wrong children: field=\"" + path + "\", type="
                + ArrowSchemas.typeText(field));
    }
}
