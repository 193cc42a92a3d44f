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
package dev.wings.integration.lake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wings.common.proto.IngestResponse;
import dev.wings.common.proto.LakeSpec;
import dev.wings.common.proto.PartitionTransform;
import dev.wings.common.proto.SortField;
import dev.wings.common.proto.TablePartitionField;
import dev.wings.common.proto.TablePartitioning;
import dev.wings.common.schema.FieldType;
import dev.wings.common.schema.FieldType.Primitive;
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TopicSchema;
import dev.wings.integration.SqlClient;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A topic of random types in a random layout, and all rows that its ingestor has acknowledged: how they must read.
final class ValueTopic {

    private static final int MAX_LITERALS = 4;

    private final String id;
    private final Random random;
    private final TopicSchema schema;
    private final TestTopic topic;
    private final String layout;
    private final Primitive timeAs;
    private final List<List<@Nullable Object>> rows = new ArrayList<>();
    private final List<String> refused = new ArrayList<>();
    private long nextId;

    /// @param types of the columns beside `id`
    /// @param timeAs what times are in the table
    ValueTopic(LakeFixture lake, String id, List<FieldType> types, Primitive timeAs, Random random) {
        this.id = id;
        this.random = random;
        this.timeAs = timeAs;
        List<TopicField> fields = new ArrayList<>();
        fields.add(TopicField.required(1, "id", Primitive.LONG));
        int[] lastId = {1};
        for (int i = 0; i < types.size(); i++) {
            int fieldId = ++lastId[0];
            fields.add(TopicField.optional(fieldId, "c" + i, nest(types.get(i), lastId, random)));
        }
        boolean keyed = random.nextInt(3) == 0;
        if (keyed) {
            int position = random.nextInt(fields.size());
            TopicField key = fields.get(position);
            if (key.type().canPartition()) {
                fields.set(position, TopicField.required(key.id(), key.name(), key.type()));
            }
            keyed = key.type().canPartition() && position > 0;
            this.schema = new TopicSchema(0, fields, lastId[0]);
            LakeSpec spec = spec();
            this.topic = lake.createTopic(id, schema, keyed ? key.name() : "", spec);
            this.layout = (keyed ? "key " + key.name() : "") + " " + spec;
        } else {
            this.schema = new TopicSchema(0, fields, lastId[0]);
            LakeSpec spec = spec();
            this.topic = lake.createTopic(id, schema, "", spec);
            this.layout = spec.toString();
        }
    }

    TestTopic topic() {
        return topic;
    }

    List<String> refused() {
        return refused;
    }

    /// The type, or something with it inside.
    private static FieldType nest(FieldType type, int[] lastId, Random random) {
        return switch (random.nextInt(8)) {
            case 0 -> new FieldType.ListOf(TopicField.optional(++lastId[0], "element", type));
            case 1 -> {
                TopicField first = new TopicField(++lastId[0], "first", random.nextBoolean(), type, "");
                yield new FieldType.Struct(
                        List.of(first, TopicField.optional(++lastId[0], "A \"second\" one", Primitive.STRING)));
            }
            case 2 ->
                new FieldType.MapOf(
                        TopicField.required(++lastId[0], "key", type),
                        TopicField.optional(++lastId[0], "value", Primitive.INT));
            case 3 -> {
                FieldType inner = nest(type, lastId, random);
                yield new FieldType.MapOf(
                        TopicField.required(++lastId[0], "key", Primitive.STRING),
                        TopicField.optional(++lastId[0], "value", inner));
            }
            default -> type;
        };
    }

    private LakeSpec spec() {
        LakeSpec.Builder spec =
                LakeSpec.newBuilder().setTimeAs(dev.wings.common.proto.Primitive.valueOf(timeAs.name()));
        TablePartitioning.Builder partitioning = TablePartitioning.newBuilder();
        for (TopicField field : schema.fields()) {
            List<PartitionTransform> transforms = new ArrayList<>();
            for (dev.wings.common.schema.LakeSpec.Transform transform :
                    dev.wings.common.schema.LakeSpec.Transform.values()) {
                if (transform.takes(field.type())) {
                    transforms.add(PartitionTransform.valueOf(transform.name()));
                }
            }
            if (field.id() > 1
                    && !transforms.isEmpty()
                    && partitioning.getFieldsCount() < 2
                    && random.nextInt(3) == 0) {
                partitioning.addFields(TablePartitionField.newBuilder()
                        .setField(field.name())
                        .setTransform(transforms.get(random.nextInt(transforms.size()))));
            }
        }
        spec.setPartitioning(partitioning);
        for (TopicField field : schema.fields()) {
            if (field.type().children().isEmpty() && spec.getSortOrderCount() < 2 && random.nextInt(4) == 0) {
                spec.addSortOrder(SortField.newBuilder()
                        .setField(field.name())
                        .setDescending(random.nextBoolean())
                        .setNullsLast(random.nextBoolean()));
            }
        }
        return spec.build();
    }

    /// Pushes two batches of good rows, and one of a row that may be refused, with the row and the field.
    void push(LakeIngestor ingestor, int count) {
        List<List<List<@Nullable Object>>> batches = new ArrayList<>(List.of(rows(count), rows(count / 2 + 1)));
        for (int column = 1; column < schema.fields().size(); column++) {
            List<Object> wild = OddValues.wild(schema.fields().get(column).type());
            if (!wild.isEmpty()) {
                List<@Nullable Object> row = row();
                row.set(column, wild.get(random.nextInt(wild.size())));
                batches.add(List.of(row));
            }
        }
        List<IngestResponse> answers = ingestor.push(id, schema, batches);
        assertThat(answers).as(this::toString).hasSameSizeAs(batches);
        for (int i = 0; i < answers.size(); i++) {
            IngestResponse answer = answers.get(i);
            if (i < 2) {
                assertThat(answer.hasAccepted()).as("%s: %s", this, answer).isTrue();
            }
            if (answer.hasAccepted()) {
                rows.addAll(batches.get(i));
            } else {
                String reason = answer.getRejected().getMessage();
                assertThat(reason).as(this::toString).contains("field=\"c");
                assertThat(reason).as(this::toString).containsAnyOf("row=0", "position=", "partition key");
                refused.add(reason);
            }
        }
    }

    private List<List<@Nullable Object>> rows(int count) {
        List<List<@Nullable Object>> made = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            made.add(row());
        }
        return made;
    }

    private List<@Nullable Object> row() {
        List<@Nullable Object> row = new ArrayList<>();
        schema.fields().forEach(field -> row.add(OddValues.random(field, random)));
        row.set(0, nextId++);
        return row;
    }

    /// All rows, and those that conditions leave.
    void assertSql(SqlClient sql, String when) {
        StringBuilder columns = new StringBuilder();
        for (TopicField field : schema.fields()) {
            columns.append(columns.isEmpty() ? "" : ", ").append(ValueText.column(field));
        }
        List<List<@Nullable String>> expected = new ArrayList<>();
        for (List<@Nullable Object> row : rows) {
            List<@Nullable String> texts = new ArrayList<>();
            for (int i = 0; i < row.size(); i++) {
                texts.add(ValueText.sql(schema.fields().get(i).type(), row.get(i)));
            }
            expected.add(texts);
        }
        expected.sort(Comparator.comparingLong(ValueTopic::id));
        List<List<@Nullable String>> found = sql.texts("select " + columns + " from \"" + id + "\" order by id");
        for (int i = 0; i < Math.min(expected.size(), found.size()); i++) {
            assertThat(found.get(i)).as("row of %s, %s", this, when).isEqualTo(expected.get(i));
        }
        assertThat(found).as("rows of %s, %s", this, when).hasSameSizeAs(expected);
        for (TopicField field : schema.fields()) {
            assertConditions(sql, field, when);
        }
    }

    private static long id(List<@Nullable String> row) {
        return Long.parseLong(Objects.requireNonNull(row.getFirst()));
    }

    private void assertConditions(SqlClient sql, TopicField field, String when) {
        int column = schema.fields().indexOf(field);
        String name = ValueText.column(field);
        List<String> conditions = new ArrayList<>(List.of(name + " is null", name + " is not null"));
        List<String> expected =
                new ArrayList<>(List.of(ids(column, value -> value == null), ids(column, value -> value != null)));
        if (field.type().children().isEmpty()) {
            for (Object value : literals(column)) {
                String literal = ValueText.literal(field.type(), value);
                conditions.add(name + " = " + literal);
                expected.add(ids(column, it -> it != null && ValueText.compare(it, value) == 0));
                conditions.add(name + " < " + literal);
                expected.add(ids(column, it -> it != null && ValueText.compare(it, value) < 0));
                conditions.add(name + " >= " + literal);
                expected.add(ids(column, it -> it != null && ValueText.compare(it, value) >= 0));
                conditions.add(name + " in (" + literal + ", " + literal + ")");
                expected.add(ids(column, it -> it != null && ValueText.compare(it, value) == 0));
            }
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < conditions.size(); i++) {
            text.append(i == 0 ? "" : " union all ")
                    .append("select ")
                    .append(i)
                    .append(" as i, coalesce(string_agg(id::varchar, ',' order by id), '') from \"")
                    .append(id)
                    .append("\" where ")
                    .append(conditions.get(i));
        }
        List<List<@Nullable String>> found =
                sql.texts(text.append(" order by i").toString());
        for (int i = 0; i < conditions.size(); i++) {
            assertThat(found.get(i).get(1))
                    .as("%s of %s, %s", conditions.get(i), this, when)
                    .isEqualTo(expected.get(i));
        }
    }

    private String ids(int column, Predicate<@Nullable Object> condition) {
        return String.join(
                ",", idList(column, condition).stream().map(String::valueOf).toList());
    }

    private List<Long> idList(int column, Predicate<@Nullable Object> condition) {
        return rows.stream()
                .filter(row -> condition.test(row.get(column)))
                .map(row -> (Long) Objects.requireNonNull(row.getFirst()))
                .sorted()
                .toList();
    }

    /// Some of the values of a column.
    private List<Object> literals(int column) {
        List<Object> values = new ArrayList<>();
        for (List<@Nullable Object> row : rows) {
            Object value = row.get(column);
            if (value != null && values.stream().noneMatch(other -> ValueText.compare(other, value) == 0)) {
                values.add(value);
            }
        }
        java.util.Collections.shuffle(values, random);
        return values.subList(0, Math.min(MAX_LITERALS, values.size()));
    }

    /// What PyIceberg is asked beside all rows, and what it must find.
    record Condition(String column, String op, String kind, String value, List<Long> expected) {}

    List<Condition> conditions() {
        List<Condition> conditions = new ArrayList<>();
        for (int i = 0; i < schema.fields().size(); i++) {
            TopicField field = schema.fields().get(i);
            // PyIceberg has no nulls of nested columns, and compares no UUIDs
            if (!field.type().children().isEmpty() || field.type() == Primitive.UUID) {
                continue;
            }
            FieldType kept = KeptValues.type(field.type(), timeAs);
            String kind = ValueText.kind(kept);
            conditions.add(new Condition(field.name(), "null", kind, "", idList(i, value -> value == null)));
            for (Object value : literals(i)) {
                // PyIceberg takes infinity for a literal that no float can have, and NaN for one that equals nothing
                if (ValueText.isNan(value) || (value instanceof Float number && number.isInfinite())) {
                    continue;
                }
                String literal = ValueText.pythonLiteral(kept, KeptValues.notNull(field.type(), value, timeAs));
                conditions.add(new Condition(
                        field.name(),
                        "=",
                        kind,
                        literal,
                        idList(i, it -> it != null && !ValueText.isNan(it) && ValueText.compare(it, value) == 0)));
                conditions.add(new Condition(
                        field.name(),
                        ">=",
                        kind,
                        literal,
                        idList(i, it -> it != null && !ValueText.isNan(it) && ValueText.compare(it, value) >= 0)));
            }
        }
        return conditions;
    }

    /// All rows as PyIceberg gives them, in the order of their ids.
    List<List<@Nullable String>> pythonRows() {
        List<List<@Nullable String>> expected = new ArrayList<>();
        for (List<@Nullable Object> row : rows) {
            List<@Nullable String> texts = new ArrayList<>();
            for (int i = 0; i < row.size(); i++) {
                FieldType type = schema.fields().get(i).type();
                texts.add(ValueText.python(KeptValues.type(type, timeAs), KeptValues.value(type, row.get(i), timeAs)));
            }
            expected.add(texts);
        }
        expected.sort(Comparator.comparingLong(ValueTopic::id));
        return expected;
    }

    @Override
    public String toString() {
        return id + " " + schema.fields() + " " + layout.replaceAll("\\s+", " ");
    }
}
