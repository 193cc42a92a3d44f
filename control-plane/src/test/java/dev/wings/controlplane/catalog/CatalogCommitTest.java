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
package dev.wings.controlplane.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.resource.NamespaceName;
import dev.wings.common.resource.ObjectStoreName;
import dev.wings.common.resource.TenantName;
import dev.wings.common.store.ObjectStores;
import dev.wings.common.time.IdGenerator;
import dev.wings.common.time.Scheduler;
import dev.wings.controlplane.cluster.ClusterMetadata;
import dev.wings.controlplane.cluster.NamespaceRecord;
import dev.wings.controlplane.lake.LakeChange;
import dev.wings.controlplane.lake.LakeEntry;
import dev.wings.controlplane.lake.LakeEntry.Kind;
import dev.wings.controlplane.lake.LakeMetadataStore;
import dev.wings.controlplane.lake.LakeNamespace;
import dev.wings.controlplane.lake.TableName;
import dev.wings.controlplane.memory.MemoryDatabase;
import dev.wings.controlplane.state.Stores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.iceberg.MetadataUpdate;
import org.apache.iceberg.Schema;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.apache.iceberg.rest.requests.CreateTableRequest;
import org.apache.iceberg.rest.requests.UpdateTableRequest;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What becomes of the metadata file of a commit that fails before, or after, it was made: as long as a pointer may be
/// at it, it stays (I8).
final class CatalogCommitTest {

    private static final TenantName ACME = new TenantName("acme");
    private static final Namespace SALES = Namespace.of("sales");
    private static final TableIdentifier ORDERS = TableIdentifier.of(SALES, "orders");
    private static final Schema SCHEMA = new Schema(Types.NestedField.required(1, "id", Types.LongType.get()));
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

    @TempDir
    Path objects;

    private final Stores stores = new MemoryDatabase().stores(InstantSource.system());
    private final FailingStore store = new FailingStore(stores.lake());
    private final ObjectStores objectStores = new ObjectStores();
    private final IdGenerator ids = new IdGenerator(InstantSource.fixed(NOW), new Random(1));
    private final MetadataMemory memory = new MetadataMemory(64 << 20, Duration.ofSeconds(1), Scheduler.system());
    private IcebergCatalog catalog;

    @BeforeEach
    void open() {
        ClusterMetadata cluster =
                new ClusterMetadata(stores.cluster(), objectStores, ids.clock(), ids, Duration.ofDays(1), () -> {});
        cluster.createTenant(ACME);
        ObjectStoreName main = new ObjectStoreName("acme", "main");
        cluster.createObjectStore(main, objects.toUri().toString());
        cluster.createNamespace(new NamespaceName("acme", "sales"), main);
        catalog = IcebergCatalog.over(
                store, cluster, stores.cluster(), objectStores, ids, ids.clock(), Duration.ofDays(1), memory);
    }

    @AfterEach
    void close() {
        objectStores.close();
    }

    /// Everything that a store, or what it runs in, may throw.
    static Stream<Throwable> failures() {
        return Stream.concat(
                Stream.of(ErrorKind.values()).map(kind -> new WingsException(kind, "failed: kind=" + kind, null)),
                Stream.of(
                        new IllegalStateException("a bug"),
                        new OutOfMemoryError("no heap"),
                        new StackOverflowError("deep"),
                        new CommitStateUnknownException(new RuntimeException("lost"))));
    }

    /// Kinds with which the store says that it has done nothing do not come after a commit, by its contract.
    static Stream<Throwable> failuresAfterCommit() {
        Set<ErrorKind> refusals = Set.of(
                ErrorKind.CONFLICT,
                ErrorKind.ALREADY_EXISTS,
                ErrorKind.NOT_FOUND,
                ErrorKind.INVALID,
                ErrorKind.FORBIDDEN,
                ErrorKind.PRECONDITION,
                ErrorKind.EXHAUSTED);
        return failures()
                .filter(failure -> !(failure instanceof WingsException known) || !refusals.contains(known.kind()));
    }

    @ParameterizedTest
    @MethodSource("failuresAfterCommit")
    void committedFileStaysWhateverIsThrown(Throwable failure) throws Exception {
        create("before");
        store.failure = failure;
        store.commits = true;
        Throwable thrown = catchThrowable(() -> create("orders"));
        store.failure = null;
        // what the database did is what the client is told, or else that nobody knows
        assertThat(thrown == null || thrown instanceof Error || thrown instanceof CommitStateUnknownException)
                .as("%s", thrown)
                .isTrue();
        assertThat(load(ORDERS).metadata().schema().columns()).hasSize(1);
        assertThat(files()).isEqualTo(2);

        store.failure = failure;
        Throwable updating = catchThrowable(() -> setProperty(ORDERS));
        assertThat(updating == null || updating instanceof Error || updating instanceof CommitStateUnknownException)
                .as("%s", updating)
                .isTrue();
        store.failure = null;
        assertThat(load(ORDERS).metadata().properties()).containsEntry("p", "1");
    }

    @ParameterizedTest
    @MethodSource("failures")
    void filesOfARefusedCommitGo(Throwable failure) throws Exception {
        store.failure = failure;
        store.commits = false;
        Throwable thrown = catchThrowable(() -> create("orders"));
        assertThat(thrown).isNotNull();
        store.failure = null;
        boolean refused =
                failuresAfterCommit().noneMatch(unsure -> unsure.toString().equals(failure.toString()));
        assertThat(files()).isEqualTo(refused ? 0 : 1);
        assertThat(catalog.tables().exists(ACME, ORDERS)).isFalse();
    }

    @Test
    void filesOfAnAttemptThatNeverReachedTheStoreGo() throws Exception {
        create("orders");
        UpdateTableRequest impossible = UpdateTableRequest.create(
                TableIdentifier.of(SALES, "missing"),
                List.of(),
                List.of(new MetadataUpdate.SetProperties(Map.of("p", "1"))));
        UpdateTableRequest possible = UpdateTableRequest.create(
                ORDERS, List.of(), List.of(new MetadataUpdate.SetProperties(Map.of("p", "1"))));
        Throwable thrown = catchThrowable(() ->
                memory.during("acme", () -> catalog.tables().update(ACME, List.of(possible, impossible))));
        assertThat(thrown).isNotNull();
        assertThat(files()).isEqualTo(1);
    }

    private void create(String name) {
        CreateTableRequest request =
                CreateTableRequest.builder().withName(name).withSchema(SCHEMA).build();
        memory.during("acme", () -> catalog.tables().create(ACME, SALES, request));
    }

    private void setProperty(TableIdentifier table) {
        UpdateTableRequest request = UpdateTableRequest.create(
                table, List.of(), List.of(new MetadataUpdate.SetProperties(Map.of("p", "1"))));
        memory.during("acme", () -> catalog.tables().update(ACME, table, request));
    }

    private CatalogTables.Loaded load(TableIdentifier table) {
        CatalogTables.Loaded[] loaded = new CatalogTables.Loaded[1];
        memory.during("acme", () -> loaded[0] = catalog.tables().load(ACME, table));
        return loaded[0];
    }

    private long files() throws IOException {
        try (Stream<Path> files = Files.walk(objects)) {
            return files.filter(file -> file.toString().endsWith(".json")).count();
        }
    }

    /// Fails commits, before or after they are made.
    private static final class FailingStore implements LakeMetadataStore {

        private final LakeMetadataStore store;
        private @Nullable Throwable failure;
        private boolean commits;

        FailingStore(LakeMetadataStore store) {
            this.store = store;
        }

        @Override
        public void commit(List<LakeChange> changes, Instant now, Instant collectTime) {
            if (failure == null || commits) {
                store.commit(changes, now, collectTime);
            }
            switch (failure) {
                case null -> {}
                case Error error -> throw error;
                case RuntimeException exception -> throw exception;
                default -> throw new IllegalStateException(failure);
            }
        }

        @Override
        public void createNamespace(NamespaceRecord namespace, Map<String, String> properties) {
            store.createNamespace(namespace, properties);
        }

        @Override
        public LakeNamespace loadNamespace(NamespaceName name) {
            return store.loadNamespace(name);
        }

        @Override
        public Set<String> updateProperties(NamespaceName name, Map<String, String> set, Set<String> removed) {
            return store.updateProperties(name, set, removed);
        }

        @Override
        public Optional<LakeEntry> find(TableName name) {
            return store.find(name);
        }

        @Override
        public List<String> list(NamespaceName parent, Kind kind, String after, int limit) {
            return store.list(parent, kind, after, limit);
        }

        @Override
        public Set<String> findDeletable(UUID entryUid, Set<String> locations) {
            return store.findDeletable(entryUid, locations);
        }

        @Override
        public void rename(Kind kind, TableName from, TableName to, Instant now) {
            store.rename(kind, from, to, now);
        }

        @Override
        public void drop(Kind kind, TableName name, boolean purge, Instant now) {
            store.drop(kind, name, purge, now);
        }
    }
}
