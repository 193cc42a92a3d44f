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
package dev.wings.compactor.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wings.compactor.segment.Segment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.PartitionSpec;
import org.junit.jupiter.api.Test;

final class RewritePlanTest {

    private static final long MIB = 1 << 20;
    private static final long TARGET = 256 * MIB;

    /// Segments of these sizes, oldest first.
    private static List<Segment> segments(long... sizes) {
        List<Segment> segments = new ArrayList<>();
        for (long size : sizes) {
            long offset = segments.size() * 100L;
            segments.add(new Segment(
                    DataFiles.builder(PartitionSpec.unpartitioned())
                            .withPath("file:///lake/" + segments.size() + ".parquet")
                            .withFormat("parquet")
                            .withFileSizeInBytes(size)
                            .withRecordCount(100)
                            .build(),
                    offset,
                    offset + 99));
        }
        return segments;
    }

    private static List<List<Long>> plan(List<Segment> segments) {
        return RewritePlan.of(List.of(segments), TARGET, 1 << 30).groups().stream()
                .map(group -> group.stream().map(Segment::bytes).toList())
                .toList();
    }

    @Test
    void fewSmallSegmentsAreLeftAlone() {
        assertThat(plan(segments(MIB, MIB, MIB))).isEmpty();
        assertThat(plan(segments())).isEmpty();
    }

    @Test
    void smallSegmentsAreTakenOldestRowsFirstAndLargeOnesAreNot() {
        assertThat(plan(segments(200 * MIB, MIB, 2 * MIB, 3 * MIB, 4 * MIB)))
                .containsExactly(List.of(MIB, 2 * MIB, 3 * MIB, 4 * MIB));
    }

    @Test
    void segmentWaitsForAsMuchAsItIsItself() {
        assertThat(plan(segments(100 * MIB, MIB, MIB, MIB, MIB))).containsExactly(List.of(MIB, MIB, MIB, MIB));
        assertThat(plan(segments(4 * MIB, MIB, MIB, MIB, MIB))).containsExactly(List.of(4 * MIB, MIB, MIB, MIB, MIB));
        assertThat(plan(segments(100 * MIB, MIB, MIB, MIB))).isEmpty();
    }

    /// However segments come in, rows are written again few times, and few small segments are left.
    @Test
    void rowsAreRewrittenAboutAsOftenAsTheirSegmentDoubles() {
        List<Long> sizes = new ArrayList<>();
        long written = 0;
        int arrivals = 2000;
        for (int i = 0; i < arrivals; i++) {
            sizes.add(MIB / 4);
            List<Segment> segments =
                    segments(sizes.stream().mapToLong(Long::longValue).toArray());
            for (List<Segment> group :
                    RewritePlan.of(List.of(segments), TARGET, 1 << 30).groups()) {
                long bytes = RewritePlan.bytes(group);
                int start = segments.indexOf(group.getFirst());
                sizes.subList(start, start + group.size()).clear();
                sizes.add(start, bytes);
                written += bytes;
            }
        }
        assertThat(written / (arrivals * MIB / 4)).isLessThan(8);
        assertThat(sizes).hasSizeLessThan(20);
    }

    @Test
    void whatExceedsTheBudgetIsLeftForAFurtherTask() {
        List<List<Segment>> partitions = List.of(segments(MIB, MIB, MIB, MIB), segments(MIB, MIB, MIB, MIB, MIB));
        RewritePlan plan = RewritePlan.of(partitions, TARGET, 5 * MIB);
        assertThat(plan.groups()).hasSize(1);
        assertThat(plan.leftSegments()).isEqualTo(5);
        assertThat(plan.leftBytes()).isEqualTo(5 * MIB);
    }

    @Test
    void oneTaskTakesSoManySegmentsAndOfThoseTheOldest() {
        long[] sizes = new long[RewritePlan.MAX_SEGMENTS + 100];
        Arrays.fill(sizes, 1_000);
        List<Segment> many = segments(sizes);
        RewritePlan plan = RewritePlan.of(List.of(many, segments(MIB, MIB, MIB, MIB)), TARGET, 1 << 30);
        assertThat(plan.groups()).containsExactly(many.subList(0, RewritePlan.MAX_SEGMENTS));
        assertThat(plan.leftSegments()).isEqualTo(104);
        assertThat(plan.leftBytes()).isEqualTo(4 * MIB + 100_000);
    }
}
