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
package dev.wings.compactor.segment;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.lake.TableLocations;
import dev.wings.common.process.Scratch;
import dev.wings.common.rpc.Retries;
import dev.wings.common.store.ObjectStore;
import dev.wings.common.time.IdGenerator;
import dev.wings.worker.task.TaskLease;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;

/// Puts the segments of one task into the object store, several at once, and removes the local files.
final class SegmentUploads implements AutoCloseable {

    private final ObjectStore store;
    private final TableLocations locations;
    private final TableLayout layout;
    private final IdGenerator ids;
    private final Retries retries;
    private final TaskLease lease;
    private final Executor executor;
    private final Semaphore room;
    private final List<CompletableFuture<DataFile>> uploads = new ArrayList<>();

    /// @param executor runs each upload on a thread of its own
    /// @param atOnce how many uploads the task makes at once
    SegmentUploads(
            ObjectStore store,
            TableLocations locations,
            TableLayout layout,
            IdGenerator ids,
            Retries retries,
            TaskLease lease,
            Executor executor,
            int atOnce) {
        this.store = store;
        this.locations = locations;
        this.layout = layout;
        this.ids = ids;
        this.retries = retries;
        this.lease = lease;
        this.executor = executor;
        this.room = new Semaphore(atOnce);
    }

    /// Starts the upload of a segment. Waits while enough are under way, so that local files do not pile up.
    void add(SegmentFile segment) {
        lease.check();
        try {
            room.acquire();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            lease.check();
            throw new WingsException(ErrorKind.CANCELLED, "interrupted before an upload", e);
        }
        String location = locations.segment(ids.next());
        uploads.add(CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return upload(segment, location);
                    } finally {
                        room.release();
                    }
                },
                executor));
        lease.progress("wrote " + TaskLease.count(uploads.size(), "segment"));
    }

    /// Waits for all uploads, also when one fails. Returns the data files, in the order of [#add].
    List<DataFile> finish() {
        RuntimeException failure = null;
        List<DataFile> files = new ArrayList<>();
        for (CompletableFuture<DataFile> upload : uploads) {
            try {
                files.add(upload.join());
            } catch (CompletionException e) {
                RuntimeException cause = e.getCause() instanceof RuntimeException known
                        ? known
                        : new IllegalStateException(e.getCause());
                if (failure == null) {
                    failure = cause;
                } else {
                    failure.addSuppressed(cause);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
        return files;
    }

    /// Waits for the uploads that are under way: their files are needed until then.
    @Override
    public void close() {
        uploads.forEach(upload -> upload.handle((file, failure) -> true).join());
    }

    private DataFile upload(SegmentFile segment, String location) {
        lease.check();
        store(segment.file(), locations.store().key(location));
        try {
            Files.delete(segment.file());
        } catch (IOException e) {
            throw Scratch.failed("cannot remove a local file: file=" + segment.file(), e);
        }
        return DataFiles.builder(layout.partitioning())
                .withPath(location)
                .withFormat(FileFormat.PARQUET)
                .withPartition(segment.partition())
                .withFileSizeInBytes(segment.bytes())
                .withMetrics(segment.metrics())
                .withSplitOffsets(segment.splitOffsets())
                .withSortOrder(layout.sortOrder())
                .build();
    }

    private void store(Path file, String key) {
        AtomicInteger attempts = new AtomicInteger();
        retries.idempotent(() -> create(key, file, attempts.incrementAndGet() > 1));
    }

    /// @param retried whether an attempt before may have stored the object: nobody else makes this key
    private String create(String key, Path file, boolean retried) {
        try {
            store.create(key, file);
        } catch (WingsException e) {
            if (!(retried && e.kind() == ErrorKind.ALREADY_EXISTS)) {
                throw e;
            }
        }
        return key;
    }
}
