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
package dev.wings.ingestor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wings.common.config.Settings;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class IngestorConfigTest {

    @Test
    void defaultsAreThoseOfTheDesign() {
        IngestorConfig config = read(Map.of());

        assertThat(config.flightPort()).isEqualTo(7702);
        assertThat(config.managementPort()).isEqualTo(7791);
        assertThat(config.controlPlane()).isEqualTo(URI.create("http://127.0.0.1:7701"));
        assertThat(config.flushBytes()).isEqualTo(8 << 20);
        assertThat(config.flushLinger()).isEqualTo(Duration.ofMillis(100));
    }

    @Test
    void everyProblemIsNamedAtOnce() {
        assertThatThrownBy(() -> read(Map.of(
                        "WINGS_INGESTOR_FLUSH_BYTES", "many",
                        "WINGS_INGESTOR_UPLOADS", "0",
                        "WINGS_INGESTOR_LINGER", "5ms")))
                .hasMessageContaining("WINGS_INGESTOR_FLUSH_BYTES")
                .hasMessageContaining("WINGS_INGESTOR_UPLOADS")
                .hasMessageContaining("WINGS_INGESTOR_LINGER is unknown");
    }

    @Test
    void batchesAndFoliosMustFitIntoTheMemory() {
        assertThatThrownBy(() -> read(Map.of("WINGS_INGESTOR_MEMORY_BYTES", "16MiB")))
                .hasMessageContaining("max_batch_bytes");
        assertThatThrownBy(() ->
                        read(Map.of("WINGS_INGESTOR_FLUSH_BYTES", "256MiB", "WINGS_INGESTOR_MAX_BATCH_BYTES", "1MiB")))
                .hasMessageContaining("flush_bytes");
    }

    @Test
    void thePortOffsetMovesTheControlPlaneToo() {
        IngestorConfig config = read(Map.of("WINGS_PORT_OFFSET", "100"));

        assertThat(config.flightPort()).isEqualTo(7802);
        assertThat(config.controlPlane()).isEqualTo(URI.create("http://127.0.0.1:7801"));
    }

    private static IngestorConfig read(Map<String, String> environment) {
        return Settings.read(IngestorConfig.SERVICE, environment, IngestorConfig::from);
    }
}
