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
package dev.wings.server.table;

import dev.wings.common.arrow.ArrowSchemas;
import dev.wings.common.proto.Topic;
import dev.wings.common.resource.TopicName;
import dev.wings.common.schema.DefaultValue;
import dev.wings.common.schema.FieldType;
import dev.wings.common.schema.SchemaProtos;
import dev.wings.common.schema.SqlTypes;
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TopicSchema;
import dev.wings.common.topic.ResolvedTopic;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;

/// A topic as a table: its fields, then the offset and the timestamp of each row.
///
/// @param uid the uid of the topic
/// @param partitionKey the field that rows are partitioned by
/// @param columns the columns of the schema, then `__offset__` and `__timestamp__`
public record TopicTable(
        TopicName name,
        String uid,
        String namespaceUid,
        TopicSchema schema,
        Optional<TopicField> partitionKey,
        List<SqlColumn> columns)
        implements SqlTable {

    public static final SqlColumn OFFSET = SqlColumn.flat(
            TopicSchema.OFFSET_COLUMN,
            "BIGINT",
            false,
            new ArrowType.Int(64, true),
            "position of the row in its partition");

    public static final SqlColumn TIMESTAMP = SqlColumn.flat(
            TopicSchema.TIMESTAMP_COLUMN,
            "TIMESTAMP WITH TIME ZONE",
            false,
            new ArrowType.Timestamp(TimeUnit.MICROSECOND, "UTC"),
            "timestamp of the row's batch");

    public TopicTable {
        columns = List.copyOf(columns);
    }

    public static TopicTable of(Topic topic) {
        TopicSchema schema = SchemaProtos.fromProto(topic.getSchema());
        return new TopicTable(
                TopicName.parse(topic.getName()),
                topic.getUid(),
                topic.getNamespaceUid(),
                schema,
                ResolvedTopic.partitionKey(topic, schema),
                columns(schema));
    }

    public static TopicTable of(ResolvedTopic topic) {
        return new TopicTable(
                topic.name(),
                topic.uid(),
                topic.namespaceUid(),
                topic.schema(),
                topic.partitionKey(),
                columns(topic.schema()));
    }

    private static List<SqlColumn> columns(TopicSchema schema) {
        List<SqlColumn> columns = new ArrayList<>();
        for (TopicField field : schema.fields()) {
            columns.add(column(field));
        }
        columns.add(OFFSET);
        columns.add(TIMESTAMP);
        return columns;
    }

    /// A field as a column of SQL.
    public static SqlColumn column(TopicField field) {
        return new SqlColumn(
                field.name(),
                SqlTypes.text(field.type()),
                !field.required(),
                ArrowSchemas.toArrow(field),
                shown(field),
                field.doc(),
                field.defaults().later().map(DefaultValue::sql));
    }

    /// Returns what DuckDB makes of a field: it has no field ids, can be null, and has UUIDs as texts and fixed
    /// as binary.
    private static org.apache.arrow.vector.types.pojo.Field shown(TopicField field) {
        return shown(ArrowSchemas.toArrow(field), field.type());
    }

    private static org.apache.arrow.vector.types.pojo.Field shown(
            org.apache.arrow.vector.types.pojo.Field stored, FieldType type) {
        ArrowType arrow = switch (type) {
            case FieldType.Primitive primitive ->
                primitive == FieldType.Primitive.UUID ? ArrowType.Utf8.INSTANCE : stored.getType();
            case FieldType.Fixed ignored -> ArrowType.Binary.INSTANCE;
            case FieldType.Decimal ignored -> stored.getType();
            case FieldType.Struct ignored -> stored.getType();
            case FieldType.ListOf ignored -> stored.getType();
            case FieldType.MapOf ignored -> stored.getType();
        };
        return new org.apache.arrow.vector.types.pojo.Field(
                stored.getName(),
                org.apache.arrow.vector.types.pojo.FieldType.nullable(arrow),
                shownChildren(stored, type));
    }

    private static List<org.apache.arrow.vector.types.pojo.Field> shownChildren(
            org.apache.arrow.vector.types.pojo.Field stored, FieldType type) {
        if (type instanceof FieldType.MapOf map) {
            org.apache.arrow.vector.types.pojo.Field entries =
                    stored.getChildren().getFirst();
            return List.of(new org.apache.arrow.vector.types.pojo.Field(
                    entries.getName(),
                    entries.getFieldType(),
                    List.of(
                            notNull(shown(
                                    entries.getChildren().get(0), map.key().type())),
                            shown(entries.getChildren().get(1), map.value().type()))));
        }
        List<org.apache.arrow.vector.types.pojo.Field> children = new ArrayList<>();
        for (int i = 0; i < type.children().size(); i++) {
            children.add(
                    shown(stored.getChildren().get(i), type.children().get(i).type()));
        }
        return children;
    }

    private static org.apache.arrow.vector.types.pojo.Field notNull(org.apache.arrow.vector.types.pojo.Field field) {
        return new org.apache.arrow.vector.types.pojo.Field(
                field.getName(),
                org.apache.arrow.vector.types.pojo.FieldType.notNullable(field.getType()),
                field.getChildren());
    }
}
