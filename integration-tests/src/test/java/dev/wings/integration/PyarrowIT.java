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
package dev.wings.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// pyarrow as a user has it: pushes with plain `do_put`, reads answers, queries over Flight SQL's wire format.
@ExtendWith(SharedPlatform.class)
final class PyarrowIT {

    @Test
    void plainDoPutIsAcknowledgedAndQueried(WingsProcess wings, @TempDir Path directory) {
        wings.run("topic", "create", "from_python", "--schema", "id bigint not null, name string, at timestamptz");
        wings.run("topic", "create", "words", "--schema", "word string");
        String printed = PythonEnvironment.get()
                .run(directory, "push.py", String.valueOf(wings.ingestorPort()), String.valueOf(wings.serverPort()));
        assertThat(printed).endsWith("ok\n");
    }
}
