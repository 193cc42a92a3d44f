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
package dev.wings.server.table;

/// What planning has found out about a table's segments.
///
/// @param segments how many segments the table has
/// @param readSegments how many of them may hold rows that matter
/// @param rowGroups how many row groups those have
/// @param readRowGroups how many of these may hold rows that matter
/// @param rows how many rows all segments have in manifests that could not be left out as a whole
/// @param readRows how many rows the row groups have that matter
/// @param bytes how many bytes all segments have in manifests that could not be left out as a whole
/// @param readBytes how many bytes the columns and row groups have that matter
/// @param metadataLocation the location of the snapshot's metadata file
public record SegmentStats(
        int segments,
        int readSegments,
        int rowGroups,
        int readRowGroups,
        long rows,
        long readRows,
        long bytes,
        long readBytes,
        String metadataLocation) {}
