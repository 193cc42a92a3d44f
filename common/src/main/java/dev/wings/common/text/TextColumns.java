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
package dev.wings.common.text;

import dev.wings.common.arrow.ArrowSchemas;
import dev.wings.common.schema.TopicField;
import java.util.List;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;

/// The columns that values of text are written to.
public final class TextColumns {

    private TextColumns() {}

    /// The schema of rows with these fields of a topic, with nulls allowed wherever they can stand in text:
    /// whether they may be there is for the ingestor to say.
    public static Schema schema(List<TopicField> fields) {
        return new Schema(fields.stream()
                .map(ArrowSchemas::toArrow)
                .map(TextColumns::nullable)
                .toList());
    }

    private static Field nullable(Field field) {
        List<Field> children = field.getChildren();
        if (field.getType() instanceof ArrowType.Map) {
            Field entries = children.getFirst();
            List<Field> members = entries.getChildren();
            children = List.of(new Field(
                    entries.getName(), entries.getFieldType(), List.of(members.get(0), nullable(members.get(1)))));
        } else {
            children = children.stream().map(TextColumns::nullable).toList();
        }
        return new Field(field.getName(), new FieldType(true, field.getType(), null, field.getMetadata()), children);
    }
}
