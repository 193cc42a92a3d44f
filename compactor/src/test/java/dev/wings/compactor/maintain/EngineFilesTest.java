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
package dev.wings.compactor.maintain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wings.common.error.WingsException;
import dev.wings.common.lake.StoreFileIO;
import dev.wings.common.store.MemoryObjectStore;
import java.net.URI;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class EngineFilesTest {

    private static final String DIRECTORY = "acme/sales-1/external/t/";

    private final EngineFiles files = new EngineFiles(
            new StoreFileIO(
                    new MemoryObjectStore(InstantSource.fixed(Instant.EPOCH)), URI.create("file:///data/objects/")),
            "acme/sales-1");

    @Test
    void keyIsTheSameAsHadoopWritesIt() {
        assertThat(files.key("file:///data/objects/acme/sales-1/external/t/a")).isEqualTo(DIRECTORY + "a");
        assertThat(files.key("file:/data/objects/acme/sales-1/external/t/a")).isEqualTo(DIRECTORY + "a");
    }

    @Test
    void encodedPartitionValueIsPartOfTheKey() {
        assertThat(files.key("file:///data/objects/acme/sales-1/external/t/city=San+Francisco/ts=10%3A00/a"))
                .isEqualTo(DIRECTORY + "city=San+Francisco/ts=10%3A00/a");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "file:///data/objects/acme/sales-1/external",
                "file:///data/objects/acme/sales-1/external/",
                "file:///data/objects/acme/sales-1/external/../tables/t",
                "file:///data/objects/acme/sales-1/external/%2e%2e/tables/t",
                "file:///data/objects/acme/sales-1/external//t",
                "file:///data/objects/acme/sales-1/tables/t",
                "file:///data/objects/acme/sales-1/externals/t",
                "file:///data/objects/acme/sales-12/external/t",
                "file:////data/objects/acme/sales-1/external/t",
                "file://host/data/objects/acme/sales-1/external/t",
                "/data/objects/acme/sales-1/external/t",
                "s3://bucket/acme/sales-1/external/t",
                ""
            })
    void locationElsewhereHasNoKey(String location) {
        assertThat(files.findKey(location)).isEmpty();
        assertThatThrownBy(() -> files.key(location)).isInstanceOf(WingsException.class);
        assertThatThrownBy(() -> files.newInputFile(location)).isInstanceOf(WingsException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "file:///data/objects/acme/sales-1/external/t",
                "file:///data/objects/acme/sales-1/external/t/",
                "file:/data/objects/acme/sales-1/external/t/data/a",
                "file:///data/objects/acme/sales-1/external/u/../t/data/a",
                "file:///data/./objects/acme//sales-1/external/t//data/a",
                "s3a://bucket/acme/sales-1/external/t/data/a",
                "/data/objects/acme/sales-1/external/t/data/a"
            })
    void whatMayBeBelowIsSeenHoweverItIsWritten(String location) {
        assertThat(EngineFiles.mayBeIn(DIRECTORY, location)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "file:///data/objects/acme/sales-1/external",
                "file:///data/objects/acme/sales-1/external/t2/a",
                "file:///data/objects/acme/sales-1/external/u/t/a",
                "file:///data/objects/acme/sales-1/external/t/../u",
                "file:///data/objects/acme/sales-12/external/t/a"
            })
    void whatIsElsewhereIsSeenToo(String location) {
        assertThat(EngineFiles.mayBeIn(DIRECTORY, location)).isFalse();
    }
}
