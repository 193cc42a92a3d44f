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
package dev.wings.common.schema;

import com.google.protobuf.Duration;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.proto.PartitionTransform;
import dev.wings.common.proto.TablePartitionField;
import dev.wings.common.proto.TablePartitioning;
import dev.wings.common.schema.FieldType.Primitive;
import dev.wings.common.schema.LakeSpec.Column;
import dev.wings.common.schema.LakeSpec.PartitionField;
import dev.wings.common.schema.LakeSpec.SortField;
import dev.wings.common.schema.LakeSpec.Transform;
import java.util.List;

/// Layouts in protobuf, and back.
public final class LakeSpecProtos {

    private LakeSpecProtos() {}

    /// @param schema the topic's current one, which the layout goes with: it has the names
    public static dev.wings.common.proto.LakeSpec toProto(LakeSpec spec, TopicSchema schema) {
        TablePartitioning.Builder partitioning = TablePartitioning.newBuilder();
        for (PartitionField part : spec.partitioning()) {
            partitioning.addFields(TablePartitionField.newBuilder()
                    .setField(Column.of(schema, part.fieldId()).name())
                    .setFieldId(part.fieldId())
                    .setTransform(toProto(part.transform())));
        }
        dev.wings.common.proto.LakeSpec.Builder proto = dev.wings.common.proto.LakeSpec.newBuilder()
                .setPartitioning(partitioning)
                .setFreshness(Duration.newBuilder()
                        .setSeconds(spec.freshness().toSeconds())
                        .setNanos(spec.freshness().toNanosPart()))
                .setTargetSegmentBytes(spec.targetSegmentBytes())
                .setTimeAs(SchemaProtos.toProto(spec.timeAs()));
        for (SortField part : spec.sortOrder()) {
            proto.addSortOrder(dev.wings.common.proto.SortField.newBuilder()
                    .setField(Column.of(schema, part.fieldId()).name())
                    .setFieldId(part.fieldId())
                    .setDescending(part.descending())
                    .setNullsLast(part.nullsLast()));
        }
        return proto.build();
    }

    /// A complete layout, as a topic has it: fields by id, whatever they are called now. Fails with INVALID if
    /// something is missing.
    public static LakeSpec fromProto(dev.wings.common.proto.LakeSpec proto) {
        return new LakeSpec(
                proto.getPartitioning().getFieldsList().stream()
                        .map(part -> new PartitionField(part.getFieldId(), fromProto(part, part.getField())))
                        .toList(),
                proto.getSortOrderList().stream()
                        .map(part -> new SortField(part.getFieldId(), part.getDescending(), part.getNullsLast()))
                        .toList(),
                fromProto(proto.getFreshness()),
                proto.getTargetSegmentBytes(),
                timeAs(proto));
    }

    /// The layout of a new topic as a client asks for it: fields by name, and defaults for what is not set.
    /// Fails with INVALID, naming the field, for what the topic cannot have.
    ///
    /// @param partitionFieldId the id of the topic's partition key; 0 for none
    public static LakeSpec fromCreateRequest(
            dev.wings.common.proto.LakeSpec proto, TopicSchema schema, int partitionFieldId) {
        List<PartitionField> partitioning = proto.hasPartitioning()
                ? proto.getPartitioning().getFieldsList().stream()
                        .map(part -> asked(part, schema))
                        .toList()
                : LakeSpec.defaultPartitioning(partitionFieldId);
        List<SortField> sortOrder = proto.getSortOrderCount() > 0
                ? proto.getSortOrderList().stream()
                        .map(part -> asked(part, schema))
                        .toList()
                : LakeSpec.defaultSortOrder(partitionFieldId);
        LakeSpec spec = new LakeSpec(
                partitioning,
                sortOrder,
                proto.hasFreshness() ? fromProto(proto.getFreshness()) : LakeSpec.DEFAULT_FRESHNESS,
                proto.getTargetSegmentBytes() == 0 ? LakeSpec.DEFAULT_SEGMENT_BYTES : proto.getTargetSegmentBytes(),
                timeAs(proto));
        spec.check(schema);
        return spec;
    }

    /// The layout with what a client wants changed. Fails with INVALID for a field that cannot be changed.
    ///
    /// @param mask the fields that are taken of `wanted`, as `lake.freshness`
    public static LakeSpec update(LakeSpec spec, List<String> mask, dev.wings.common.proto.LakeSpec wanted) {
        java.time.Duration freshness = spec.freshness();
        long targetSegmentBytes = spec.targetSegmentBytes();
        for (String field : mask) {
            switch (field) {
                case "lake.freshness" ->
                    freshness = wanted.hasFreshness() ? fromProto(wanted.getFreshness()) : LakeSpec.DEFAULT_FRESHNESS;
                case "lake.target_segment_bytes" ->
                    targetSegmentBytes = wanted.getTargetSegmentBytes() == 0
                            ? LakeSpec.DEFAULT_SEGMENT_BYTES
                            : wanted.getTargetSegmentBytes();
                default ->
                    throw WingsException.invalid("this field of a topic cannot be changed: field=\""
                            + TopicField.printable(field)
                            + "\". lake.freshness, lake.target_segment_bytes, schema_policy and those of intake can,"
                            + " and the schema by schema_changes");
            }
        }
        return new LakeSpec(spec.partitioning(), spec.sortOrder(), freshness, targetSegmentBytes, spec.timeAs());
    }

    /// What times are kept as. Layouts that are older than this choice do not have it.
    public static Primitive timeAs(dev.wings.common.proto.LakeSpec proto) {
        return switch (proto.getTimeAs()) {
            case PRIMITIVE_UNSPECIFIED, TIME -> Primitive.TIME;
            case LONG -> Primitive.LONG;
            case STRING -> Primitive.STRING;
            default ->
                throw WingsException.invalid(
                        "bad time_as: time, long or string is expected: found=" + proto.getTimeAs());
        };
    }

    private static PartitionField asked(TablePartitionField part, TopicSchema schema) {
        checkNamed(part.getField(), part.getFieldId());
        return new PartitionField(
                Column.named(schema, part.getField()).id(), fromProto(part, TopicField.printable(part.getField())));
    }

    private static SortField asked(dev.wings.common.proto.SortField part, TopicSchema schema) {
        checkNamed(part.getField(), part.getFieldId());
        return new SortField(
                Column.named(schema, part.getField()).id(),
                part.getDescending(),
                part.hasNullsLast() ? part.getNullsLast() : part.getDescending());
    }

    private static void checkNamed(String field, int fieldId) {
        if (fieldId != 0) {
            throw WingsException.invalid(
                    "a field of the layout is named, its id is given by the control plane: field=\""
                            + TopicField.printable(field) + "\", field_id=" + fieldId);
        }
    }

    private static PartitionTransform toProto(Transform transform) {
        return switch (transform) {
            case IDENTITY -> PartitionTransform.IDENTITY;
            case HOUR -> PartitionTransform.HOUR;
            case DAY -> PartitionTransform.DAY;
            case MONTH -> PartitionTransform.MONTH;
            case YEAR -> PartitionTransform.YEAR;
        };
    }

    private static Transform fromProto(TablePartitionField part, String name) {
        return switch (part.getTransform()) {
            case IDENTITY -> Transform.IDENTITY;
            case HOUR -> Transform.HOUR;
            case DAY -> Transform.DAY;
            case MONTH -> Transform.MONTH;
            case YEAR -> Transform.YEAR;
            case PARTITION_TRANSFORM_UNSPECIFIED, UNRECOGNIZED ->
                throw WingsException.invalid("no transform that is known here: field=\"" + name + "\"");
        };
    }

    private static java.time.Duration fromProto(Duration proto) {
        try {
            return java.time.Duration.ofSeconds(proto.getSeconds(), proto.getNanos());
        } catch (ArithmeticException e) {
            throw new WingsException(ErrorKind.INVALID, "bad freshness: out of range", e);
        }
    }
}
