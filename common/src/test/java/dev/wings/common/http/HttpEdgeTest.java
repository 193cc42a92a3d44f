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

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.fair.FairPlaces;
import dev.wings.common.time.Scheduler;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What the edge does whatever clients send, do not send, or do not take (I11).
@Timeout(120)
class HttpEdgeTest {

    private static final int CONNECTIONS = 20;
    private static final int BODY_BYTES = 64 << 10;
    private static final int LARGE = 16 << 20;

    private static final String GET = "GET /small HTTP/1.1\r\nHost: x\r\n\r\n";
    private static final String LAST_GET = "GET /small HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

    private static final EdgeLimits PATIENT = limits(Duration.ofMinutes(10));
    private static final EdgeLimits HASTY = limits(Duration.ofMillis(300));

    private static EdgeLimits limits(Duration time) {
        return new EdgeLimits(CONNECTIONS, 4L * BODY_BYTES, 4L * LARGE, time, time, Duration.ofSeconds(1));
    }

    /// Answers with the body that came, or with a large one.
    private static class Echo implements HttpService {
        @Override
        public String owner(HttpHead head) {
            return head.header("owner").orElse("anybody");
        }

        @Override
        public void serve(HttpHead head, String owner, byte[] body, Answerer answerer) throws IOException {
            answerer.send(HttpAnswer.json(200, head.path().equals("/large") ? new byte[LARGE] : body));
        }

        @Override
        public HttpAnswer refused(WingsException reason) {
            int status = reason.kind() == ErrorKind.EXHAUSTED ? 429 : 400;
            return refused(status, String.valueOf(reason.getMessage()));
        }

        @Override
        public HttpAnswer refused(int status, String reason) {
            return HttpAnswer.text(status, reason);
        }
    }

    private static Mount mount(String prefix, HttpService service) {
        return new Mount(prefix, Set.of(""), BODY_BYTES, Optional.empty(), service);
    }

    private static HttpEdge open(EdgeLimits limits, HttpService service) {
        return HttpEdge.open("127.0.0.1", 0, limits, List.of(mount("", service)));
    }

    private static HttpEdge open(EdgeLimits limits) {
        return open(limits, new Echo());
    }

    private static Socket connect(HttpEdge edge, String sent) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), edge.port());
        socket.getOutputStream().write(sent.getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    /// Returns all that comes until the server closes.
    private static String talk(HttpEdge edge, String sent) throws IOException {
        try (Socket socket = connect(edge, sent)) {
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    /// Waits until the server cuts the connection.
    private static boolean isCut(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        byte[] buffer = new byte[64 << 10];
        try {
            int read = in.read(buffer);
            while (read >= 0) {
                read = in.read(buffer);
            }
            return true;
        } catch (SocketException e) {
            return true;
        }
    }

    private static void closeAll(List<Socket> sockets) throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    @Test
    void requestsOfOneConnectionAreAnsweredInTurn() throws Exception {
        try (HttpEdge edge = open(PATIENT)) {
            String sent = "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\none"
                    + "POST /b HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nt\r\n2\r\nwo\r\n0\r\n\r\n"
                    + "HEAD /c HTTP/1.1\r\nHost: x\r\n\r\n"
                    + LAST_GET;
            String answers = talk(edge, sent);
            assertThat(answers.split("HTTP/1.1 200 OK", -1)).hasSize(5);
            assertThat(answers).containsSubsequence("\r\n\r\none", "\r\n\r\ntwo", "onnection: close");
        }
    }

    @Test
    void clientIsToldToGoOn() throws Exception {
        String head = "POST /a HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
        try (HttpEdge edge = open(PATIENT);
                Socket socket = connect(edge, head)) {
            String expected = "HTTP/1.1 100 Continue\r\n\r\n";
            assertThat(socket.getInputStream().readNBytes(expected.length()))
                    .asString(StandardCharsets.US_ASCII)
                    .isEqualTo(expected);
        }
    }

    @Test
    void bodyMayComeInVeryManyParts() throws Exception {
        try (HttpEdge edge = open(PATIENT)) {
            String sent = "POST /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "1\r\nx\r\n".repeat(50_000) + "0\r\n\r\n";
            assertThat(talk(edge, sent)).startsWith("HTTP/1.1 200").endsWith("x".repeat(50_000));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 65537\r\n\r\n",
                "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n10001\r\n"
            })
    void largeBodyIsRefused(String head) throws Exception {
        try (HttpEdge edge = open(PATIENT)) {
            assertThat(talk(edge, head + "x".repeat(BODY_BYTES + 1))).startsWith("HTTP/1.1 413");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nonsense\r\n\r\n",
                "GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
                "GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                "\u0016\u0003\u0001\r\n\r\n"
            })
    void whatIsNotUnderstoodIsRefused(String sent) throws Exception {
        try (HttpEdge edge = open(PATIENT)) {
            assertThat(talk(edge, sent)).startsWith("HTTP/1.1 400");
        }
    }

    @Test
    void headMayComeInManyParts() throws Exception {
        try (HttpEdge edge = open(PATIENT);
                Socket socket = connect(edge, LAST_GET.substring(0, 5))) {
            String rest = LAST_GET.substring(5).replace("Host: x", "Host: x\r\nlong: " + "x".repeat(20_000));
            for (int start = 0; start < rest.length(); start += 3000) {
                socket.getOutputStream()
                        .write(rest.substring(start, Math.min(rest.length(), start + 3000))
                                .getBytes(StandardCharsets.US_ASCII));
                socket.getOutputStream().flush();
            }
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void longHeadIsRefused() throws Exception {
        try (HttpEdge edge = open(PATIENT)) {
            assertThat(talk(edge, "GET / HTTP/1.1\r\nlong: " + "x".repeat(40_000) + "\r\n\r\n"))
                    .startsWith("HTTP/1.1 400");
        }
    }

    /// Requests that a client may leave unfinished.
    static Stream<String> unfinished() {
        return Stream.of(
                "",
                "G",
                "GET /small HTTP/1.1\r\nHost: x\r\nhalf",
                "POST /small HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n",
                "POST /small HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n12345",
                "POST /small HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 10\r\n\r\n",
                "POST /small HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12",
                GET,
                GET + GET + "GET ",
                "GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
    }

    @ParameterizedTest
    @MethodSource("unfinished")
    void othersAreAnsweredBesideManyThatAreUnfinished(String sent) throws Exception {
        List<Socket> dawdlers = new ArrayList<>();
        try (HttpEdge edge = open(PATIENT)) {
            for (int i = 0; i < 3 * CONNECTIONS; i++) {
                dawdlers.add(connect(edge, sent));
                assertThat(talk(edge, LAST_GET)).startsWith("HTTP/1.1 200");
            }
            // the ones that were there first had to go
            assertThat(isCut(dawdlers.getFirst())).isTrue();
        } finally {
            closeAll(dawdlers);
        }
    }

    @ParameterizedTest
    @MethodSource("unfinished")
    void whatIsUnfinishedIsCutAfterAWhile(String sent) throws Exception {
        try (HttpEdge edge = open(HASTY);
                Socket dawdler = connect(edge, sent)) {
            assertThat(isCut(dawdler)).isTrue();
        }
    }

    @Test
    void answerThatIsNotTakenIsCutAfterAWhile() throws Exception {
        CountDownLatch cut = new CountDownLatch(1);
        HttpService service = new Echo() {
            @Override
            public void serve(HttpHead head, String owner, byte[] body, Answerer answerer) throws IOException {
                try {
                    super.serve(head, owner, body, answerer);
                } catch (IOException e) {
                    cut.countDown();
                    throw e;
                }
            }
        };
        try (HttpEdge edge = open(HASTY, service);
                Socket dawdler = connect(edge, "GET /large HTTP/1.1\r\nHost: x\r\n\r\n")) {
            cut.await();
            assertThat(dawdler.isConnected()).isTrue();
        }
    }

    /// I9: an owner that sends many bodies and does not end them.
    @Test
    void bodiesOfOneOwnerLeaveRoomForThoseOfOthers() throws Exception {
        String most = "POST /small HTTP/1.1\r\nHost: x\r\nowner: noisy\r\nContent-Length: " + BODY_BYTES + "\r\n\r\n"
                + "x".repeat(BODY_BYTES - 1);
        String small = "POST /small HTTP/1.1\r\nHost: x\r\nowner: quiet\r\nConnection: close\r\n"
                + "Content-Length: 1000\r\n\r\n" + "x".repeat(1000);
        List<Socket> noisy = new ArrayList<>();
        try (HttpEdge edge = open(PATIENT)) {
            for (int i = 0; i < 10; i++) {
                noisy.add(connect(edge, most));
            }
            for (int i = 0; i < 10; i++) {
                assertThat(talk(edge, small)).startsWith("HTTP/1.1 200");
            }
            assertThat(noisy.stream().filter(HttpEdgeTest::isRefused)).isNotEmpty();
        } finally {
            closeAll(noisy);
        }
    }

    /// Whether the server refuses, or resets the connection in the middle of what is sent.
    private static boolean isRefused(Socket socket) {
        try {
            socket.setSoTimeout(1);
            return socket.getInputStream().read() == 'H';
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    @Test
    void requestIsInterruptedWhenItsTimeIsOver() throws Exception {
        CountDownLatch interrupted = new CountDownLatch(1);
        HttpService service = new Echo() {
            @Override
            public void serve(HttpHead head, String owner, byte[] body, Answerer answerer) {
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    interrupted.countDown();
                }
            }
        };
        try (HttpEdge edge = open(HASTY, service);
                Socket client = connect(edge, GET)) {
            assertThat(isCut(client)).isTrue();
            interrupted.await();
        }
    }

    private static HttpService says(String text) {
        return new Echo() {
            @Override
            public void serve(HttpHead head, String owner, byte[] body, Answerer answerer) throws IOException {
                answerer.send(HttpAnswer.text(200, text));
            }
        };
    }

    @ParameterizedTest
    @CsvSource({
        "/a, a",
        "/a/, a",
        "/a/x/y, a",
        "//a, a",
        "///a/x, a",
        "/a/b, ab",
        "/a/b/c, ab",
        "/a//b, a",
        "/ab, rest",
        "/a%2Fb, rest",
        "/, rest",
        "/x/a, rest",
        "*, rest",
        "a, rest",
        "/a?x=/a/b, a",
    })
    void pathIsServedByTheMountWithTheLongestPrefix(String path, String expected) throws Exception {
        List<Mount> mounts = List.of(mount("/a", says("<a>")), mount("", says("<rest>")), mount("/a/b", says("<ab>")));
        try (HttpEdge edge = HttpEdge.open("127.0.0.1", 0, PATIENT, mounts)) {
            assertThat(talk(edge, "GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
                    .endsWith("<" + expected + ">");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "application/json, 200",
        "Application/JSON; charset=utf-8, 200",
        "text/plain, 415",
        "'', 415",
    })
    void bodyIsOfATypeThatTheMountTakes(String type, int status) throws Exception {
        Mount json = new Mount("/json", Set.of("application/json"), 4, Optional.empty(), new Echo());
        try (HttpEdge edge = HttpEdge.open("127.0.0.1", 0, PATIENT, List.of(json, mount("", new Echo())))) {
            String head = "POST /json HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: " + type + "\r\n";
            assertThat(talk(edge, head + "Content-Length: 4\r\n\r\nabcd")).startsWith("HTTP/1.1 " + status);
            assertThat(talk(edge, head + "Content-Length: 0\r\n\r\n")).startsWith("HTTP/1.1 200");
            // each mount has a limit of its own
            assertThat(talk(edge, head + "Content-Length: 5\r\n\r\nabcde")).startsWith("HTTP/1.1 413");
            assertThat(talk(edge, head.replace("/json", "/x") + "Content-Length: 5\r\n\r\nabcde"))
                    .startsWith("HTTP/1.1 200")
                    .endsWith("abcde");
        }
    }

    /// Holds the requests of `noisy` until they are let go.
    private static final class Held extends Echo {
        private final CountDownLatch started;
        private final CountDownLatch release = new CountDownLatch(1);

        Held(int requests) {
            started = new CountDownLatch(requests);
        }

        @Override
        public void serve(HttpHead head, String owner, byte[] body, Answerer answerer) throws IOException {
            if (owner.equals("noisy")) {
                started.countDown();
                try {
                    release.await();
                } catch (InterruptedException e) {
                    throw new InterruptedIOException(e.getMessage());
                }
            }
            super.serve(head, owner, body, answerer);
        }
    }

    private static String get(String owner) {
        return "GET /small HTTP/1.1\r\nHost: x\r\nConnection: close\r\nowner: " + owner + "\r\n\r\n";
    }

    private static CompletableFuture<String> talkMeanwhile(HttpEdge edge, String sent) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return talk(edge, sent);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /// I9: an owner with many requests waits behind its own, and then is refused.
    @Test
    void placesOfAMountAreShared() throws Exception {
        Held service = new Held(3);
        FairPlaces places =
                new FairPlaces("requests", new FairPlaces.Limits(4, 4, Duration.ofMillis(100)), Scheduler.system());
        Mount mount = new Mount("", Set.of(), 0, Optional.of(places), service);
        try (HttpEdge edge = HttpEdge.open("127.0.0.1", 0, PATIENT, List.of(mount));
                Socket first = connect(edge, get("noisy"));
                Socket second = connect(edge, get("noisy"));
                Socket third = connect(edge, get("noisy"))) {
            service.started.await();
            assertThat(talk(edge, get("noisy"))).startsWith("HTTP/1.1 429").contains("too many requests at once");
            assertThat(talk(edge, get("quiet"))).startsWith("HTTP/1.1 200");
            service.release.countDown();
            for (Socket each : List.of(first, second, third)) {
                assertThat(new String(each.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                        .startsWith("HTTP/1.1 200");
            }
        }
    }

    @Test
    void closingWaitsForRequestsThatRun() throws Exception {
        Held service = new Held(1);
        Duration minute = Duration.ofMinutes(1);
        HttpEdge edge = open(new EdgeLimits(CONNECTIONS, BODY_BYTES, LARGE, minute, minute, minute), service);
        CompletableFuture<String> running = talkMeanwhile(edge, get("noisy"));
        service.started.await();
        CompletableFuture<Void> closing = CompletableFuture.runAsync(edge::close);
        service.release.countDown();
        assertThat(running.get()).startsWith("HTTP/1.1 200");
        closing.get();
        assertThatThrownBy(() -> connect(edge, GET)).isInstanceOf(IOException.class);
    }

    /// Work whose answer is sent while it is made.
    private interface Making {
        void make(HttpService.Answerer answerer) throws IOException, InterruptedException;
    }

    private static HttpService streaming(Making making) {
        return new Echo() {
            @Override
            public void serve(HttpHead head, String owner, byte[] body, Answerer answerer) throws IOException {
                if (!head.path().equals("/stream")) {
                    super.serve(head, owner, body, answerer);
                    return;
                }
                try {
                    making.make(answerer);
                } catch (InterruptedException e) {
                    throw new InterruptedIOException(e.getMessage());
                }
            }
        };
    }

    private static final String STREAM = "GET /stream HTTP/1.1\r\nHost: x\r\n\r\n";

    private static void write(HttpBody body, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        body.write(bytes, 0, bytes.length);
    }

    @Test
    void answerIsSentWhileItIsMade() throws Exception {
        CountDownLatch first = new CountDownLatch(1);
        HttpService service = streaming(answerer -> {
            HttpBody body = answerer.start(HttpAnswer.text(200, "not sent"));
            write(body, "one");
            first.await();
            write(body, "two");
            body.end();
        });
        try (HttpEdge edge = open(PATIENT, service);
                Socket client = connect(edge, STREAM + LAST_GET)) {
            InputStream in = client.getInputStream();
            StringBuilder begun = new StringBuilder();
            while (begun.indexOf("3\r\none\r\n") < 0) {
                begun.append((char) in.read());
            }
            assertThat(begun.toString())
                    .startsWith("HTTP/1.1 200")
                    .contains("transfer-encoding: chunked")
                    .doesNotContain("content-length");
            first.countDown();
            assertThat(new String(in.readAllBytes(), StandardCharsets.US_ASCII))
                    .startsWith("3\r\ntwo\r\n0\r\n\r\nHTTP/1.1 200");
        }
    }

    @Test
    void answerInPartsEndsTheConnectionOfAnOldClient() throws Exception {
        HttpService service = streaming(answerer -> {
            HttpBody body = answerer.start(HttpAnswer.text(200, ""));
            write(body, "all");
            body.end();
        });
        try (HttpEdge edge = open(PATIENT, service)) {
            assertThat(talk(edge, "GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"))
                    .doesNotContain("chunked")
                    .endsWith("\r\n\r\nall");
        }
    }

    @Test
    void workThatFailsBreaksItsAnswerOff() throws Exception {
        HttpService service = streaming(answerer -> {
            HttpBody body = answerer.start(HttpAnswer.text(200, ""));
            write(body, "half");
            throw new IOException("the work fails");
        });
        try (HttpEdge edge = open(PATIENT, service)) {
            assertThat(talk(edge, STREAM)).startsWith("HTTP/1.1 200").endsWith("4\r\nhalf\r\n");
        }
        try (HttpEdge edge = open(PATIENT, service);
                Socket old = connect(edge, "GET /stream HTTP/1.0\r\n\r\n")) {
            assertThatThrownBy(() -> old.getInputStream().readAllBytes()).isInstanceOf(SocketException.class);
        }
    }

    @Test
    void workWaitsForAClientThatTakesLittle() throws Exception {
        CountDownLatch waits = new CountDownLatch(1);
        HttpService service = streaming(answerer -> {
            HttpBody body = answerer.start(HttpAnswer.text(200, ""));
            byte[] part = new byte[1 << 20];
            for (int i = 0; i < 64; i++) {
                if (!body.isReady()) {
                    waits.countDown();
                }
                body.write(part, 0, part.length);
            }
            body.end();
        });
        try (HttpEdge edge = open(PATIENT, service);
                Socket client = connect(edge, STREAM.replace("Host: x", "Host: x\r\nConnection: close"))) {
            waits.await();
            assertThat(client.getInputStream().readAllBytes()).hasSizeGreaterThan(64 << 20);
        }
    }

    @Test
    void clientThatTakesNothingOfAnAnswerIsCut() throws Exception {
        CountDownLatch failed = new CountDownLatch(1);
        HttpService service = streaming(answerer -> {
            HttpBody body = answerer.start(HttpAnswer.text(200, ""));
            byte[] part = new byte[1 << 20];
            try {
                while (true) {
                    body.write(part, 0, part.length);
                }
            } catch (IOException e) {
                failed.countDown();
                throw e;
            }
        });
        EdgeLimits limits = new EdgeLimits(
                CONNECTIONS,
                BODY_BYTES,
                LARGE,
                Duration.ofMinutes(10),
                Duration.ofMinutes(10),
                Duration.ofMillis(100),
                Duration.ofSeconds(1));
        try (HttpEdge edge = open(limits, service);
                Socket client = connect(edge, STREAM)) {
            failed.await();
            assertThat(isCut(client)).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void workEndsWithItsClient(boolean started) throws Exception {
        CountDownLatch working = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        HttpService service = streaming(answerer -> {
            answerer.endWithClient();
            if (started) {
                write(answerer.start(HttpAnswer.text(200, "")), "half");
            }
            working.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                interrupted.countDown();
                throw e;
            }
        });
        try (HttpEdge edge = open(PATIENT, service)) {
            Socket client = connect(edge, STREAM);
            working.await();
            client.close();
            interrupted.await();
            assertThat(talk(edge, LAST_GET)).startsWith("HTTP/1.1 200");
        }
    }

    /// What is sent ahead is neither lost nor taken for an end.
    @Test
    void clientThatEndsWithTheWorkMayAskAhead() throws Exception {
        HttpService service = streaming(answerer -> {
            answerer.endWithClient();
            HttpBody body = answerer.start(HttpAnswer.text(200, ""));
            write(body, "all");
            body.end();
        });
        try (HttpEdge edge = open(PATIENT, service)) {
            assertThat(talk(edge, STREAM.repeat(3) + LAST_GET).split("HTTP/1.1 200 OK", -1))
                    .hasSize(5);
        }
    }
}
