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

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.resource.NamespaceName;
import dev.wings.common.resource.ObjectStoreName;
import dev.wings.common.schema.FieldType;
import dev.wings.common.schema.LakeSpec;
import dev.wings.common.schema.SchemaPolicy;
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TopicSchema;
import dev.wings.common.time.IdGenerator;
import dev.wings.controlplane.cluster.ClusterMetadataStore;
import dev.wings.controlplane.cluster.NamespaceRecord;
import dev.wings.controlplane.cluster.NewTopic;
import dev.wings.controlplane.cluster.ObjectStoreRecord;
import dev.wings.controlplane.cluster.TenantRecord;
import dev.wings.controlplane.cluster.TopicRecord;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;

/// A namespace with topics, and folios for it.
public final class LogFixture {

    private static final Instant TIME = Instant.parse("2026-01-02T03:04:05Z");
    /// The age that tests take whose clock is not that of the ids.
    public static final Duration ANY_AGE = Duration.ofDays(100_000);

    private static final int PAGE_BYTES = 128;

    private static final IdGenerator IDS = new IdGenerator(InstantSource.fixed(TIME), new Random(7));

    private final ClusterMetadataStore cluster;
    private final NamespaceRecord namespace;

    public LogFixture(ClusterMetadataStore cluster) {
        this(cluster, new NamespaceName("acme", "sales"));
    }

    public LogFixture(ClusterMetadataStore cluster, NamespaceName name) {
        this.cluster = cluster;
        ObjectStoreName objectStore = new ObjectStoreName(name.tenant(), "main");
        unlessExists(() -> cluster.createTenant(new TenantRecord(name.parent(), IDS.next(), TIME)));
        unlessExists(() -> cluster.createObjectStore(
                new ObjectStoreRecord(objectStore, IDS.next(), TIME, URI.create("file:///data"))));
        UUID uid = IDS.next();
        namespace =
                new NamespaceRecord(name, uid, TIME, objectStore, name.tenant() + "/" + name.namespace() + "-" + uid);
        cluster.createNamespace(namespace);
    }

    private static void unlessExists(Runnable creation) {
        try {
            creation.run();
        } catch (WingsException e) {
            if (e.kind() != ErrorKind.ALREADY_EXISTS) {
                throw e;
            }
        }
    }

    public NamespaceRecord namespace() {
        return namespace;
    }

    public UUID namespaceUid() {
        return namespace.uid();
    }

    public TopicRecord createTopic(String id, boolean partitioned) {
        TopicField origin = new TopicField(1, "origin", true, FieldType.Primitive.STRING, "");
        TopicSchema schema = new TopicSchema(0, List.of(origin), 1);
        return cluster.createTopic(new NewTopic(
                namespace.name().topic(id),
                IDS.next(),
                TIME,
                schema,
                partitioned ? 1 : 0,
                LakeSpec.defaults(partitioned ? 1 : 0),
                SchemaPolicy.STRICT));
    }

    static UUID newId() {
        return IDS.next();
    }

    public FolioCommit folio(FolioCommit.Page... pages) {
        return folio(List.of(), pages);
    }

    /// A folio with batches that producers have numbered.
    public FolioCommit folio(List<ProducerBatch> producerBatches, FolioCommit.Page... pages) {
        UUID id = IDS.next();
        List<FolioCommit.Page> placed = new ArrayList<>();
        for (FolioCommit.Page page : pages) {
            placed.add(new FolioCommit.Page(
                    page.partition(),
                    page.schemaVersion(),
                    (long) PAGE_BYTES * placed.size(),
                    PAGE_BYTES,
                    page.crc32c(),
                    page.batches()));
        }
        return new FolioCommit(
                id,
                namespace.objectPrefix() + "/folios/" + id + ".folio",
                (long) PAGE_BYTES * Math.max(1, pages.length),
                placed,
                producerBatches);
    }

    public static FolioCommit.Page page(TopicRecord topic, String partition, FolioCommit.Batch... batches) {
        return new FolioCommit.Page(
                new PartitionKey(topic.uid(), partition), 0, 0, PAGE_BYTES, 0xCAFEBABE, List.of(batches));
    }

    public static FolioCommit.Batch batch(long rows) {
        return batch(rows, 0);
    }

    public static FolioCommit.Batch batch(long rows, long requestedTimestampMicros) {
        return new FolioCommit.Batch(rows, requestedTimestampMicros);
    }

    public static Instant time(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }

    /// Gathers a plan.
    public static final class CollectedPlan implements PlanSink {
        private final List<TopicSnapshot> topics = new ArrayList<>();
        private final Map<Integer, List<PlannedPage>> pages = new HashMap<>();

        @Override
        public void topics(List<TopicSnapshot> snapshots) {
            topics.addAll(snapshots);
        }

        @Override
        public void pages(int scanIndex, List<PlannedPage> more) {
            pages.computeIfAbsent(scanIndex, index -> new ArrayList<>()).addAll(more);
        }

        public List<TopicSnapshot> topics() {
            return topics;
        }

        /// The pages of each scan, if it has any.
        public List<List<PlannedPage>> pages() {
            return pages.keySet().stream().sorted().map(pages::get).toList();
        }

        /// `partition[start,end)@commit` of each page.
        public List<String> ranges() {
            return pages().stream()
                    .flatMap(List::stream)
                    .map(planned -> planned.page().partition().value() + "["
                            + planned.page().startOffset() + ","
                            + planned.page().endOffset() + ")@"
                            + planned.commitNumber())
                    .toList();
        }

        public long rows() {
            return pages().stream()
                    .flatMap(List::stream)
                    .mapToLong(planned ->
                            planned.page().endOffset() - planned.page().startOffset())
                    .sum();
        }
    }
}
