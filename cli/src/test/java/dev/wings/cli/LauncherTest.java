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
package dev.wings.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `./wings` in a small tree, with a JDK and a Maven that only say that they were called.
final class LauncherTest {

    private static final Path PROJECT =
            Path.of(System.getProperty("wings.root", "..")).toAbsolutePath();
    private static final int WAIT_SECONDS = 60;

    @TempDir
    private Path directory;

    private Path root;
    private Path bin;
    private Path jdk;

    private record Ended(int exitCode, String out, String err) {}

    @BeforeEach
    void plantTree() throws IOException {
        root = Files.createDirectories(directory.resolve("a clone"));
        bin = Files.createDirectories(directory.resolve("bin"));
        jdk = directory.resolve("jdk");
        copy("wings");
        copy(".mvn/jdk.sh");
        Files.writeString(root.resolve("pom.xml"), "");
        Files.writeString(root.resolve("jvm.options"), "--some-option\n");
        Files.createDirectories(root.resolve("cli/src/main"));
        Files.createDirectories(jdk);
        Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"25.0.1\"\n");
        script(jdk.resolve("bin/javac"), "exit 0");
        script(jdk.resolve("bin/java"), "for a in \"$@\"; do echo \"java $a\"; done");
        script(bin.resolve("mvn"), """
                echo "mvn $*" >>maven-calls
                echo "[INFO] Building Wings common 0.1.0-SNAPSHOT   [2/6]"
                [ ! -f fail ] || { echo "[ERROR] cannot compile X.java"; exit 1; }
                sleep 0.3
                mkdir -p cli/target/lib
                echo a >cli/target/lib/other-1.jar
                echo b >cli/target/lib/wings-cli-1.jar
                """);
    }

    @Test
    void firstStartBuildsAndSaysSoLaterOnesDoNot() throws Exception {
        Ended first = wings(root.resolve("wings"), "topic", "a b");

        assertThat(first.exitCode()).isZero();
        assertThat(first.err()).contains("first start, building", "building common [2/6]", "built in");
        assertThat(first.out().lines()).endsWith("java dev.wings.cli.Main", "java topic", "java a b");
        assertThat(wings(root.resolve("wings")).err()).isEmpty();
        assertThat(builds()).hasSize(1);
    }

    /// Java takes them together, and also where the files that they name are not there.
    @ParameterizedTest
    @ValueSource(strings = {"topic", "sql", "dev", "dev --help"})
    void optionsAreThoseOfJava(String command) throws Exception {
        List<String> line = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        wings(root.resolve("wings"), command.split(" "))
                .out()
                .lines()
                .map(argument -> argument.substring("java ".length()))
                .takeWhile(argument -> !argument.equals("dev.wings.cli.Main"))
                .filter(argument -> !argument.startsWith("@"))
                .forEach(line::add);
        assertThat(line).hasSizeGreaterThan(5);
        line.add("-version");

        Process java = new ProcessBuilder(line).redirectErrorStream(true).start();

        String said = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(java.waitFor()).as(said).isZero();
        assertThat(said).contains("openjdk");
    }

    @Test
    void sourceThatIsNewerThanTheBuildIsBuilt() throws Exception {
        wings(root.resolve("wings"));
        Path source = Files.writeString(root.resolve("cli/src/main/X.java"), "");
        Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(5)));

        assertThat(wings(root.resolve("wings")).err()).contains("sources have changed, building");
        assertThat(builds()).hasSize(2);
    }

    @Test
    void runningProcessKeepsItsJars() throws Exception {
        String before = optionsFile(wings(root.resolve("wings")));
        Files.setLastModifiedTime(
                root.resolve("pom.xml"), FileTime.from(Instant.now().plusSeconds(5)));
        String after = optionsFile(wings(root.resolve("wings")));

        assertThat(after).isNotEqualTo(before);
        assertThat(Path.of(before)).exists();
        assertThat(Files.readString(Path.of(after)))
                .startsWith("--some-option\n-cp\n")
                .contains("other-1.jar", "wings-cli-1.jar");
    }

    @Test
    void failedBuildShowsWhyAndIsTriedAgain() throws Exception {
        Files.writeString(root.resolve("fail"), "");

        Ended failed = wings(root.resolve("wings"));

        assertThat(failed.exitCode()).isEqualTo(1);
        assertThat(failed.err()).contains("cannot compile X.java", "the build failed");
        assertThat(failed.out()).isEmpty();
        Files.delete(root.resolve("fail"));
        assertThat(wings(root.resolve("wings")).exitCode()).isZero();
    }

    @Test
    void startsThroughLinksAndFromAnywhere() throws Exception {
        Path link = Files.createSymbolicLink(bin.resolve("w"), Path.of("../a clone/wings"));
        Path linkToLink = Files.createSymbolicLink(directory.resolve("w2"), link);

        assertThat(wings(linkToLink).out()).contains("java -Dwings.home=" + root.toRealPath());
    }

    @Test
    void startsAtTheSameTimeBuildOnce() throws Exception {
        List<Process> starts = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            starts.add(start(root.resolve("wings")));
        }
        for (Process start : starts) {
            assertThat(await(start).exitCode()).isZero();
        }
        assertThat(builds()).hasSize(1);
    }

    @Test
    void missingMavenIsNamed() throws Exception {
        Files.delete(bin.resolve("mvn"));
        ProcessBuilder builder = builder(root.resolve("wings"));
        builder.environment().put("PATH", bin + ":" + withoutMaven());

        Ended ended = await(builder.start());

        assertThat(ended.exitCode()).isEqualTo(1);
        assertThat(ended.err()).contains("Maven 3.8 or newer is needed");
    }

    private void copy(String file) throws IOException {
        Files.createDirectories(root.resolve(file).getParent());
        Files.copy(PROJECT.resolve(file), root.resolve(file), StandardCopyOption.COPY_ATTRIBUTES);
    }

    private static void script(Path path, String body) throws IOException {
        Files.createDirectories(path.getParent());
        Files.writeString(path, "#!/bin/sh\n" + body + "\n");
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /// A directory with all that a shell script needs but Maven.
    private Path withoutMaven() throws IOException {
        Path tools = Files.createDirectories(directory.resolve("tools"));
        for (String tool :
                List.of("bash", "sh", "cat", "date", "dirname", "find", "flock", "mkdir", "readlink", "rm", "sed")) {
            for (String place : List.of("/bin", "/usr/bin")) {
                Path program = Path.of(place, tool);
                if (Files.exists(program) && !Files.exists(tools.resolve(tool))) {
                    Files.createSymbolicLink(tools.resolve(tool), program);
                }
            }
        }
        return tools;
    }

    private ProcessBuilder builder(Path launcher, String... arguments) {
        List<String> command = new ArrayList<>(List.of(launcher.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
        builder.environment().put("JAVA_HOME", jdk.toString());
        builder.environment().put("PATH", bin + ":" + System.getenv("PATH"));
        return builder;
    }

    private Process start(Path launcher, String... arguments) throws IOException {
        return builder(launcher, arguments).start();
    }

    private Ended wings(Path launcher, String... arguments) throws Exception {
        return await(start(launcher, arguments));
    }

    private static Ended await(Process process) throws Exception {
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(WAIT_SECONDS, TimeUnit.SECONDS)).isTrue();
        return new Ended(process.exitValue(), out, err);
    }

    private List<String> builds() throws IOException {
        return Files.readAllLines(root.resolve("maven-calls"));
    }

    private static String optionsFile(Ended ended) {
        try (Stream<String> lines = ended.out().lines()) {
            return lines.filter(line -> line.startsWith("java @"))
                    .findFirst()
                    .orElseThrow()
                    .substring("java @".length());
        }
    }
}
