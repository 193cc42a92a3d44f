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

import dev.wings.common.lake.TableLocations;
import dev.wings.common.resource.TenantName;
import dev.wings.common.time.IdGenerator;
import dev.wings.controlplane.lake.LakeChange;
import dev.wings.controlplane.lake.LakeEntry;
import dev.wings.controlplane.lake.LakeEntry.Kind;
import dev.wings.controlplane.lake.LakeHome;
import dev.wings.controlplane.lake.TableName;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.apache.iceberg.Schema;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.BadRequestException;
import org.apache.iceberg.rest.requests.CreateViewRequest;
import org.apache.iceberg.rest.requests.RegisterViewRequest;
import org.apache.iceberg.rest.requests.UpdateTableRequest;
import org.apache.iceberg.util.LocationUtil;
import org.apache.iceberg.view.SQLViewRepresentation;
import org.apache.iceberg.view.ViewMetadata;
import org.apache.iceberg.view.ViewMetadataParser;
import org.apache.iceberg.view.ViewProperties;
import org.apache.iceberg.view.ViewVersion;

/// Views: those of Wings' own SQL, and those that other engines make for each other.
public final class CatalogViews {

    private final CatalogEntries entries;
    private final MetadataFiles files;
    private final IdGenerator ids;

    CatalogViews(CatalogEntries entries, MetadataFiles files, IdGenerator ids) {
        this.entries = entries;
        this.files = files;
        this.ids = ids;
    }

    public boolean exists(TenantName tenant, TableIdentifier identifier) {
        return entries.find(Kind.VIEW, tenant, identifier).isPresent();
    }

    public ViewMetadata load(TenantName tenant, TableIdentifier identifier) {
        return read(entries.load(Kind.VIEW, tenant, identifier));
    }

    /// A view as it is now.
    ///
    /// @param tag another one after each change of the view, and of a view of this name that is made anew
    /// @param metadata empty if the caller knows it
    public record Found(String tag, Optional<ViewMetadata> metadata) {}

    /// @param known the tag of what the caller knows, whose file is not read again
    public Found find(TenantName tenant, TableIdentifier identifier, String known) {
        LakeEntry entry = entries.load(Kind.VIEW, tenant, identifier);
        String tag = entry.uid() + "-" + entry.version();
        return new Found(tag, tag.equals(known) ? Optional.empty() : Optional.of(read(entry)));
    }

    private ViewMetadata read(LakeEntry entry) {
        return files.read(entry.home(), entry.metadataLocation(), ViewMetadataParser::fromJson);
    }

    public List<String> list(TenantName tenant, Namespace namespace, String after, int limit) {
        return entries.list(Kind.VIEW, tenant, namespace, after, limit);
    }

    public ViewMetadata create(TenantName tenant, Namespace namespace, CreateViewRequest request) {
        TableIdentifier identifier = TableIdentifier.of(namespace, request.name());
        return CatalogCommit.run(entries, files, commit -> {
            LakeHome home = entries.loadNamespace(tenant, namespace).home();
            TableName name = entries.newName(tenant, identifier);
            entries.checkFree(Kind.VIEW, tenant, identifier);
            Warehouse warehouse = new Warehouse(home);
            ViewMetadata metadata = CatalogCommit.applied(() -> created(warehouse, request));
            warehouse.check(metadata);
            LakeEntry entry = newEntry(name, home, metadata, newLocation(warehouse, metadata, 0));
            String json = ViewMetadataParser.toJson(metadata);
            commit.add(new LakeChange.Create(entry, warehouse.files(metadata)), home, entry.metadataLocation(), json);
            return ViewMetadataParser.fromJson(entry.metadataLocation(), json);
        });
    }

    private ViewMetadata created(Warehouse warehouse, CreateViewRequest request) {
        boolean isSql =
                request.viewVersion().representations().stream().allMatch(SQLViewRepresentation.class::isInstance);
        if (!isSql) {
            throw new BadRequestException("Only views of SQL are taken");
        }
        String location = request.location() == null
                ? warehouse.newLocation(request.name(), ids.next())
                : LocationUtil.stripTrailingSlash(request.location());
        return ViewMetadata.builder()
                .assignUUID(ids.next().toString())
                .setProperties(request.properties())
                .setLocation(location)
                .setCurrentVersion(request.viewVersion(), request.schema())
                .build();
    }

    private LakeEntry newEntry(TableName name, LakeHome home, ViewMetadata metadata, String location) {
        UUID viewUuid = CatalogCommit.applied(() -> UUID.fromString(metadata.uuid()));
        return new LakeEntry(name, Kind.VIEW, ids.next(), Optional.empty(), viewUuid, location, 1, home);
    }

    private String newLocation(Warehouse warehouse, ViewMetadata metadata, long version) {
        return CatalogCommit.applied(() -> {
            String codec = metadata.properties()
                    .getOrDefault(ViewProperties.METADATA_COMPRESSION, ViewProperties.METADATA_COMPRESSION_DEFAULT);
            String directory = metadata.properties()
                    .getOrDefault(ViewProperties.WRITE_METADATA_LOCATION, metadata.location() + "/metadata");
            return warehouse.canonical(String.format(
                    Locale.ROOT,
                    "%s/%05d-%s%s",
                    LocationUtil.stripTrailingSlash(directory),
                    version,
                    ids.next(),
                    TableMetadataParser.getFileExtension(codec)));
        });
    }

    /// Makes a view out of a metadata file that is there.
    public ViewMetadata register(TenantName tenant, Namespace namespace, RegisterViewRequest request) {
        TableIdentifier identifier = TableIdentifier.of(namespace, request.name());
        return CatalogCommit.run(entries, files, commit -> {
            LakeHome home = entries.loadNamespace(tenant, namespace).home();
            TableName name = entries.newName(tenant, identifier);
            entries.checkFree(Kind.VIEW, tenant, identifier);
            Warehouse warehouse = new Warehouse(home);
            String location =
                    warehouse.canonical(warehouse.check("metadata file's location", request.metadataLocation()));
            ViewMetadata metadata = files.read(home, location, ViewMetadataParser::fromJson);
            warehouse.check(metadata);
            commit.add(new LakeChange.Create(
                    newEntry(name, home, metadata, location), warehouse.filesOfRegistered(metadata, location)));
            return metadata;
        });
    }

    public ViewMetadata update(TenantName tenant, TableIdentifier identifier, UpdateTableRequest request) {
        return update(tenant, identifier, current -> updated(current, request));
    }

    /// Makes this version the one of the view.
    public void replace(TenantName tenant, TableIdentifier identifier, ViewVersion version, Schema schema) {
        update(
                tenant,
                identifier,
                current -> ViewMetadata.buildFrom(current)
                        .setCurrentVersion(version, schema)
                        .build());
    }

    private ViewMetadata update(TenantName tenant, TableIdentifier identifier, UnaryOperator<ViewMetadata> change) {
        return CatalogCommit.run(entries, files, commit -> {
            LakeEntry base = entries.loadForChange(Kind.VIEW, tenant, identifier);
            ViewMetadata current = read(base);
            ViewMetadata updated = CatalogCommit.applied(() -> change.apply(current));
            if (updated.changes().isEmpty()) {
                return current;
            }
            Warehouse warehouse = new Warehouse(base.home());
            warehouse.check(updated);
            String location =
                    newLocation(warehouse, updated, TableLocations.metadataVersion(base.metadataLocation()) + 1);
            String json = ViewMetadataParser.toJson(updated);
            commit.add(
                    new LakeChange.Move(base, location, List.of(), warehouse.files(updated)),
                    base.home(),
                    location,
                    json);
            return ViewMetadataParser.fromJson(location, json);
        });
    }

    private static ViewMetadata updated(ViewMetadata base, UpdateTableRequest request) {
        request.requirements().forEach(requirement -> requirement.validate(base));
        ViewMetadata.Builder builder = ViewMetadata.buildFrom(base);
        request.updates().forEach(update -> update.applyTo(builder));
        return builder.build();
    }

    public void rename(TenantName tenant, TableIdentifier from, TableIdentifier to) {
        entries.rename(Kind.VIEW, tenant, from, to);
    }

    public void drop(TenantName tenant, TableIdentifier identifier) {
        entries.drop(Kind.VIEW, tenant, identifier, false);
    }
}
