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

import dev.wings.common.error.WingsException;
import dev.wings.common.lake.TableLocations;
import dev.wings.common.resource.TenantName;
import dev.wings.common.time.IdGenerator;
import dev.wings.controlplane.lake.LakeChange;
import dev.wings.controlplane.lake.LakeEntry;
import dev.wings.controlplane.lake.LakeEntry.Kind;
import dev.wings.controlplane.lake.LakeFiles;
import dev.wings.controlplane.lake.LakeHome;
import dev.wings.controlplane.lake.TableName;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.iceberg.MetadataUpdate;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.RetryableValidationException;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.UpdateRequirement;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.BadRequestException;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.rest.requests.CreateTableRequest;
import org.apache.iceberg.rest.requests.RegisterTableRequest;
import org.apache.iceberg.rest.requests.UpdateTableRequest;
import org.apache.iceberg.util.LocationUtil;

/// Tables: those of topics, which others may read, and those that other engines make.
///
/// A change reads the metadata file that the pointer names, applies the client's updates, writes a new file, and moves
/// the pointer if it is still where it was; one table or many, it is the same.
public final class CatalogTables {

    private static final int MAX_TABLES_OF_COMMIT = 100;

    private final CatalogEntries entries;
    private final MetadataFiles files;
    private final IdGenerator ids;

    CatalogTables(CatalogEntries entries, MetadataFiles files, IdGenerator ids) {
        this.entries = entries;
        this.files = files;
        this.ids = ids;
    }

    /// A table as it was read or made.
    ///
    /// @param revision names this state of this table among all there ever are
    public record Loaded(TableMetadata metadata, String revision) {}

    public boolean exists(TenantName tenant, TableIdentifier identifier) {
        return entries.find(Kind.TABLE, tenant, identifier).isPresent();
    }

    /// The revision that [#load] would give, without reading the table: its metadata file is only looked for.
    public String revision(TenantName tenant, TableIdentifier identifier) {
        LakeEntry entry = entries.load(Kind.TABLE, tenant, identifier);
        files.require(entry.home(), entry.metadataLocation());
        return revision(entry);
    }

    public Loaded load(TenantName tenant, TableIdentifier identifier) {
        LakeEntry entry = entries.load(Kind.TABLE, tenant, identifier);
        return new Loaded(read(entry), revision(entry));
    }

    private static String revision(LakeEntry entry) {
        return revision(entry.uid(), entry.version());
    }

    private static String revision(UUID uid, long version) {
        return uid + "." + version;
    }

    private TableMetadata read(LakeEntry entry) {
        return files.read(entry.home(), entry.metadataLocation(), TableMetadataParser::fromJson);
    }

    public List<String> list(TenantName tenant, Namespace namespace, String after, int limit) {
        return entries.list(Kind.TABLE, tenant, namespace, after, limit);
    }

    public Loaded create(TenantName tenant, Namespace namespace, CreateTableRequest request) {
        TableIdentifier identifier = TableIdentifier.of(namespace, request.name());
        return CatalogCommit.run(entries, files, commit -> {
            LakeHome home = entries.loadNamespace(tenant, namespace).home();
            TableName name = entries.newName(tenant, identifier);
            entries.checkFree(Kind.TABLE, tenant, identifier);
            return create(commit, name, home, newMetadata(home, request));
        });
    }

    /// What the table would be. Nothing is stored: the client writes the table's files, and commits later.
    public TableMetadata stage(TenantName tenant, Namespace namespace, CreateTableRequest request) {
        LakeHome home = entries.loadNamespace(tenant, namespace).home();
        entries.checkFree(Kind.TABLE, tenant, TableIdentifier.of(namespace, request.name()));
        TableMetadata metadata = newMetadata(home, request);
        if (request.location() == null) {
            files.makeRoom(home, metadata.location() + "/data");
            files.makeRoom(home, metadata.location() + "/metadata");
        }
        return metadata;
    }

    private TableMetadata newMetadata(LakeHome home, CreateTableRequest request) {
        Warehouse warehouse = new Warehouse(home);
        String location = request.location() == null
                ? warehouse.newLocation(request.name(), ids.next())
                : LocationUtil.stripTrailingSlash(request.location());
        TableMetadata metadata = CatalogCommit.applied(() -> TableMetadata.newTableMetadata(
                request.schema(),
                Optional.ofNullable(request.spec()).orElse(PartitionSpec.unpartitioned()),
                Optional.ofNullable(request.writeOrder()).orElse(SortOrder.unsorted()),
                location,
                request.properties()));
        warehouse.check(metadata);
        return metadata;
    }

    private Loaded create(CatalogCommit commit, TableName name, LakeHome home, TableMetadata metadata) {
        LakeEntry entry = newEntry(name, home, metadata, newLocation(new Warehouse(home), metadata, 0));
        LakeFiles files = new Warehouse(home).files(metadata, deletes(metadata));
        String json = TableMetadataParser.toJson(metadata);
        commit.add(new LakeChange.Create(entry, files), home, entry.metadataLocation(), json);
        return new Loaded(at(metadata, entry.metadataLocation()), revision(entry));
    }

    private LakeEntry newEntry(TableName name, LakeHome home, TableMetadata metadata, String location) {
        UUID tableUuid = CatalogCommit.applied(() -> UUID.fromString(metadata.uuid()));
        return new LakeEntry(name, Kind.TABLE, ids.next(), Optional.empty(), tableUuid, location, 1, home);
    }

    /// The location of the metadata file for metadata that are to be written.
    private String newLocation(Warehouse warehouse, TableMetadata metadata, long version) {
        return CatalogCommit.applied(() -> {
            String codec = metadata.property(
                    TableProperties.METADATA_COMPRESSION, TableProperties.METADATA_COMPRESSION_DEFAULT);
            String directory =
                    metadata.property(TableProperties.WRITE_METADATA_LOCATION, metadata.location() + "/metadata");
            return warehouse.canonical(String.format(
                    Locale.ROOT,
                    "%s/%05d-%s%s",
                    LocationUtil.stripTrailingSlash(directory),
                    version,
                    ids.next(),
                    TableMetadataParser.getFileExtension(codec)));
        });
    }

    private static TableMetadata at(TableMetadata metadata, String location) {
        return TableMetadata.buildFrom(metadata)
                .discardChanges()
                .withMetadataLocation(location)
                .build();
    }

    /// Makes a table out of a metadata file that is there.
    public Loaded register(TenantName tenant, Namespace namespace, RegisterTableRequest request) {
        TableIdentifier identifier = TableIdentifier.of(namespace, request.name());
        return CatalogCommit.run(entries, files, commit -> {
            LakeHome home = entries.loadNamespace(tenant, namespace).home();
            TableName name = entries.newName(tenant, identifier);
            Optional<LakeEntry> old = request.overwrite()
                    ? entries.find(Kind.TABLE, tenant, identifier)
                            .map(entry -> entries.loadForChange(Kind.TABLE, tenant, identifier))
                    : Optional.empty();
            if (old.isEmpty()) {
                entries.checkFree(Kind.TABLE, tenant, identifier);
            }
            Warehouse warehouse = new Warehouse(old.map(LakeEntry::home).orElse(home));
            String location =
                    warehouse.canonical(warehouse.check("metadata file's location", request.metadataLocation()));
            TableMetadata metadata = files.read(warehouse.home(), location, TableMetadataParser::fromJson);
            warehouse.check(metadata);
            LakeEntry made = newEntry(name, home, metadata, location);
            if (old.isEmpty()) {
                commit.add(new LakeChange.Create(made, warehouse.filesOfRegistered(metadata, location)));
                return new Loaded(metadata, revision(made));
            }
            LakeEntry base = old.get();
            if (!base.tableUuid().equals(made.tableUuid())) {
                throw new BadRequestException(
                        "Cannot register another table over %s, drop it first: uuid=%s, registered=%s",
                        identifier, base.tableUuid(), made.tableUuid());
            }
            commit.add(new LakeChange.Move(base, location, List.of(), warehouse.filesOfRegistered(metadata, location)));
            return new Loaded(metadata, revision(base.uid(), base.version() + 1));
        });
    }

    public Loaded update(TenantName tenant, TableIdentifier identifier, UpdateTableRequest request) {
        return CatalogCommit.run(entries, files, commit -> change(commit, tenant, identifier, request));
    }

    /// Changes several tables, all or none.
    public void update(TenantName tenant, List<UpdateTableRequest> requests) {
        Set<TableIdentifier> identifiers = new HashSet<>();
        for (UpdateTableRequest request : requests) {
            if (request.identifier() == null || !identifiers.add(request.identifier())) {
                throw new BadRequestException(
                        "Each change of a transaction names another table: %s", request.identifier());
            }
        }
        if (identifiers.size() > MAX_TABLES_OF_COMMIT) {
            throw WingsException.invalid("too many tables in one transaction: limit=" + MAX_TABLES_OF_COMMIT
                    + ", found=" + identifiers.size());
        }
        CatalogCommit.run(entries, files, commit -> {
            requests.forEach(request -> change(commit, tenant, request.identifier(), request));
            return requests;
        });
    }

    private Loaded change(
            CatalogCommit commit, TenantName tenant, TableIdentifier identifier, UpdateTableRequest request) {
        if (isCreate(request)) {
            LakeHome home =
                    entries.loadNamespace(tenant, identifier.namespace()).home();
            TableName name = entries.newName(tenant, identifier);
            if (exists(tenant, identifier)) {
                throw new CommitFailedException("Requirement failed: table already exists: %s", identifier);
            }
            entries.checkFree(Kind.TABLE, tenant, identifier);
            TableMetadata metadata = created(request);
            new Warehouse(home).check(metadata);
            return create(commit, name, home, metadata);
        }
        LakeEntry base = entries.loadForChange(Kind.TABLE, tenant, identifier);
        TableMetadata current = read(base);
        TableMetadata updated = updated(current, request);
        if (updated.changes().isEmpty()) {
            // What the request requires of this table has to hold when the other tables change.
            commit.add(new LakeChange.Keep(base));
            return new Loaded(current, revision(base));
        }
        Warehouse warehouse = new Warehouse(base.home());
        warehouse.check(updated);
        String location = newLocation(warehouse, updated, TableLocations.metadataVersion(base.metadataLocation()) + 1);
        commit.add(
                new LakeChange.Move(
                        base,
                        location,
                        obsolete(base, warehouse, current, updated),
                        warehouse.files(updated, deletes(updated))),
                base.home(),
                location,
                TableMetadataParser.toJson(updated));
        return new Loaded(at(updated, location), revision(base.uid(), base.version() + 1));
    }

    /// Whether metadata files are deleted when they fall out of the table's log.
    private static boolean deletes(TableMetadata metadata) {
        return metadata.propertyAsBoolean(
                TableProperties.METADATA_DELETE_AFTER_COMMIT_ENABLED,
                TableProperties.METADATA_DELETE_AFTER_COMMIT_ENABLED_DEFAULT);
    }

    /// Metadata files that have fallen out of the table's log, if the table wants them deleted. Only those that the
    /// catalog itself has written for it: the log is what engines say, and may name files of other tables.
    private List<String> obsolete(LakeEntry base, Warehouse warehouse, TableMetadata current, TableMetadata updated) {
        if (!deletes(updated)) {
            return List.of();
        }
        Set<String> gone = new HashSet<>();
        current.previousFiles().forEach(file -> gone.add(warehouse.canonical(file.file())));
        updated.previousFiles().forEach(file -> gone.remove(warehouse.canonical(file.file())));
        return gone.isEmpty() ? List.of() : List.copyOf(entries.findDeletable(base, gone));
    }

    private static boolean isCreate(UpdateTableRequest request) {
        boolean creates =
                request.requirements().stream().anyMatch(UpdateRequirement.AssertTableDoesNotExist.class::isInstance);
        if (creates && request.requirements().size() > 1) {
            throw new BadRequestException(
                    "Invalid create requirements: a table that does not exist can have no others");
        }
        return creates;
    }

    private static TableMetadata created(UpdateTableRequest request) {
        return CatalogCommit.applied(() -> {
            TableMetadata.Builder builder = request.updates().stream()
                    .filter(MetadataUpdate.UpgradeFormatVersion.class::isInstance)
                    .map(update -> ((MetadataUpdate.UpgradeFormatVersion) update).formatVersion())
                    .findFirst()
                    .map(TableMetadata::buildFromEmpty)
                    .orElseGet(TableMetadata::buildFromEmpty);
            request.updates().forEach(update -> update.applyTo(builder));
            return builder.build();
        });
    }

    private static TableMetadata updated(TableMetadata base, UpdateTableRequest request) {
        return CatalogCommit.applied(() -> {
            request.requirements().forEach(requirement -> requirement.validate(base));
            TableMetadata.Builder builder = TableMetadata.buildFrom(base);
            try {
                request.updates().forEach(update -> update.applyTo(builder));
            } catch (RetryableValidationException e) {
                // The update was made for an older state of the table; the client may make it anew.
                throw new CommitFailedException(e, "Validation failed, please retry: %s", e.getMessage());
            }
            return builder.build();
        });
    }

    public void rename(TenantName tenant, TableIdentifier from, TableIdentifier to) {
        entries.rename(Kind.TABLE, tenant, from, to);
    }

    /// @param purge whether the files are removed as well, after a while
    public void drop(TenantName tenant, TableIdentifier identifier, boolean purge) {
        entries.drop(Kind.TABLE, tenant, identifier, purge);
    }
}
