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

import dev.wings.cli.output.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What commands say of names that do not exist.
final class MissingNamesTest {

    @TempDir
    private static Path directory;

    private static ControlPlaneFixture controlPlane;

    @BeforeAll
    static void open() throws IOException {
        controlPlane = new ControlPlaneFixture(directory);
        Files.writeString(directory.resolve("rows.csv"), "a\n1\n");
        for (String made : List.of(
                "tenant create acme",
                "namespace create sales",
                "topic create flights --schema a:int",
                "topic create sales.orders --schema a:int")) {
            assertThat(run(made).exitCode()).isZero();
        }
    }

    @AfterAll
    static void close() {
        controlPlane.close();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', maxCharsPerColumn = 1000, textBlock = """
            push flihgts FILE              | did you mean flights? `wings topic list` shows which there are, --create makes it
            push nosuch FILE               | topics/nosuch: `wings topic list` shows which there are, --create makes it
            push orders FILE               | did you mean sales.orders? `wings topic list`
            push sale.orders FILE          | namespaces/sale: did you mean sales? `wings namespace list` shows which there are, `wings namespace create sale` makes it
            push sale.orders FILE --create | namespaces/sale: did you mean sales? `wings namespace list` shows which there are, `wings namespace create sale` makes it
            topic describe flight          | did you mean flights? `wings topic list`
            topic describe nosuch          | topics/nosuch: `wings topic list` shows which there are
            topic delete order             | did you mean sales.orders?
            topic delete sales.order       | did you mean orders?
            topic create x.y --schema a:int | `wings namespace create x` makes it
            topic list sale                | did you mean sales? `wings namespace list`
            topic list --tenant acne       | tenants/acne: did you mean acme? `wings tenant list` shows which there are, `wings tenant create acne` makes it
            topic describe x.y --tenant acme | `wings namespace list --tenant acme` shows which there are, `wings namespace create x --tenant acme` makes it
            namespace get sale             | did you mean sales?
            namespace delete nosuch        | `wings namespace list` shows which there are
            namespace create x --object-store defaults | did you mean default? `wings object-store list` shows which there are, `wings object-store create defaults --uri URI` makes it, --object-store names another
            object-store get nosuch        | `wings object-store list` shows which there are
            object-store delete nosuch     | `wings object-store list` shows which there are
            tenant get acm                 | did you mean acme?
            tenant delete nosuch           | `wings tenant list` shows which there are
            task get 019b7ca9-8c88-79b3-aa30-488cfd194e1c | `wings task list` shows which there are
            task retry 019b7ca9-8c88-79b3-aa30-488cfd194e1c | `wings task list` shows which there are
            """)
    void messageSaysWhatToDo(String command, String expected) {
        Outcome outcome = run(command);

        assertThat(outcome.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(outcome.output())
                .startsWith("wings: not found: name=tenants/")
                .contains(expected);
        assertThat(outcome.output().lines()).hasSize(1);
    }

    /// The commands that a message names can be run as they stand there.
    @Test
    void adviceCanBeFollowed() {
        String message =
                run("topic create fresh.y --schema a:int --tenant newcomer").output();
        assertThat(message).contains("`wings tenant create newcomer` makes it");
        assertThat(run("tenant create newcomer").exitCode()).isZero();
        message = run("topic create fresh.y --schema a:int").output();
        assertThat(message).contains("`wings namespace create fresh` makes it");
        assertThat(run("namespace create fresh").exitCode()).isZero();
        assertThat(run("topic create fresh.y --schema a:int").exitCode()).isZero();
    }

    private static Outcome run(String command) {
        return controlPlane.run(Stream.of(command.split(" ", -1))
                .map(word -> word.equals("FILE") ? directory.resolve("rows.csv").toString() : word.replace(":", " "))
                .toArray(String[]::new));
    }
}
