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

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// `docs/clients.md`. Its clients are tested with the versions and the lines that stand there.
///
/// @param rows the rows of its table
record ClientsPage(String text, List<Row> rows) {

    private static final Pattern TITLE = Pattern.compile("\\[([^]]+)]\\(.*");
    private static final Pattern VERSION = Pattern.compile("([\\w-]+) ([0-9][0-9.]*)");
    private static final Pattern PORT = Pattern.compile("\\b77(0[024])\\b");
    private static final int FIRST_PORT = 7700;
    private static final int CELLS = 5;

    /// @param versions the versions, by the name of the package or module
    record Row(String title, Map<String, String> versions, String tested) {

        boolean isTestedByBuilds() {
            return tested.contains("every build");
        }
    }

    static ClientsPage read() {
        try {
            String text = Files.readString(Path.of(System.getProperty("wings.root", ".."), "docs", "clients.md"));
            List<Row> rows = text.lines()
                    .filter(line -> line.startsWith("| ["))
                    .map(ClientsPage::row)
                    .toList();
            return new ClientsPage(text, rows);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Row row(String line) {
        List<String> cells = Stream.of(line.split("\\|", -1)).map(String::strip).toList();
        assertThat(cells).as(line).hasSize(CELLS + 2);
        Matcher title = TITLE.matcher(cells.get(1));
        assertThat(title.matches()).as(line).isTrue();
        Map<String, String> versions = new LinkedHashMap<>();
        VERSION.matcher(cells.get(2)).results().forEach(found -> versions.put(found.group(1), found.group(2)));
        assertThat(versions).as(line).isNotEmpty();
        return new Row(title.group(1), versions, cells.get(3));
    }

    Row ofTitle(String title) {
        return rows.stream()
                .filter(row -> row.title().equals(title))
                .findFirst()
                .orElseThrow(() -> new AssertionError("docs/clients.md has no such client: " + title));
    }

    /// The first lines of code of a client's section.
    String snippet(String title) {
        Matcher code = Pattern.compile("\n### " + Pattern.quote(title) + "\n.*?```\\w+\n(.*?)```", Pattern.DOTALL)
                .matcher(text);
        assertThat(code.find()).as("code of %s", title).isTrue();
        return code.group(1);
    }

    /// The same for a platform whose ports are others.
    String snippet(String title, int portOffset) {
        return PORT.matcher(snippet(title))
                .replaceAll(port -> Integer.toString(FIRST_PORT + Integer.parseInt(port.group(1)) + portOffset));
    }
}
