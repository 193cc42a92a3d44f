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
package dev.wings.ingestor.folio;

import dev.wings.common.proto.LogMetadataGrpc.LogMetadataBlockingStub;
import dev.wings.common.rpc.ActingTenant;
import dev.wings.common.store.ObjectStore;
import dev.wings.common.time.IdGenerator;
import dev.wings.common.time.Scheduler;
import dev.wings.ingestor.topic.NamespaceTarget;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.function.Function;

/// The pipelines of all namespaces that streams write to, opened on first use. Safe for use by many threads.
public final class FolioPipelines implements AutoCloseable {

    /// When there are more, idle pipelines are retired: namespaces come and go, and tenants may have any number
    /// of them.
    private static final int MAX_IDLE = 1000;

    private final FolioPipeline.Limits limits;
    private final Function<URI, ObjectStore> stores;
    private final Function<URI, FolioUploader> newUploader;
    private final FolioCommitter committer;
    private final Scheduler scheduler;
    private final IdGenerator ids;
    private final ExecutorService tasks;

    private final Map<URI, FolioUploader> uploaders = new HashMap<>();
    /// The pipelines in the order of their last use.
    private final Map<String, Opened> byNamespaceUid = new LinkedHashMap<>(16, 0.75f, true);
    private boolean draining;
    private volatile boolean aborted;

    private record Opened(FolioPipeline pipeline, URI store) {}

    /// @param maxUploads how many uploads one object store gets at once, over all of its namespaces: one that
    ///     hangs holds up no other
    /// @param minHedgeDelay no upload is made a second time before
    /// @param uploadTimeout how long an upload may take with all its attempts
    /// @param stores the object store at a root, not to be closed
    /// @param tasks runs each task on a thread of its own; ended by [#close]
    public FolioPipelines(
            FolioPipeline.Limits limits,
            int maxUploads,
            Duration minHedgeDelay,
            Duration uploadTimeout,
            Duration commitTimeout,
            Function<URI, ObjectStore> stores,
            LogMetadataBlockingStub logMetadata,
            Scheduler scheduler,
            IdGenerator ids,
            ExecutorService tasks) {
        this.limits = limits;
        this.stores = stores;
        FolioUploader.Limits uploads = new FolioUploader.Limits(maxUploads, minHedgeDelay, uploadTimeout);
        this.newUploader = store -> new FolioUploader(uploads, scheduler, ids, tasks);
        this.committer = new FolioCommitter(logMetadata, commitTimeout, scheduler, ids.random());
        this.scheduler = scheduler;
        this.ids = ids;
        this.tasks = tasks;
    }

    /// The pipeline of a namespace. Fails if its object store cannot be opened.
    public synchronized FolioPipeline open(NamespaceTarget namespace) {
        Opened known = byNamespaceUid.get(namespace.uid());
        if (known != null) {
            return known.pipeline;
        }
        if (byNamespaceUid.size() >= MAX_IDLE && !draining) {
            retireOne();
        }
        FolioCarrier carrier = new FolioCarrier(
                namespace,
                stores.apply(namespace.objectStore()),
                uploaders.computeIfAbsent(namespace.objectStore(), newUploader),
                committer,
                ids,
                () -> aborted);
        String tenant = namespace.name().tenant();
        FolioPipeline pipeline = new FolioPipeline(
                limits, scheduler, task -> tasks.execute(ActingTenant.working(tenant, task)), carrier);
        byNamespaceUid.put(namespace.uid(), new Opened(pipeline, namespace.objectStore()));
        if (draining) {
            pipeline.drain();
        }
        return pipeline;
    }

    /// Retires the idle pipeline that was used the longest time ago.
    private void retireOne() {
        Iterator<Opened> oldest = byNamespaceUid.values().iterator();
        while (oldest.hasNext()) {
            Opened next = oldest.next();
            if (next.pipeline.retire()) {
                oldest.remove();
                if (byNamespaceUid.values().stream().noneMatch(other -> other.store.equals(next.store))) {
                    uploaders.remove(next.store);
                }
                return;
            }
        }
    }

    private List<FolioPipeline> opened() {
        return byNamespaceUid.values().stream().map(Opened::pipeline).toList();
    }

    /// How many are open.
    synchronized int size() {
        return byNamespaceUid.size();
    }

    /// Stops gathering: what is there, and what comes, is sealed as soon as it may be.
    public synchronized void drain() {
        draining = true;
        byNamespaceUid.values().forEach(opened -> opened.pipeline.drain());
    }

    /// Waits until everything submitted was answered. Returns false if that took longer than `atMost`.
    public boolean awaitIdle(Duration atMost) throws InterruptedException {
        List<FolioPipeline> pipelines;
        synchronized (this) {
            pipelines = opened();
        }
        long leftNanos = atMost.toNanos();
        for (FolioPipeline pipeline : pipelines) {
            leftNanos = pipeline.awaitIdle(leftNanos);
        }
        return leftNanos > 0;
    }

    /// Breaks off what is under way: its producers are answered UNAVAILABLE. Waits until all of its memory is given
    /// back.
    @Override
    public void close() {
        List<FolioPipeline> pipelines;
        synchronized (this) {
            aborted = true;
            pipelines = opened();
        }
        tasks.shutdownNow();
        pipelines.forEach(FolioPipeline::abort);
        tasks.close();
    }
}
