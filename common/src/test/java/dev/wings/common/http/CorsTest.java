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
package dev.wings.common.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wings.common.error.WingsException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What browsers are told of an edge.
@Timeout(60)
class CorsTest {

    private static final String SITE = "https://example.com";

    private static final EdgeLimits LIMITS =
            new EdgeLimits(10, 1 << 20, 1 << 20, Duration.ofMinutes(1), Duration.ofMinutes(1), Duration.ofSeconds(1));

    private static final HttpService SERVICE = new HttpService() {
        @Override
        public String owner(HttpHead head) {
            return "anybody";
        }

        @Override
        public void serve(HttpHead head, String owner, byte[] body, Answerer answerer) throws IOException {
            if (head.path().equals("/parts")) {
                HttpBody parts = answerer.start(HttpAnswer.text(200, ""));
                parts.write(new byte[] {'p'}, 0, 1);
                parts.end();
            } else {
                answerer.send(HttpAnswer.text(200, head.method()));
            }
        }

        @Override
        public HttpAnswer refused(WingsException reason) {
            return HttpAnswer.text(400, String.valueOf(reason.getMessage()));
        }

        @Override
        public HttpAnswer refused(int status, String reason) {
            return HttpAnswer.text(status, reason);
        }
    };

    /// Returns what is answered, in lower case.
    private static String talk(String origins, String method, String path, String... headers) throws IOException {
        Mount mount = new Mount("", Set.of("application/json"), 100, Optional.empty(), SERVICE);
        try (HttpEdge edge = HttpEdge.open("127.0.0.1", 0, LIMITS, Cors.parse(origins), List.of(mount));
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), edge.port())) {
            String head = method + " " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                    + String.join("\r\n", headers) + (headers.length == 0 ? "" : "\r\n") + "\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
                    .toLowerCase(Locale.ROOT);
        }
    }

    private static final String[] PREFLIGHT = {
        "Origin: " + SITE,
        "Access-Control-Request-Method: POST",
        "Access-Control-Request-Headers: content-type,wings-tenant"
    };

    @Test
    void pageOfAnAllowedSiteIsToldWhatItMaySend() throws Exception {
        assertThat(talk("https://other.example," + SITE, "OPTIONS", "/any", PREFLIGHT))
                .startsWith("http/1.1 204")
                .contains("access-control-allow-origin: " + SITE)
                .contains("access-control-allow-methods: get, post")
                .contains("access-control-allow-headers: content-type,wings-tenant")
                .contains("access-control-max-age: 3600")
                .contains("vary: origin");
    }

    @Test
    void pageOfAnotherSiteIsToldNothing() throws Exception {
        assertThat(talk("https://other.example", "OPTIONS", "/any", PREFLIGHT))
                .startsWith("http/1.1 403")
                .doesNotContain("access-control");
        assertThat(talk("https://other.example", "GET", "/any", "Origin: " + SITE))
                .startsWith("http/1.1 200")
                .contains("vary: origin")
                .doesNotContain("access-control");
    }

    @Test
    void nothingIsToldUnlessItIsAskedFor() throws Exception {
        assertThat(talk("", "OPTIONS", "/any", PREFLIGHT))
                .startsWith("http/1.1 200")
                .endsWith("options")
                .doesNotContain("access-control")
                .doesNotContain("vary");
        assertThat(talk(SITE, "OPTIONS", "/any")).endsWith("options");
    }

    @Test
    void allSitesMayBeAllowed() throws Exception {
        assertThat(talk("*", "OPTIONS", "/any", PREFLIGHT)).contains("access-control-allow-origin: *");
        assertThat(talk("*", "GET", "/any", "Origin: null")).contains("access-control-allow-origin: *");
    }

    /// A page may read why it was refused, too.
    @Test
    void allAnswersMayBeRead() throws Exception {
        for (String path : List.of("/any", "/parts")) {
            assertThat(talk(SITE, "GET", path, "Origin: " + SITE))
                    .startsWith("http/1.1 200")
                    .contains("access-control-allow-origin: " + SITE)
                    .contains("access-control-expose-headers: retry-after");
        }
        assertThat(talk(SITE, "POST", "/any", "Origin: " + SITE, "Content-Length: 1000"))
                .startsWith("http/1.1 413")
                .contains("access-control-allow-origin: " + SITE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "example.com",
                "https://example.com/",
                "https://Example.com",
                "null",
                "ftp://x",
                "https://*.x",
                "*x"
            })
    void whatIsNoOriginIsRefused(String origin) {
        assertThatThrownBy(() -> Cors.parse(SITE + ", " + origin))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("found=" + origin);
    }

    @Test
    void originsAreSeparatedByCommas() {
        assertThat(Cors.parse(" http://localhost:3000 ,, https://[::1]:8080").origins())
                .containsExactlyInAnyOrder("http://localhost:3000", "https://[::1]:8080");
        assertThat(Cors.parse("")).isEqualTo(Cors.NONE);
    }
}
