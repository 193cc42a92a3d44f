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

import dev.wings.common.proto.IngestResponse;
import dev.wings.common.proto.Topic;
import dev.wings.common.schema.FieldType;
import dev.wings.common.schema.FieldType.Primitive;
import dev.wings.common.schema.TopicField;
import dev.wings.ingestor.testing.IngestorFixture;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// pyarrow as a user has it, with plain `do_put`. Runs where a Python with pyarrow is found or can be made with
/// `pip install pyarrow`; says so aloud where not.
class PyarrowIT {

    /// Kept for the next run.
    private static final Path ENVIRONMENT = Path.of("target", "python");

    private final IngestorFixture fixture = new IngestorFixture(Map.of());

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void everyShapeThatPyarrowSendsIsTaken(@TempDir Path directory) throws Exception {
        Optional<String> python = findPython();
        if (python.isEmpty()) {
            System.out.println(
                    "SKIPPED PyarrowIT: no Python with pyarrow, and `pip install pyarrow` does not work here");
            Assumptions.abort("pyarrow is not to be had");
        }
        Topic topic = fixture.createTopic(
                "",
                TopicField.required(1, "id", Primitive.LONG),
                TopicField.optional(2, "name", Primitive.STRING),
                TopicField.optional(3, "at", Primitive.TIMESTAMPTZ),
                TopicField.optional(
                        4, "tags", new FieldType.ListOf(TopicField.optional(5, "element", Primitive.STRING))));

        Map<String, List<String>> lines = run(python.get(), directory);

        assertThat(lines.remove("unread")).containsExactly("ok");
        assertThat(lines.remove("only_rejected")).containsExactly("named");
        assertThat(lines.remove("do_get")).containsExactly("unimplemented");
        List<IngestResponse> rejected = answers(Objects.requireNonNull(lines.remove("rejected")));
        assertThat(rejected.get(0).getRejected().getMessage()).contains("\"id\"");
        assertThat(rejected.get(1).hasAccepted()).isTrue();
        assertThat(lines)
                .hasSize(13)
                .allSatisfy(
                        (name, answers) -> assertThat(answers(answers)).as(name).allMatch(IngestResponse::hasAccepted));
        assertThat(answers(Objects.requireNonNull(lines.get("empty")))
                        .getFirst()
                        .getAccepted()
                        .getRangesCount())
                .isZero();
        List<Map<String, Object>> rows = fixture.rows(topic, "");
        assertThat(rows).hasSize(4 * 1000 + 5 + 2 + 1 + 1 + 1 + 2 + 6 + 4 + 1 + 300 * 1000);
        assertThat(rows.subList(4000, 4005)).extracting(row -> row.get("id")).containsExactly(10L, 11L, 12L, 13L, 14L);
        assertThat(rows.subList(4005, 4012))
                .containsExactly(
                        Map.of("id", 1L),
                        Map.of("id", 2L),
                        Map.of("id", 1L, "name", "x"),
                        Map.of("id", 1L, "name", "a string that is longer than twelve"),
                        Map.of("id", 1L, "at", 1_767_225_600_000_000L),
                        Map.of("id", 1L, "tags", "[\"a\",\"b\"]"),
                        Map.of("id", 2L, "tags", "null"));
        assertThat(rows.subList(4012, 4018))
                .extracting(row -> row.get("name"))
                .containsExactly("x", "y", "y", "z", "x", "y");
    }

    private Map<String, List<String>> run(String python, Path directory) throws IOException, InterruptedException {
        Path script = directory.resolve("shapes.py");
        try (InputStream source = Objects.requireNonNull(PyarrowIT.class.getResourceAsStream("shapes.py"))) {
            Files.copy(source, script);
        }
        Process process = new ProcessBuilder(
                        python,
                        script.toString(),
                        Integer.toString(fixture.ingestor().flightPort()))
                .redirectErrorStream(true)
                .start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(printed).isZero();
        Map<String, List<String>> lines = new LinkedHashMap<>();
        printed.lines().forEach(line -> {
            String[] words = line.split(" ", 2);
            lines.computeIfAbsent(words[0], ignored -> new ArrayList<>()).add(words[1]);
        });
        return lines;
    }

    private static List<IngestResponse> answers(List<String> hex) {
        return hex.stream()
                .map(text -> {
                    try {
                        return IngestResponse.parseFrom(HexFormat.of().parseHex(text));
                    } catch (IOException | IllegalArgumentException e) {
                        throw new AssertionError("not an answer: " + text, e);
                    }
                })
                .toList();
    }

    private static Optional<String> findPython() throws InterruptedException {
        String made =
                ENVIRONMENT.resolve("bin").resolve("python").toAbsolutePath().toString();
        for (String candidate : List.of(made, "python3", "python")) {
            if (succeeds(List.of(candidate, "-c", "import pyarrow.flight"))) {
                return Optional.of(candidate);
            }
        }
        boolean works = succeeds(List.of("python3", "-m", "venv", ENVIRONMENT.toString()))
                && succeeds(List.of(made, "-m", "pip", "install", "--quiet", "--retries", "0", "pyarrow"));
        return works ? Optional.of(made) : Optional.empty();
    }

    private static boolean succeeds(List<String> command) throws InterruptedException {
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
