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
package dev.wings.compactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wings.common.config.Settings;
import dev.wings.common.error.WingsException;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class CompactorConfigTest {

    private static CompactorConfig read(Map<String, String> environment) {
        return Settings.read(CompactorConfig.SERVICE, environment, CompactorConfig::from);
    }

    @Test
    void defaultsStandOnTheirOwn() {
        CompactorConfig config = read(Map.of("WINGS_PORT_OFFSET", "100"));
        assertThat(config.managementPort()).isEqualTo(7893);
        assertThat(config.controlPlane()).isEqualTo(URI.create("http://127.0.0.1:7801"));
        assertThat(config.scratchDirectory()).isEmpty();
    }

    @Test
    void everythingCanBeSet() {
        CompactorConfig config = read(Map.of(
                "WINGS_COMPACTOR_WORKERS", "7",
                "WINGS_COMPACTOR_TASK_MEMORY_BYTES", "1GiB",
                "WINGS_COMPACTOR_SCRATCH_DIRECTORY", "/scratch",
                "WINGS_COMPACTOR_COMPACT_BYTES", "1MiB"));
        assertThat(config.workers()).isEqualTo(7);
        assertThat(config.taskMemoryBytes()).isEqualTo(1L << 30);
        assertThat(config.scratchDirectory()).hasToString("Optional[/scratch]");
        assertThat(config.compactBytes()).isEqualTo(1 << 20);
    }

    @Test
    void allProblemsAreReportedTogether() {
        assertThatThrownBy(() -> read(Map.of("WINGS_COMPACTOR_WORKERS", "0", "WINGS_COMPACTOR_WORKRES", "2")))
                .isInstanceOf(WingsException.class)
                .hasMessageContaining("WINGS_COMPACTOR_WORKERS")
                .hasMessageContaining("WINGS_COMPACTOR_WORKRES");
    }

    @Test
    void readAheadMustFitIntoItsMemory() {
        assertThatThrownBy(() -> read(Map.of("WINGS_COMPACTOR_READ_AHEAD_BYTES", "512MiB")))
                .isInstanceOf(WingsException.class)
                .hasMessageContaining("read_ahead_bytes");
    }
}
