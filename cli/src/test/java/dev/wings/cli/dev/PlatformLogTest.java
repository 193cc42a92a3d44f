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
package dev.wings.cli.dev;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

final class PlatformLogTest {

    @TempDir
    private Path directory;

    @AfterEach
    void closeFiles() {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(Level.OFF);
    }

    @Test
    void levelIsThatOfTheEnvironment() throws Exception {
        assertThat(logged(Map.of())).doesNotContain("detail").contains("event");
        assertThat(logged(Map.of("WINGS_LOG_LEVEL", "DEBUG"))).contains("detail", "event");
    }

    /// A directory may have any name; when the log is full, the last two are kept.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "a b", "%20", "100%", "%i", "a%d{x}", "\\n", "(x)", "${HOME}", "*", "[x]", "a=b", "#", "'", "\"", "é"
            })
    void directoryMayHaveAnyName(String name) throws Exception {
        Path odd = Files.createDirectory(directory.resolve(name));
        Path file = PlatformLog.open(odd, false, Map.of());
        LoggerFactory.getLogger("sample").info("first");
        assertThat(file).content().contains("first");

        KeptLogs logs = new KeptLogs(file);
        for (int log = 1; log <= 4; log++) {
            Files.writeString(file, "log " + log);
            logs.rollover();
        }
        assertThat(file).doesNotExist();
        assertThat(odd.resolve("wings.log.1")).hasContent("log 4");
        assertThat(odd.resolve("wings.log.2")).hasContent("log 3");
        assertThat(odd.resolve("wings.log.3")).doesNotExist();
    }

    private String logged(Map<String, String> environment) throws Exception {
        Path file = PlatformLog.open(directory, false, environment);
        Logger logger = LoggerFactory.getLogger("sample");
        logger.debug("detail");
        logger.info("event");
        return Files.readString(file);
    }
}
