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
package dev.wings.cli.schema;

import dev.wings.common.proto.CreateTopicRequest;
import dev.wings.common.proto.IntakeSpec;
import dev.wings.common.proto.LakeSpec;
import dev.wings.common.schema.IntakeText;
import dev.wings.common.schema.LakeText;
import dev.wings.common.schema.SchemaPolicy;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/// The options of commands that make topics: what splits the rows, and how the table is laid out.
public final class LayoutArguments {

    private static final String PARTITION_BY = "--partition-by";
    private static final String LAKE_PARTITION_BY = "--lake-partition-by";
    private static final String LAKE_SORT_BY = "--lake-sort-by";
    private static final String LAKE_TIME_AS = "--lake-time-as";
    private static final String FRESHNESS = "--freshness";
    private static final String SCHEMA_POLICY = "--schema-policy";
    private static final String ON_ERROR = "--on-error";
    private static final String TIMESTAMP_COLUMN = "--timestamp-column";
    private static final String MAX_LATE = "--max-late";
    private static final String MAX_FUTURE = "--max-future";
    private static final String TARGET_SEGMENT_BYTES = "--target-segment-bytes";

    @Option(
            names = PARTITION_BY,
            paramLabel = "FIELD",
            description = "The field whose values split the rows into partitions (default: none).")
    private Optional<String> partitionBy = Optional.empty();

    @Option(
            names = LAKE_PARTITION_BY,
            paramLabel = "FIELDS",
            description = "How its table is partitioned: 'origin, day(ts)', or none (default: by the partition key).")
    private Optional<String> lakePartitionBy = Optional.empty();

    @Option(
            names = LAKE_SORT_BY,
            paramLabel = "FIELDS",
            description = "How rows are sorted in its table: 'a, b desc nulls last' (default: as they came).")
    private Optional<String> lakeSortBy = Optional.empty();

    @Option(
            names = LAKE_TIME_AS,
            paramLabel = "TYPE",
            description = "What columns of type time are in its table: time, long or string (default: time). "
                    + "Spark has no type for time.")
    private Optional<String> lakeTimeAs = Optional.empty();

    @Option(
            names = FRESHNESS,
            paramLabel = "TIME",
            description = "Rows are in its table about so long after they were pushed (default: 30s).")
    private Optional<String> freshness = Optional.empty();

    @Option(
            names = TARGET_SEGMENT_BYTES,
            paramLabel = "BYTES",
            description = "The size that files of its table are merged to (default: 256MiB).")
    private Optional<String> targetSegmentBytes = Optional.empty();

    @Option(
            names = SCHEMA_POLICY,
            paramLabel = "POLICY",
            description =
                    "What becomes of columns that producers send and the topic does not have: strict refuses them, "
                            + "additive adds them (default: strict).")
    private Optional<String> schemaPolicy = Optional.empty();

    @Option(
            names = ON_ERROR,
            paramLabel = "WHAT",
            description =
                    "What becomes of rows that it cannot take while others of their batch fit: reject refuses the "
                            + "batch, dead_letter puts them into the topic TOPIC__errors (default: reject).")
    private Optional<String> onError = Optional.empty();

    @Option(
            names = TIMESTAMP_COLUMN,
            paramLabel = "FIELD",
            description =
                    "The field, a timestamp, that says when a row happened, for the bounds below (default: none).")
    private Optional<String> timestampColumn = Optional.empty();

    @Option(
            names = MAX_LATE,
            paramLabel = "TIME",
            description = "Take no rows that happened longer ago, as 7d (default: any).")
    private Optional<String> maxLate = Optional.empty();

    @Option(
            names = MAX_FUTURE,
            paramLabel = "TIME",
            description = "Take no rows that happen later than so far ahead, as 5m (default: any).")
    private Optional<String> maxFuture = Optional.empty();

    /// The options that were given.
    public List<String> given() {
        return Stream.of(
                        partitionBy.map(text -> PARTITION_BY),
                        lakePartitionBy.map(text -> LAKE_PARTITION_BY),
                        lakeSortBy.map(text -> LAKE_SORT_BY),
                        lakeTimeAs.map(text -> LAKE_TIME_AS),
                        freshness.map(text -> FRESHNESS),
                        targetSegmentBytes.map(text -> TARGET_SEGMENT_BYTES),
                        schemaPolicy.map(text -> SCHEMA_POLICY),
                        onError.map(text -> ON_ERROR),
                        timestampColumn.map(text -> TIMESTAMP_COLUMN),
                        maxLate.map(text -> MAX_LATE),
                        maxFuture.map(text -> MAX_FUTURE))
                .flatMap(Optional::stream)
                .toList();
    }

    /// Puts what the user asks for into a request, whose topic is given. Fails with INVALID for what makes no
    /// sense.
    public void addTo(CreateTopicRequest.Builder request) {
        LakeSpec.Builder lake = LakeSpec.newBuilder();
        lakePartitionBy.map(LakeText::parsePartitioning).ifPresent(lake::setPartitioning);
        lakeSortBy.map(LakeText::parseSortOrder).ifPresent(lake::addAllSortOrder);
        lakeTimeAs.map(LakeText::parseTimeAs).ifPresent(lake::setTimeAs);
        freshness.map(LakeText::parseFreshness).ifPresent(lake::setFreshness);
        targetSegmentBytes.map(LakeText::parseBytes).ifPresent(lake::setTargetSegmentBytes);
        request.getTopicBuilder().setLake(lake);
        schemaPolicy
                .map(SchemaPolicy::parse)
                .map(SchemaPolicy::toProto)
                .ifPresent(request.getTopicBuilder()::setSchemaPolicy);
        IntakeSpec.Builder intake = request.getTopicBuilder().getIntakeBuilder();
        onError.ifPresent(text -> IntakeText.set(intake, IntakeText.ON_ERROR, text));
        timestampColumn.ifPresent(text -> IntakeText.set(intake, IntakeText.TIMESTAMP_COLUMN, text));
        maxLate.ifPresent(text -> IntakeText.set(intake, IntakeText.MAX_LATE, text));
        maxFuture.ifPresent(text -> IntakeText.set(intake, IntakeText.MAX_FUTURE, text));
        partitionBy.ifPresent(request::setPartitionBy);
    }
}
