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

import dev.wings.cli.HelpExamples;
import dev.wings.common.process.PortOffset;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What help texts and documents show is run by a shell, as a user types it.
@Tag("full")
final class ExamplesIT {

    /// Examples that start a platform, which takes long: where they are run.
    private static final Map<String, String> ELSEWHERE = Map.of(
            "wings demo", "DevIT, with --once",
            "wings demo --once", "DevIT",
            "wings dev", "DevIT",
            "wings dev --ephemeral --port-offset 1000", "here, before all others");

    private static final Path ROOT =
            Path.of(System.getProperty("wings.root", "..")).toAbsolutePath().normalize();
    private static final Pattern BLOCK = Pattern.compile("(?ms)^```(?:sh)?\n(.*?)^```$");

    private static final String OFFSET = String.valueOf(PortOffset.claim());

    @TempDir
    private static Path directory;

    private static WingsProcess platform;

    @BeforeAll
    static void startPlatform() throws InterruptedException {
        platform = WingsProcess.start(Map.of(), "dev", "--ephemeral", "--port-offset", OFFSET)
                .awaitReady();
    }

    @AfterAll
    static void stopPlatform() {
        platform.close();
    }

    @Test
    void examplesRunAsTheyAreShown() throws Exception {
        plantFiles();
        List<String> failures = new ArrayList<>();
        for (Map.Entry<String, List<String>> block : blocks().entrySet()) {
            prepare(block.getKey());
            for (String example : block.getValue()) {
                WingsProcess.Ended ended = perform(example);
                // of the task that this one names, only that there is none
                boolean expected = example.startsWith("wings task retry")
                        ? ended.output().contains("019b7ca9-8c88-79b3-aa30-488cfd194e1c")
                        : ended.exitCode() == 0;
                if (!expected) {
                    failures.add(block.getKey() + ": " + example + "\n" + ended.output());
                }
            }
            cleanUp();
        }
        assertThat(failures).isEmpty();
        assertThat(directory.resolve("flights.csv")).content().hasLineCount(200_001);
        assertThat(directory.resolve("late.parquet")).isNotEmptyFile();
    }

    @Test
    void queryEndsWhenNobodyReadsThoughItWritesNothing() throws Exception {
        Path flag = directory.resolve("left");
        String reader = "(read -r line; echo \"$line\"; while [ ! -e '" + flag + "' ]; do sleep 0.1; done)";
        String slow = "select sum(a.range * b.range) from range(300000) a, range(300000) b, range(300000) c";
        CompletableFuture<WingsProcess.Ended> silent = CompletableFuture.supplyAsync(() -> {
            try {
                return WingsProcess.runInto(
                        reader,
                        "sql",
                        "--no-timing",
                        "-o",
                        "csv",
                        "select 42 as n; " + slow + "; select 43",
                        "--port-offset",
                        OFFSET);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        awaitRunning(1);
        Files.createFile(flag);

        assertThat(silent.get().output()).startsWith("n\n").doesNotContain("error", "not run");
        assertThat(silent.get().exitCode()).isEqualTo(141);
        awaitRunning(0);
    }

    private static void awaitRunning(int expected) {
        String running = "select count(*) from system.queries where state = 'RUNNING' and sql like 'select sum(a%'";
        String found = "";
        for (int look = 0; look < 1000; look++) {
            found = run("sql", "--no-timing", "-o", "tsv", running).strip();
            if (found.endsWith("\n" + expected)) {
                return;
            }
        }
        throw new AssertionError("queries that run: " + found);
    }

    /// The commands of each help text and each document, by its name, in their order.
    private static Map<String, List<String>> blocks() throws IOException {
        Map<String, List<String>> blocks = HelpExamples.all();
        assertThat(blocks.values().stream().flatMap(List::stream)).containsAll(ELSEWHERE.keySet());
        blocks.replaceAll((name, examples) -> examples.stream()
                .filter(example -> !ELSEWHERE.containsKey(example))
                .toList());
        try (Stream<Path> documents = Files.walk(ROOT.resolve("docs"))) {
            for (Path document : Stream.concat(documents, Stream.of(ROOT.resolve("README.md")))
                    .filter(file -> file.toString().endsWith(".md"))
                    .sorted()
                    .toList()) {
                Matcher block = BLOCK.matcher(Files.readString(document));
                for (int number = 1; block.find(); number++) {
                    List<String> script = script(block.group(1));
                    if (!script.isEmpty()) {
                        blocks.put(ROOT.relativize(document) + " " + number, script);
                    }
                }
            }
        }
        assertThat(blocks.keySet())
                .anyMatch(name -> name.startsWith("README.md "))
                .anyMatch(name -> name.startsWith("docs/lake.md "));
        return blocks;
    }

    /// The commands of a block of a document that start no platform, each for the tenant that was exported
    /// before.
    private static List<String> script(String block) {
        List<String> script = new ArrayList<>();
        String tenant = "";
        for (String line : block.replaceAll("\\\\\n +", "").lines().toList()) {
            if (line.startsWith("export WINGS_TENANT=")) {
                tenant = " --tenant " + line.substring("export WINGS_TENANT=".length());
            } else if (line.startsWith("./wings ") && !line.matches("\\./wings (demo|dev)\\b.*")) {
                script.add(line.substring("./".length()) + tenant);
            }
        }
        return script;
    }

    /// What the examples take for granted.
    private static void plantFiles() throws IOException, InterruptedException {
        Path bin = Files.createDirectories(directory.resolve("bin"));
        String command =
                WingsProcess.command().stream().map(word -> "'" + word + "'").collect(Collectors.joining(" "));
        Path wings = Files.writeString(bin.resolve("wings"), "#!/bin/sh\nexec " + command + " \"$@\"\n");
        Files.setPosixFilePermissions(wings, PosixFilePermissions.fromString("rwxr-xr-x"));
        if (!Files.isExecutable(Path.of("/usr/bin/jq"))) {
            // as much of it as the examples use
            Path jq = Files.writeString(
                    bin.resolve("jq"),
                    "#!/bin/sh\n[ \"$1\" = . ] && exec cat\nexec sed -n 's/^ *\\({.*}\\),*$/\\1/p' \"$3\"\n");
            Files.setPosixFilePermissions(jq, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        Path examples = Files.createDirectories(directory.resolve("examples"));
        Files.copy(ROOT.resolve("examples/flights.parquet"), examples.resolve("flights.parquet"));
        Files.writeString(directory.resolve("monday.csv"), "id,price\n1,2.50\n");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(directory.resolve("tuesday.csv.gz")))) {
            out.write("id,price\n2,\n".getBytes(StandardCharsets.UTF_8));
        }
        Path stations = Files.createDirectories(directory.resolve("stations"));
        Files.writeString(stations.resolve("a.csv"), "station;day;degrees\na;31.12.2025;-1,5\n");
        Files.writeString(stations.resolve("b.csv"), "station;day;degrees\nb;01.01.2026;NA\n");
        Files.writeString(
                stations.resolve("c.ndjson"), "{\"station\":\"c\",\"day\":\"02.01.2026\",\"degrees\":\"3,5\"}\n");
        Files.writeString(
                directory.resolve("log.json"), "{\"events\": [\n  {\"kind\": \"a\"},\n  {\"kind\": \"b\"}\n]}\n");
        Files.writeString(directory.resolve("report.sql"), "select 1;\nselect count(*) from flights;\n");
    }

    /// Runs a line in the directory of the files: in a shell if it needs one, else in this process, which is
    /// faster.
    private static WingsProcess.Ended perform(String example) throws InterruptedException {
        String line = example.replace("--port-offset 1000", "")
                .replace("/srv/wings", directory.resolve("srv").toString());
        if (!line.startsWith("wings ") || line.matches(".* [|>] .*")) {
            return WingsProcess.runShell(
                    Map.of("WINGS_PORT_OFFSET", OFFSET, "PATH", directory.resolve("bin") + ":" + System.getenv("PATH")),
                    "cd '" + directory + "' && set -o pipefail && " + line);
        }
        List<String> words = new ArrayList<>();
        for (String word : HelpExamples.words(line.substring("wings ".length()))) {
            words.add(
                    Files.exists(directory.resolve(word))
                            ? directory.resolve(word).toString()
                            : word);
        }
        if (!words.getFirst().equals("help")) {
            words.addAll(List.of("--port-offset", OFFSET));
        }
        StringWriter out = new StringWriter();
        return new WingsProcess.Ended(HelpExamples.run(out, words), out.toString());
    }

    /// Makes what must be there before the examples of a help text.
    private static void prepare(String block) {
        switch (block) {
            case "wings topic create" -> run("namespace", "create", "sales");
            case "wings topic describe", "wings topic errors", "wings sql" ->
                run("push", "flights", ROOT.resolve("examples/flights.parquet").toString(), "--create");
            case "wings topic alter" -> {
                run("push", "flights", ROOT.resolve("examples/flights.parquet").toString(), "--create");
                run("namespace", "create", "sales");
                run("topic", "create", "sales.orders", "--schema", "id long, price decimal(10,2)");
            }
            case "wings push" -> {
                run("namespace", "create", "sales");
                run("topic", "create", "sales.orders", "--schema", "id long, price double");
                run("topic", "create", "events", "--schema", "kind string");
            }
            default -> {
                // of the others, each example makes what it needs
            }
        }
    }

    private static void cleanUp() {
        run("sql", "-o", "csv", "select namespace || '.' || topic from system.topics")
                .lines()
                .skip(1)
                .forEach(topic -> run("topic", "delete", topic));
        run("namespace", "delete", "sales");
    }

    private static String run(String... arguments) {
        StringWriter out = new StringWriter();
        HelpExamples.run(
                out,
                Stream.concat(Stream.of(arguments), Stream.of("--port-offset", OFFSET))
                        .toList());
        return out.toString();
    }
}
