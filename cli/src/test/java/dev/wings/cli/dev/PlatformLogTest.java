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

    private String logged(Map<String, String> environment) throws Exception {
        Path file = PlatformLog.open(directory, false, environment);
        Logger logger = LoggerFactory.getLogger("sample");
        logger.debug("detail");
        logger.info("event");
        return Files.readString(file);
    }
}
