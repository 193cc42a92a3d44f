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
package dev.wings.integration.lake;

import dev.wings.common.lake.StoreFileIO;
import dev.wings.common.resource.NamespaceName;
import dev.wings.controlplane.lake.LakeChange;
import dev.wings.controlplane.lake.LakeEntry;
import dev.wings.controlplane.lake.LakeEntry.Kind;
import dev.wings.controlplane.lake.LakeMetadataStore;
import dev.wings.controlplane.lake.TableName;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.iceberg.BaseMetastoreTableOperations;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileMetadata;
import org.apache.iceberg.GenericStatisticsFile;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.types.Types;

/// Tables in the fixture's namespace as other engines make them, made by an engine that obeys no rule about
/// locations.
final class EngineTables {

    private static final NamespaceName NAMESPACE = new NamespaceName("default", "default");
    private static final Schema SCHEMA = new Schema(Types.NestedField.required(1, "id", Types.LongType.get()));
    private static final int FILE_BYTES = 10;

    private final LakeFixture lake;
    private final LakeMetadataStore entries;
    private final StoreFileIO io;

    EngineTables(LakeFixture lake, LakeMetadataStore entries) {
        this.lake = lake;
        this.entries = entries;
        this.io = new StoreFileIO(lake.store(), LakeFixture.STORE);
    }

    /// Where a directory below that of all such tables is.
    String location(String directory) {
        return io.locations().location(lake.objectPrefix() + "/external/" + directory);
    }

    /// A table with two snapshots, data, deletes, statistics and a log of metadata files.
    BaseTable create(String name, String location) {
        BaseTable table = createEmpty(name, location, Map.of());
        fill(table);
        return table;
    }

    BaseTable createEmpty(String name, String location, Map<String, String> properties) {
        Operations operations = new Operations(name);
        operations.commit(
                null,
                TableMetadata.newTableMetadata(
                        SCHEMA, PartitionSpec.unpartitioned(), SortOrder.unsorted(), location, properties));
        return new BaseTable(operations, name);
    }

    void fill(BaseTable table) {
        String directory = table.location();
        table.newAppend()
                .appendFile(dataFile(store(directory + "/data/a.parquet")))
                .commit();
        table.newRowDelta()
                .addRows(dataFile(store(directory + "/data/b.parquet")))
                .addDeletes(deletes(store(directory + "/data/deletes.parquet")))
                .commit();
        setStatistics(table, store(directory + "/metadata/statistics.puffin"));
    }

    void setStatistics(BaseTable table, String location) {
        long snapshot = table.currentSnapshot().snapshotId();
        table.updateStatistics()
                .setStatistics(new GenericStatisticsFile(snapshot, location, FILE_BYTES, 1, List.of()))
                .commit();
    }

    static DataFile dataFile(String location) {
        return DataFiles.builder(PartitionSpec.unpartitioned())
                .withPath(location)
                .withFormat("parquet")
                .withFileSizeInBytes(FILE_BYTES)
                .withRecordCount(1)
                .build();
    }

    private static DeleteFile deletes(String location) {
        return FileMetadata.deleteFileBuilder(PartitionSpec.unpartitioned())
                .ofPositionDeletes()
                .withPath(location)
                .withFormat("parquet")
                .withFileSizeInBytes(FILE_BYTES)
                .withRecordCount(1)
                .build();
    }

    /// Stores something under a location, which it returns.
    String store(String location) {
        return store(location, new byte[FILE_BYTES]);
    }

    String store(String location, byte[] content) {
        lake.store().create(io.locations().key(location), List.of(ByteBuffer.wrap(content)));
        return location;
    }

    /// An entry of the catalog with this metadata file, whatever is in it.
    void register(String name, Kind kind, String metadataLocation) {
        UUID uid = lake.ids().next();
        LakeEntry entry = new LakeEntry(
                table(name),
                kind,
                uid,
                Optional.empty(),
                uid,
                metadataLocation,
                1,
                entries.loadNamespace(NAMESPACE).home());
        entries.commit(
                List.of(new LakeChange.Create(entry)),
                lake.clock().instant(),
                lake.clock().instant());
    }

    String metadataLocation(String name) {
        return entries.find(table(name)).orElseThrow().metadataLocation();
    }

    void purge(String name) {
        entries.drop(Kind.TABLE, table(name), true, lake.clock().instant());
    }

    private static TableName table(String name) {
        return TableName.of(NAMESPACE, name);
    }

    private final class Operations extends BaseMetastoreTableOperations {
        private final String name;

        Operations(String name) {
            this.name = name;
        }

        @Override
        protected void doRefresh() {
            refreshFromMetadataLocation(
                    entries.find(table(name)).map(LakeEntry::metadataLocation).orElse(null));
        }

        @Override
        protected void doCommit(TableMetadata base, TableMetadata metadata) {
            String location = writeNewMetadataIfRequired(base == null, metadata);
            if (base == null) {
                register(name, Kind.TABLE, location);
            } else {
                LakeEntry entry = entries.find(table(name)).orElseThrow();
                entries.commit(
                        List.of(new LakeChange.Move(entry, location, List.of())),
                        lake.clock().instant(),
                        lake.clock().instant());
            }
        }

        @Override
        protected String tableName() {
            return name;
        }

        @Override
        public FileIO io() {
            return io;
        }
    }
}
