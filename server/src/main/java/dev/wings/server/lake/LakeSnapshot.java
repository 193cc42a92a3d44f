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
package dev.wings.server.lake;

import java.util.List;
import java.util.Map;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;

/// The current snapshot of a table's metadata file, with all that is needed to find its data files.
///
/// @param location the location of the metadata file
/// @param topicUid the uid of the topic whose rows the table holds
/// @param manifests the table's manifests; none if the table has no rows
record LakeSnapshot(
        String location,
        String topicUid,
        Schema schema,
        Map<Integer, PartitionSpec> partitionings,
        List<ManifestFile> manifests) {}
