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
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// Rows over HTTP on a running platform, from clients that know nothing of it.
@ExtendWith(SharedPlatform.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(300)
final class HttpIT {

    private static final Path PAGE = Path.of(System.getProperty("wings.root", ".."), "docs", "http.md");

    /// Code and what follows it at once: what it prints.
    private static final Pattern EXAMPLE =
            Pattern.compile("\n```(sh|python)\n(.*?)```\n(?:\n```json\n(.*?)```\n)?", Pattern.DOTALL);

    private static final Pattern SCHEMA = Pattern.compile("topic create (\\S+) --schema '(.*)'");
    private static final Pattern TIMESTAMP = Pattern.compile("\"timestamp_micros\":\\d{16}");

    @TempDir
    private Path scratch;

    private WingsProcess wings;
    private SqlClient sql;
    private final HttpClient client = HttpClient.newHttpClient();

    @BeforeAll
    void open(WingsProcess platform) {
        wings = platform;
        sql = new SqlClient(wings.serverPort());
    }

    @AfterAll
    void close() throws Exception {
        client.close();
        sql.close();
    }

    @Test
    void examplesOfThePageDoWhatItSays() throws Exception {
        assumeThat(isThere("curl")).as("curl is there").isTrue();
        assumeThat(isThere("python3")).as("python3 is there").isTrue();
        String page = Files.readString(PAGE)
                .replace("7703", String.valueOf(wings.ports().ingestorHttp()));
        Matcher example = EXAMPLE.matcher(page);
        int tested = 0;
        while (example.find()) {
            String code = example.group(2);
            Matcher schema = SCHEMA.matcher(code);
            if (schema.find()) {
                wings.run("topic", "create", schema.group(1), "--schema", schema.group(2));
                continue;
            }
            String printed = example.group(1).equals("sh") ? run("bash", "-c", code) : python(code);
            String expected = example.group(3) == null ? "2\n" : example.group(3);
            assertThat(TIMESTAMP.matcher(printed).replaceAll("\"timestamp_micros\":..."))
                    .as(code)
                    .isEqualToIgnoringNewLines(expected);
            tested++;
        }
        assertThat(tested).isEqualTo(10);
        assertThat(sql.texts("select id, celsius, tags::varchar, __offset__ from sensors order by id"))
                .extracting(row ->
                        String.join("|", row.stream().map(String::valueOf).toList()))
                .containsExactly(
                        "1|21.5|[roof, new]|0",
                        "2|null|null|1",
                        "3|20.0|null|2",
                        "4|20.0|null|3",
                        "5|20.0|null|4",
                        "6|19.5|null|5",
                        "7|19.5|null|6",
                        "8|null|null|7",
                        "10|null|null|8",
                        "12|18.0|null|9",
                        "13|null|null|10",
                        "14|17.5|null|11",
                        "15|null|null|12",
                        "16|null|null|13",
                        "17|null|null|14",
                        "18|null|null|15",
                        "19|null|null|16");
    }

    /// Runs code that needs nothing but Python with any, as it says.
    private String python(String code) throws Exception {
        return code.contains("pyarrow")
                ? PythonEnvironment.get().run(scratch, Files.writeString(scratch.resolve("example.py"), code))
                : run("python3", "-c", code);
    }

    private static boolean isThere(String program) throws Exception {
        return new ProcessBuilder("bash", "-c", "command -v " + program).start().waitFor() == 0;
    }

    private static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(printed).isZero();
        return printed;
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + wings.ports().ingestorHttp() + path);
    }

    private CompletableFuture<HttpResponse<String>> post(String topic, String rows) {
        return post(client, topic, rows);
    }

    private CompletableFuture<HttpResponse<String>> post(HttpClient from, String topic, String rows) {
        return from.sendAsync(
                HttpRequest.newBuilder(uri("/v1/default/" + topic))
                        .header("Content-Type", "application/x-ndjson")
                        .POST(HttpRequest.BodyPublishers.ofString(rows))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    /// I1, I5: what was acknowledged is there, once, whoever asks next.
    @Test
    void rowsOfManyClientsAreThereOnce() throws Exception {
        wings.run(
                "topic",
                "create",
                "posted",
                "--schema",
                "client int not null, number int not null",
                "--partition-by",
                "client");
        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        for (int each = 0; each < 8; each++) {
            int number = each;
            StringBuilder rows = new StringBuilder();
            IntStream.range(0, 500)
                    .forEach(row ->
                            rows.append("{\"client\":" + number % 4 + ",\"number\":" + (number * 500 + row) + "}\n"));
            answers.add(post("posted", rows.toString()));
        }
        for (CompletableFuture<HttpResponse<String>> answer : answers) {
            assertThat(answer.get(60, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
        }
        assertThat(sql.texts("select count(*), count(distinct number), count(distinct client), max(__offset__)"
                        + " from posted"))
                .containsExactly(List.of("4000", "4000", "4", "999"));
    }

    /// Clients that never finish what they began keep nobody else out (I9, I11).
    @Test
    void clientsThatDawdleKeepNobodyOut() throws Exception {
        wings.run("topic", "create", "dawdled", "--schema", "id long");
        List<Socket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < 1200; i++) {
                Socket socket = new Socket(
                        InetAddress.getLoopbackAddress(), wings.ports().ingestorHttp());
                sockets.add(socket);
                OutputStream out = socket.getOutputStream();
                String half = i % 2 == 0 ? "POST /v1/default/dawdled HT" : head("dawdled", 10_000) + "{";
                try {
                    out.write(half.getBytes(StandardCharsets.US_ASCII));
                } catch (IOException e) {
                    assertThat(e).as("the server makes room for others").hasMessageMatching("(?i).*(reset|pipe).*");
                }
            }
            // a connection that another test has left may have made room for these
            try (HttpClient late = HttpClient.newHttpClient()) {
                assertThat(post(late, "dawdled", "{\"id\":1}\n")
                                .get(60, TimeUnit.SECONDS)
                                .statusCode())
                        .isEqualTo(200);
            }
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }

    /// The head of a request whose body is so long.
    private static String head(String topic, int bytes) {
        return String.join(
                "\r\n",
                "POST /v1/default/" + topic + " HTTP/1.1",
                "Host: x",
                "Content-Type: application/x-ndjson",
                "Content-Length: " + bytes,
                "",
                "");
    }

    @Test
    void bodyThatNeverEndsIsRefused() throws Exception {
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), wings.ports().ingestorHttp())) {
            socket.setSoTimeout(60_000);
            socket.getOutputStream().write(head("posted", 100 << 20).getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8))
                    .startsWith("HTTP/1.1 413 ")
                    .contains("limit_bytes=16777216");
        }
    }
}
