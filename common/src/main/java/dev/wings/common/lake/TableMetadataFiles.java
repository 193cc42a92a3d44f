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
package dev.wings.common.lake;

import dev.wings.common.error.WingsException;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.io.FileIO;

/// Metadata files of tables.
public final class TableMetadataFiles {

    private TableMetadataFiles() {}

    /// Reads the file that a table's pointer names: if it is not there or not whole, that is DATA_LOSS.
    public static TableMetadata read(FileIO io, String location) {
        try {
            return TableMetadataParser.read(io, location);
        } catch (WingsException e) {
            throw e;
        } catch (NotFoundException e) {
            throw WingsException.dataLoss("metadata file of a table is missing: location=" + location, e);
        } catch (RuntimeException e) {
            throw WingsException.dataLoss(
                    "metadata file of a table is damaged: location=" + location + ", cause=" + e, e);
        }
    }

    /// Stores a file under a location that has none yet.
    public static void write(FileIO io, TableMetadata metadata, String location) {
        TableMetadataParser.write(metadata, io.newOutputFile(location));
    }
}
