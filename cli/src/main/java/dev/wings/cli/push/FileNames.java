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
package dev.wings.cli.push;

import dev.wings.common.error.WingsException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The files that a user means. A directory means all files in it that have rows by their names, and a pattern
/// all files that it matches, both in the order of their names.
public final class FileNames {

    private static final int MAX_FILES = 100_000;

    private static final Pattern PARTITION = Pattern.compile("([\\p{L}_][\\p{L}\\p{N}_]*)=.*");

    private FileNames() {}

    /// The files that the names mean. Fails with INVALID for a directory or a pattern of no file.
    public static List<String> expand(List<String> names) {
        List<String> files = new ArrayList<>();
        for (String name : names) {
            List<String> found = expand(name);
            if (files.size() + found.size() > MAX_FILES) {
                throw WingsException.invalid("too many files: limit=" + MAX_FILES);
            }
            files.addAll(found);
        }
        return files;
    }

    private static List<String> expand(String name) {
        if (name.equals(RowFile.STANDARD_INPUT)) {
            return List.of(name);
        }
        Path path = Path.of(name);
        if (Files.isDirectory(path)) {
            List<String> found = walk(path, FileNames::hasRows);
            if (found.isEmpty()) {
                throw WingsException.invalid(
                        "the directory has no file of CSV, NDJSON, Parquet or Arrow, by their names:" + " directory="
                                + name);
            }
            return found;
        }
        if (Files.exists(path) || !isPattern(name)) {
            return List.of(name);
        }
        PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + name);
        List<String> found = walk(start(name), matcher);
        if (found.isEmpty()) {
            throw WingsException.invalid("no file matches: pattern=" + name);
        }
        return found;
    }

    /// Columns that the names of directories stand for, as Spark, Hive and DuckDB write partitions (`day=2001-02-03/`),
    /// from the outermost; by their names, each with its directory.
    static Map<String, String> columnsOfDirectories(String file) {
        Map<String, String> columns = new LinkedHashMap<>();
        String[] parts = file.split("/", -1);
        for (int i = 0; i < parts.length - 1; i++) {
            Matcher partition = PARTITION.matcher(parts[i]);
            if (partition.matches()) {
                columns.put(partition.group(1), parts[i]);
            }
        }
        return columns;
    }

    private static boolean isPattern(String name) {
        return name.chars().anyMatch(c -> c == '*' || c == '?' || c == '[' || c == '{');
    }

    /// The directory that no part of the pattern stands for.
    private static Path start(String pattern) {
        int end = 0;
        while (end < pattern.length() && "*?[{\\".indexOf(pattern.charAt(end)) < 0) {
            end++;
        }
        int slash = pattern.lastIndexOf('/', end);
        return slash < 0 ? Path.of("") : Path.of(pattern.substring(0, Math.max(1, slash)));
    }

    private static List<String> walk(Path directory, PathMatcher matcher) {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(file -> matcher.matches(file) && Files.isRegularFile(file))
                    .limit(MAX_FILES + 1L)
                    .sorted()
                    .map(Path::toString)
                    .toList();
        } catch (IOException e) {
            throw RowFile.unreadable(directory.toString(), e);
        } catch (UncheckedIOException e) {
            throw RowFile.unreadable(directory.toString(), Objects.requireNonNull(e.getCause()));
        }
    }

    private static boolean isEmpty(Path file) {
        try {
            return Files.size(file) == 0;
        } catch (IOException e) {
            throw RowFile.unreadable(file.toString(), e);
        }
    }

    /// Whether the file has rows. Hidden files, files that others keep beside rows (`_SUCCESS`, `_metadata`),
    /// and empty files have none.
    private static boolean hasRows(Path file) {
        String name = String.valueOf(file.getFileName());
        return !name.startsWith(".") && !name.startsWith("_") && FileFormat.isKnownName(name) && !isEmpty(file);
    }
}
