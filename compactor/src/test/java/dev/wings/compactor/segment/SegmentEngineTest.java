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

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wings.common.duckdb.ParquetFiles;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.proto.Task;
import dev.wings.worker.task.TaskLease;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SegmentEngineTest {

    @TempDir
    private Path directory;

    @Test
    @EnabledOnOs(OS.LINUX)
    void fullDiskIsNoRoom() throws IOException {
        Path full = Files.createSymbolicLink(directory.resolve("full.parquet"), Path.of("/dev/full"));
        try (BufferAllocator allocator = new RootAllocator();
                SegmentEngine engine = SegmentEngine.open(
                        new SegmentEngine.Limits(64L << 20, 1L << 20),
                        directory.resolve("spill"),
                        new TaskLease(Task.getDefaultInstance()),
                        allocator)) {
            assertThatThrownBy(() -> engine.run("COPY (SELECT * FROM range(1000000)) TO "
                            + ParquetFiles.text(full.toString()) + " (FORMAT parquet, USE_TMP_FILE false)"))
                    .isInstanceOfSatisfying(
                            WingsException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.EXHAUSTED))
                    .hasMessageContaining("No space left on device");
        }
    }
}
