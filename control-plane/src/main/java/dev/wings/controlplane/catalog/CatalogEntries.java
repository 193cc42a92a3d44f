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

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.resource.NamespaceName;
import dev.wings.common.resource.TenantName;
import dev.wings.controlplane.catalog.CatalogCommit.LostRaceException;
import dev.wings.controlplane.lake.LakeChange;
import dev.wings.controlplane.lake.LakeEntry;
import dev.wings.controlplane.lake.LakeEntry.Kind;
import dev.wings.controlplane.lake.LakeMetadataStore;
import dev.wings.controlplane.lake.LakeNamespace;
import dev.wings.controlplane.lake.TableName;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.CommitStateUnknownException;

/// The store in the words of Iceberg: identifiers for names, and the exceptions that clients expect.
///
/// A name that nothing can have is treated as one that nothing has, since clients look for names on a guess
/// (`ns.table.files`).
final class CatalogEntries {

    private final LakeMetadataStore store;
    private final InstantSource clock;
    private final Duration garbageGrace;

    CatalogEntries(LakeMetadataStore store, InstantSource clock, Duration garbageGrace) {
        this.store = store;
        this.clock = clock;
        this.garbageGrace = garbageGrace;
    }

    /// Finds a namespace. Fails with NoSuchNamespaceException also for a name that no namespace can have.
    LakeNamespace loadNamespace(TenantName tenant, Namespace namespace) {
        return inNamespace(namespace, () -> store.loadNamespace(name(tenant, namespace)));
    }

    /// The name of a namespace, which need not exist. Fails with NoSuchNamespaceException if none can have it.
    NamespaceName name(TenantName tenant, Namespace namespace) {
        if (namespace.length() == 1) {
            try {
                return new NamespaceName(tenant.tenant(), namespace.level(0));
            } catch (WingsException e) {
                throw CatalogErrors.noSuchNamespace(namespace);
            }
        }
        throw CatalogErrors.noSuchNamespace(namespace);
    }

    /// A name for a new entry. Fails with INVALID if no entry can have it.
    TableName newName(TenantName tenant, TableIdentifier identifier) {
        return TableName.of(name(tenant, identifier.namespace()), identifier.name());
    }

    /// The entry of that kind and name; empty also if the namespace does not exist.
    Optional<LakeEntry> find(Kind kind, TenantName tenant, TableIdentifier identifier) {
        Namespace namespace = identifier.namespace();
        if (namespace.length() != 1 || !TableName.isLegal(identifier.name())) {
            return Optional.empty();
        }
        try {
            return store.find(new TableName(tenant.tenant(), namespace.level(0), identifier.name()))
                    .filter(entry -> entry.kind() == kind);
        } catch (WingsException e) {
            if (e.kind() == ErrorKind.NOT_FOUND || e.kind() == ErrorKind.INVALID) {
                return Optional.empty();
            }
            throw e;
        }
    }

    LakeEntry load(Kind kind, TenantName tenant, TableIdentifier identifier) {
        return find(kind, tenant, identifier).orElseThrow(() -> CatalogErrors.noSuch(kind, identifier));
    }

    /// As [#load], for a change: fails with ForbiddenException for the table of a topic.
    LakeEntry loadForChange(Kind kind, TenantName tenant, TableIdentifier identifier) {
        LakeEntry entry = load(kind, tenant, identifier);
        if (entry.topicUid().isPresent()) {
            throw CatalogErrors.ofTopic(identifier);
        }
        return entry;
    }

    /// Those of the metadata files that the catalog has written for an entry that wants them deleted.
    Set<String> findDeletable(LakeEntry entry, Set<String> locations) {
        return store.findDeletable(entry.uid(), locations);
    }

    List<String> list(Kind kind, TenantName tenant, Namespace namespace, String after, int limit) {
        return inNamespace(namespace, () -> store.list(name(tenant, namespace), kind, after, limit));
    }

    private interface Call<T> {
        T run();
    }

    private static <T> T inNamespace(Namespace namespace, Call<T> call) {
        try {
            return call.run();
        } catch (WingsException e) {
            throw e.kind() == ErrorKind.NOT_FOUND ? CatalogErrors.noSuchNamespace(namespace) : e;
        }
    }

    /// Fails early if a name is taken; the commit decides. A name that nothing can have is INVALID.
    void checkFree(Kind wanted, TenantName tenant, TableIdentifier identifier) {
        TableName name = newName(tenant, identifier);
        store.find(name).ifPresent(holder -> {
            throw taken(wanted, identifier, Optional.of(holder));
        });
    }

    private static RuntimeException taken(Kind wanted, TableIdentifier identifier, Optional<LakeEntry> holder) {
        return holder.filter(entry -> entry.topicUid().isEmpty())
                .<RuntimeException>map(entry -> CatalogErrors.taken(wanted, identifier, entry.kind()))
                .orElseGet(() -> CatalogErrors.takenByTopic(identifier));
    }

    /// Makes all changes or none. If they were surely not made and never will be, answers why; empty if they
    /// were made. Fails with CommitStateUnknownException, or an Error, if nobody can tell.
    Optional<RuntimeException> commit(List<LakeChange> changes) {
        Instant now;
        try {
            now = now();
        } catch (WingsException e) {
            return Optional.of(e);
        }
        try {
            store.commit(changes, now, now.plus(garbageGrace));
            return Optional.empty();
        } catch (RuntimeException e) {
            Optional<RuntimeException> refusal =
                    e instanceof WingsException known ? refusal(changes, known) : Optional.empty();
            if (refusal.isEmpty() && !isMade(changes)) {
                throw new CommitStateUnknownException(e);
            }
            return refusal;
        }
    }

    /// What a client is told of a failure that leaves everything as it was; empty for a failure that may have
    /// changed something.
    private Optional<RuntimeException> refusal(List<LakeChange> changes, WingsException failure) {
        return switch (failure.kind()) {
            case CONFLICT -> Optional.of(new LostRaceException(failure));
            case ALREADY_EXISTS -> Optional.of(taken(changes, failure));
            case NOT_FOUND ->
                Optional.of(new CommitFailedException(failure, "Cannot commit: %s", failure.getMessage()));
            case INVALID, FORBIDDEN, PRECONDITION, EXHAUSTED -> Optional.of(failure);
            case UNAUTHENTICATED, UNAVAILABLE, DEADLINE, CANCELLED, DATA_LOSS, INTERNAL -> Optional.empty();
        };
    }

    /// The failure that names who has the name that one of the changes wanted.
    private RuntimeException taken(List<LakeChange> changes, WingsException failure) {
        for (LakeChange change : changes) {
            if (change instanceof LakeChange.Create create
                    && failure.getMessage().contains("name=" + create.name())) {
                TableIdentifier identifier = TableIdentifier.of(
                        create.name().namespace(), create.name().table());
                return taken(create.entry().kind(), identifier, store.find(create.name()));
            }
        }
        return failure;
    }

    /// Whether a commit whose answer was lost was made. All changes are made together, so one of them tells; if
    /// there is none, nothing had to be made.
    private boolean isMade(List<LakeChange> changes) {
        Optional<LakeChange> first = changes.stream()
                .filter(change -> !(change instanceof LakeChange.Keep))
                .findFirst();
        if (first.isEmpty()) {
            return true;
        }
        LakeChange change = first.get();
        try {
            return store.find(change.name())
                    .filter(entry -> entry.metadataLocation().equals(change.metadataLocation()))
                    .isPresent();
        } catch (RuntimeException e) {
            return false;
        }
    }

    void rename(Kind kind, TenantName tenant, TableIdentifier from, TableIdentifier to) {
        LakeEntry source = loadForChange(kind, tenant, from);
        LakeNamespace target = loadNamespace(tenant, to.namespace());
        TableName name = TableName.of(target.namespace().name(), to.name());
        try {
            store.rename(kind, source.name(), name, now());
        } catch (WingsException e) {
            switch (e.kind()) {
                case ALREADY_EXISTS ->
                    throw store.find(name)
                            .filter(holder -> holder.topicUid().isEmpty())
                            .<RuntimeException>map(holder -> CatalogErrors.cannotRename(from, to, holder.kind()))
                            .orElseGet(() -> CatalogErrors.takenByTopic(to));
                case NOT_FOUND -> throw CatalogErrors.noSuch(kind, from);
                default -> throw e;
            }
        }
    }

    void drop(Kind kind, TenantName tenant, TableIdentifier identifier, boolean purge) {
        LakeEntry entry = loadForChange(kind, tenant, identifier);
        try {
            store.drop(kind, entry.name(), purge, now());
        } catch (WingsException e) {
            throw e.kind() == ErrorKind.NOT_FOUND ? CatalogErrors.noSuch(kind, identifier) : e;
        }
    }

    /// The time in microseconds, as every store can keep it.
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
