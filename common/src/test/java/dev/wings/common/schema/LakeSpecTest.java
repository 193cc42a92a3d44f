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

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Duration;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.proto.PartitionTransform;
import dev.wings.common.proto.Primitive;
import dev.wings.common.proto.TablePartitionField;
import dev.wings.common.proto.TablePartitioning;
import dev.wings.common.schema.LakeSpec.PartitionField;
import dev.wings.common.schema.LakeSpec.SortField;
import dev.wings.common.schema.LakeSpec.Transform;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class LakeSpecTest {

    private static final TopicSchema SCHEMA = Schemas.everyType();
    private static final int TEXT = 11;

    @Test
    void topicWithoutWishesIsPartitionedByItsKeyInTheOrderOfTheLog() {
        LakeSpec spec = read(dev.wings.common.proto.LakeSpec.newBuilder());
        assertThat(spec).isEqualTo(LakeSpec.defaults(TEXT));
        assertThat(spec.partitioning()).containsExactly(new PartitionField(TEXT, Transform.IDENTITY));
        assertThat(spec.sortOrder())
                .containsExactly(
                        new SortField(TEXT, false, false), new SortField(LakeSpec.OFFSET_FIELD_ID, false, false));
        assertThat(spec.freshness()).hasSeconds(30);
        assertThat(spec.targetSegmentBytes()).isEqualTo(256 << 20);
        assertThat(LakeSpec.defaults(0).partitioning()).isEmpty();
        assertThat(LakeSpec.defaults(0).sortOrder()).hasSize(1);
    }

    @Test
    void notPartitionedIsNotTheDefault() {
        LakeSpec spec = read(
                dev.wings.common.proto.LakeSpec.newBuilder().setPartitioning(TablePartitioning.getDefaultInstance()));
        assertThat(spec.partitioning()).isEmpty();
        assertThat(spec.sortOrder()).hasSize(2);
    }

    @Test
    void wishesAreReadByNameAndComeBackComplete() {
        dev.wings.common.proto.LakeSpec.Builder asked = partitionedBy("TEXT", PartitionTransform.IDENTITY);
        asked.getPartitioningBuilder()
                .addFields(TablePartitionField.newBuilder()
                        .setField("__timestamp__")
                        .setTransform(PartitionTransform.DAY));
        asked.addSortOrder(dev.wings.common.proto.SortField.newBuilder().setField("day"))
                .addSortOrder(dev.wings.common.proto.SortField.newBuilder()
                        .setField("price")
                        .setDescending(true))
                .addSortOrder(dev.wings.common.proto.SortField.newBuilder()
                        .setField("__offset__")
                        .setNullsLast(true))
                .setFreshness(Duration.newBuilder().setSeconds(5))
                .setTargetSegmentBytes(64 << 20)
                .setTimeAs(Primitive.LONG);
        LakeSpec spec = read(asked);

        assertThat(spec)
                .isEqualTo(new LakeSpec(
                        List.of(
                                new PartitionField(TEXT, Transform.IDENTITY),
                                new PartitionField(LakeSpec.TIMESTAMP_FIELD_ID, Transform.DAY)),
                        List.of(
                                new SortField(7, false, false),
                                new SortField(6, true, true),
                                new SortField(LakeSpec.OFFSET_FIELD_ID, false, true)),
                        java.time.Duration.ofSeconds(5),
                        64 << 20,
                        FieldType.Primitive.LONG));
        dev.wings.common.proto.LakeSpec shown = LakeSpecProtos.toProto(spec, SCHEMA);
        assertThat(shown.getPartitioning().getFieldsList())
                .extracting(TablePartitionField::getField)
                .containsExactly("text", "__timestamp__");
        assertThat(LakeSpecProtos.fromProto(shown)).isEqualTo(spec);
    }

    @ParameterizedTest
    @CsvSource({
        "flag, IDENTITY, true",
        "price, IDENTITY, true",
        "hash, IDENTITY, true",
        "id, IDENTITY, true",
        "local, IDENTITY, true",
        "f, IDENTITY, false",
        "d, IDENTITY, false",
        "place, IDENTITY, false",
        "tags, IDENTITY, false",
        "day, HOUR, false",
        "day, DAY, true",
        "day, YEAR, true",
        "local, HOUR, true",
        "instant, MONTH, true",
        "clock, HOUR, false",
        "text, DAY, false",
        "l, DAY, false",
        "__timestamp__, HOUR, true",
        "__timestamp__, IDENTITY, false",
        "__offset__, IDENTITY, false",
        "nothing, IDENTITY, false",
        "name, IDENTITY, false",
        "text, PARTITION_TRANSFORM_UNSPECIFIED, false",
    })
    void transformsGoWithTypes(String field, PartitionTransform transform, boolean legal) {
        dev.wings.common.proto.LakeSpec.Builder asked = partitionedBy(field, transform);
        if (legal) {
            assertThat(read(asked).partitioning()).hasSize(1);
        } else {
            assertInvalid(asked, field);
        }
    }

    @Test
    void sameFieldCountsOnce() {
        dev.wings.common.proto.LakeSpec.Builder days = partitionedBy("instant", PartitionTransform.DAY);
        days.getPartitioningBuilder()
                .addFields(TablePartitionField.newBuilder().setField("instant").setTransform(PartitionTransform.HOUR));
        assertInvalid(days, "\"instant\"");
        dev.wings.common.proto.SortField byText =
                dev.wings.common.proto.SortField.newBuilder().setField("text").build();
        assertInvalid(
                dev.wings.common.proto.LakeSpec.newBuilder()
                        .addSortOrder(byText)
                        .addSortOrder(byText),
                "\"text\"");
    }

    /// A layout may have been stored before there was a choice.
    @Test
    void timesAreTimesUnlessAsked() {
        assertThat(read(dev.wings.common.proto.LakeSpec.newBuilder()).timeAs()).isEqualTo(FieldType.Primitive.TIME);
        dev.wings.common.proto.LakeSpec older = LakeSpecProtos.toProto(LakeSpec.defaults(TEXT), SCHEMA).toBuilder()
                .clearTimeAs()
                .build();
        assertThat(LakeSpecProtos.fromProto(older)).isEqualTo(LakeSpec.defaults(TEXT));
    }

    @Test
    void outOfBoundsIsInvalid() {
        assertInvalid(
                dev.wings.common.proto.LakeSpec.newBuilder()
                        .setFreshness(Duration.newBuilder().setNanos(999_999_999)),
                "freshness");
        assertInvalid(
                dev.wings.common.proto.LakeSpec.newBuilder()
                        .setFreshness(Duration.newBuilder().setSeconds(Long.MAX_VALUE)),
                "freshness");
        assertInvalid(dev.wings.common.proto.LakeSpec.newBuilder().setTargetSegmentBytes(1), "target_segment_bytes");
        assertInvalid(dev.wings.common.proto.LakeSpec.newBuilder().setTargetSegmentBytes(-1), "target_segment_bytes");
        assertInvalid(
                dev.wings.common.proto.LakeSpec.newBuilder()
                        .addSortOrder(
                                dev.wings.common.proto.SortField.newBuilder().setField("tags")),
                "\"tags\"");
        for (Primitive other : List.of(Primitive.INT, Primitive.TIMESTAMP, Primitive.BINARY)) {
            assertInvalid(dev.wings.common.proto.LakeSpec.newBuilder().setTimeAs(other), "time_as");
        }
        dev.wings.common.proto.LakeSpec.Builder many = dev.wings.common.proto.LakeSpec.newBuilder();
        for (int i = 0; i < 9; i++) {
            many.addSortOrder(dev.wings.common.proto.SortField.newBuilder().setField("text"));
        }
        assertInvalid(many, "limit=8");
        assertInvalid(
                dev.wings.common.proto.LakeSpec.newBuilder()
                        .addSortOrder(dev.wings.common.proto.SortField.newBuilder()
                                .setField("text")
                                .setFieldId(TEXT)),
                "field_id=11");
    }

    private static dev.wings.common.proto.LakeSpec.Builder partitionedBy(String field, PartitionTransform transform) {
        return dev.wings.common.proto.LakeSpec.newBuilder()
                .setPartitioning(TablePartitioning.newBuilder()
                        .addFields(
                                TablePartitionField.newBuilder().setField(field).setTransform(transform)));
    }

    private static LakeSpec read(dev.wings.common.proto.LakeSpec.Builder asked) {
        return LakeSpecProtos.fromCreateRequest(asked.build(), SCHEMA, TEXT);
    }

    private static void assertInvalid(dev.wings.common.proto.LakeSpec.Builder asked, String part) {
        assertThatThrownBy(() -> read(asked)).isInstanceOfSatisfying(WingsException.class, failure -> {
            assertThat(failure.kind()).isEqualTo(ErrorKind.INVALID);
            assertThat(failure.getMessage()).contains(part);
        });
    }
}
