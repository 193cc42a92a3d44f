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
package dev.wings.server.session;

import java.util.List;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;

/// The types that clients are told to send parameters in. What a client sends in another type is taken in that one.
///
/// The JDBC driver writes milliseconds into timestamps and times, whatever unit it is told
/// (<https://github.com/apache/arrow-java/issues/838>), and Go's `database/sql` has one type of integers, of 64 bits.
public final class AnnouncedParameters {

    private static final ArrowType LONG = new ArrowType.Int(Long.SIZE, true);

    private AnnouncedParameters() {}

    /// @param expected the parameters as the statement has them
    public static Schema of(List<Field> expected) {
        return new Schema(expected.stream().map(AnnouncedParameters::announced).toList());
    }

    private static Field announced(Field field) {
        ArrowType type = announced(field.getType());
        FieldType kept = field.getFieldType();
        return new Field(
                field.getName(),
                new FieldType(kept.isNullable(), type, kept.getDictionary(), kept.getMetadata()),
                field.getChildren());
    }

    private static ArrowType announced(ArrowType type) {
        return switch (type) {
            case ArrowType.Int it -> it.getIsSigned() || it.getBitWidth() < Long.SIZE ? LONG : it;
            case ArrowType.Timestamp it -> new ArrowType.Timestamp(TimeUnit.MILLISECOND, it.getTimezone());
            case ArrowType.Time ignored -> new ArrowType.Time(TimeUnit.MILLISECOND, Integer.SIZE);
            default -> type;
        };
    }
}
