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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/// SQL over HTTP on a running platform, from clients that know nothing of it.
@ExtendWith(SharedPlatform.class)
@Timeout(300)
final class SqlHttpIT {

    private static final Path PAGE = Path.of(System.getProperty("wings.root", ".."), "docs", "http-sql.md");

    /// Code and what it prints.
    private static final Pattern EXAMPLE =
            Pattern.compile("\n```(sh|python)\n(.*?)```\n\n```(?:json|csv)\n(.*?)```\n", Pattern.DOTALL);

    private static final Pattern DETAIL = Pattern.compile("\"detail\":\"(?:[^\"\\\\]|\\\\.)*\"");

    @Test
    void examplesOfThePageDoWhatItSays(WingsProcess wings) throws Exception {
        assumeThat(isThere("curl")).as("curl is there").isTrue();
        assumeThat(isThere("python3")).as("python3 is there").isTrue();
        String page = Files.readString(PAGE)
                .replace("7705", String.valueOf(wings.ports().serverHttp()));
        Matcher example = EXAMPLE.matcher(page);
        int tested = 0;
        while (example.find()) {
            String code = example.group(2);
            String printed = example.group(1).equals("sh") ? run("bash", "-c", code) : run("python3", "-c", code);
            assertThat(DETAIL.matcher(printed).replaceAll("\"detail\":\"...\""))
                    .as(code)
                    .isEqualToIgnoringNewLines(example.group(3));
            tested++;
        }
        assertThat(tested).isEqualTo(5);
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

    /// Clients that never finish what they began keep nobody else out (I9, I11).
    @Test
    void clientsThatDawdleKeepNobodyOut(WingsProcess wings) throws Exception {
        int port = wings.ports().serverHttp();
        List<Socket> sockets = new ArrayList<>();
        try (HttpClient client = HttpClient.newHttpClient()) {
            for (int i = 0; i < 1200; i++) {
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
                sockets.add(socket);
                OutputStream out = socket.getOutputStream();
                String half = i % 2 == 0
                        ? "POST /v1/sql HT"
                        : "POST /v1/sql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sql\r\n"
                                + "Content-Length: 1000\r\n\r\nselect";
                try {
                    out.write(half.getBytes(StandardCharsets.US_ASCII));
                } catch (IOException e) {
                    assertThat(e).as("the server makes room for others").hasMessageMatching("(?i).*(reset|pipe).*");
                }
            }
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v1/sql"))
                    .header("Content-Type", "application/sql")
                    .header("Accept", "text/csv")
                    .POST(HttpRequest.BodyPublishers.ofString("select 1 as one"))
                    .build();
            assertThat(client.send(request, HttpResponse.BodyHandlers.ofString())
                            .body())
                    .isEqualTo("one\n1\n");
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }
}
