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
package dev.wings.controlplane.log;

import dev.wings.common.error.WingsException;
import dev.wings.common.resource.NamespaceName;
import dev.wings.common.resource.ResourceId;
import dev.wings.common.resource.TopicName;
import dev.wings.common.time.World;
import dev.wings.controlplane.paging.PageRequest;
import dev.wings.controlplane.paging.ResultPage;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.List;
import java.util.UUID;

/// The log: what is written to it, read from it, and followed.
public final class LogMetadata {

    /// How many producers a namespace has that have a name.
    private static final int MAX_PRODUCERS = 10_000;

    private static final int MAX_SCANS = 1_000;
    private static final int MAX_PARTITION_VALUES = 10_000;

    private final LogMetadataStore store;
    private final GroupCommitter committer;
    private final CommitFeed feed;
    private final World world;
    private final Timer plans;
    private final DistributionSummary planPages;

    public LogMetadata(
            LogMetadataStore store, GroupCommitter committer, CommitFeed feed, World world, MeterRegistry registry) {
        this.store = store;
        this.committer = committer;
        this.feed = feed;
        this.world = world;
        this.plans = Timer.builder("wings.plan.latency")
                .description("plans, the time that their callers take to read them included")
                .publishPercentileHistogram()
                .register(registry);
        this.planPages = DistributionSummary.builder("wings.plan.pages")
                .description("pages of a plan")
                .register(registry);
    }

    /// See [GroupCommitter#commit].
    public FolioAnswer commit(UUID namespaceUid, FolioCommit folio, long requestBytes) {
        return committer.commit(namespaceUid, folio, requestBytes);
    }

    /// Starts a producer with a name. See [LogMetadataStore#initProducer].
    public NamedProducer initProducer(NamespaceName namespace, String name) {
        return store.initProducer(
                namespace,
                ResourceId.check("producer", name),
                world.ids().next(),
                world.clock().instant(),
                MAX_PRODUCERS);
    }

    /// See [LogMetadataStore#plan]. Fails with INVALID for scans of several tenants, of none, or too many.
    public void plan(List<TopicScan> scans, PlanSink sink) {
        if (scans.isEmpty() || scans.size() > MAX_SCANS) {
            throw WingsException.invalid(
                    "bad number of topics to plan: topics=" + scans.size() + ", limit=" + MAX_SCANS);
        }
        int values = scans.stream()
                .mapToInt(scan -> scan.partitions().map(wanted -> wanted.size()).orElse(0))
                .sum();
        if (values > MAX_PARTITION_VALUES) {
            throw WingsException.invalid(
                    "too many partition values to plan: values=" + values + ", limit=" + MAX_PARTITION_VALUES);
        }
        String tenant = scans.getFirst().topic().tenant();
        for (TopicScan scan : scans) {
            if (!scan.topic().tenant().equals(tenant)) {
                throw WingsException.invalid("a plan is of one tenant: tenant=" + tenant + ", topic=" + scan.topic());
            }
        }
        Timer.Sample sample = Timer.start();
        CountingSink counting = new CountingSink(sink);
        try {
            store.plan(scans, counting);
        } finally {
            sample.stop(plans);
            planPages.record((double) counting.pages);
        }
    }

    private static final class CountingSink implements PlanSink {
        private final PlanSink sink;
        private long pages;

        CountingSink(PlanSink sink) {
            this.sink = sink;
        }

        @Override
        public void topics(List<TopicSnapshot> topics) {
            sink.topics(topics);
        }

        @Override
        public void pages(int scanIndex, List<PlannedPage> more) {
            pages += more.size();
            sink.pages(scanIndex, more);
        }
    }

    /// The partitions of a topic, ordered by value.
    public ResultPage<PartitionRecord> listPartitions(TopicName topic, int pageSize, String pageToken) {
        PageRequest page = PageRequest.parse(topic + "/partitions", 1, pageSize, pageToken);
        return page.page(
                store.listPartitions(topic, page.position().map(List::getFirst).orElse(null), page.fetch()),
                partition -> List.of(partition.value()));
    }

    /// See [CommitFeed#openWatch].
    public CommitFeed.Watch openWatch(UUID namespaceUid, long start) {
        return feed.openWatch(namespaceUid, start);
    }
}
