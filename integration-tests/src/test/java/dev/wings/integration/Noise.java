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

import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.arrow.flight.impl.Flight;
import org.apache.arrow.flight.impl.FlightServiceGrpc;

/// What one tenant does to a platform, without regard to the others, until it is closed. Its own failures are
/// its own.
final class Noise implements AutoCloseable {

    /// What it is that a tenant does.
    enum Kind {
        NONE,
        SILENT_STREAMS,
        UNKNOWN_TENANTS,
        QUERY_CLIENTS,
        SMALL_PUSHES,
        LARGE_PUSHES,
        CATALOG_REQUESTS,
        HALF_OPEN_HTTP,
        HTTP_QUERIES,
        HTTP_SLOW_READERS,
        METADATA_REQUESTS,
        SLOW_READERS,
        SLOW_PLANS,
        PARAMETER_UPLOADS,
        RESOURCE_CHANGES,
        FOLLOWERS,
        CONNECTIONS
    }

    private static final Metadata.Key<String> TENANT =
            Metadata.Key.of("wings-tenant", Metadata.ASCII_STRING_MARSHALLER);

    private static final int SILENT_STREAMS = 512;
    private static final int CLIENTS = 100;
    private static final int SOCKETS = 300;
    private static final int CONNECTIONS = 1000;
    private static final int FOLLOWERS = 1000;

    /// What a connection of HTTP/2 begins with: the preface, and settings that are the defaults.
    private static final byte[] HTTP2 =
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0".getBytes(StandardCharsets.US_ASCII);

    private final WingsPorts ports;
    private final String tenant;
    private final List<Thread> threads = new ArrayList<>();
    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final AtomicLong done = new AtomicLong();
    private final AtomicLong topics = new AtomicLong();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch over = new CountDownLatch(1);

    private Noise(WingsPorts ports, String tenant) {
        this.ports = ports;
        this.tenant = tenant;
    }

    private interface Work {
        void run(TenantClients clients) throws Exception;
    }

    static Noise start(Kind kind, WingsPorts ports, String tenant) throws Exception {
        Noise noise = new Noise(ports, tenant);
        noise.start(kind);
        return noise;
    }

    /// Waits until something was done, or was refused.
    void await() throws InterruptedException {
        begun.await();
    }

    private void did() {
        done.incrementAndGet();
        begun.countDown();
    }

    private void start(Kind kind) throws Exception {
        switch (kind) {
            case NONE -> did();
            case SILENT_STREAMS -> openStreams(number -> tenant);
            case UNKNOWN_TENANTS -> openStreams(number -> "nobody-" + number);
            case QUERY_CLIENTS ->
                repeat(CLIENTS, clients -> clients.query("select n, count(*) from numbers group by n"));
            case SMALL_PUSHES -> repeat(20, clients -> clients.push(1));
            case LARGE_PUSHES -> repeat(4, clients -> clients.push(1 << 20));
            case CATALOG_REQUESTS -> repeat(50, clients -> getCatalog());
            case HALF_OPEN_HTTP -> openSockets();
            case HTTP_QUERIES ->
                repeat(CLIENTS, clients -> clients.queryOverHttp("select n, count(*) from numbers group by n"));
            case HTTP_SLOW_READERS -> openHttpReaders();
            case METADATA_REQUESTS -> repeat(50, TenantClients::listTables);
            case SLOW_READERS -> repeat(20, this::readOne);
            case SLOW_PLANS -> repeat(8, clients -> clients.query(slowPlan()));
            case PARAMETER_UPLOADS -> repeat(20, clients -> clients.queryWithParameters(100_000));
            case RESOURCE_CHANGES -> repeat(20, clients -> clients.changeTopics("topic-" + topics.incrementAndGet()));
            case FOLLOWERS -> openFollowers();
            case CONNECTIONS -> openConnections();
        }
    }

    /// Does something again and again, with so many clients at once.
    private void repeat(int times, Work work) {
        for (int i = 0; i < times; i++) {
            TenantClients clients = new TenantClients(ports, tenant);
            open.push(clients);
            threads.add(Thread.ofVirtual().name("noise-" + i).start(() -> {
                while (over.getCount() > 0) {
                    try {
                        work.run(clients);
                    } catch (Exception e) {
                        // refused, which is what noise has to expect
                    }
                    did();
                }
            }));
        }
    }

    private interface Tenants {
        String name(int stream);
    }

    private void openStreams(Tenants tenants) {
        for (int connection = 0; connection < 8; connection++) {
            ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", ports.ingestor())
                    .usePlaintext()
                    .build();
            open.push(channel::shutdownNow);
            for (int i = 0; i < SILENT_STREAMS / 8; i++) {
                Metadata headers = new Metadata();
                headers.put(TENANT, tenants.name(connection * SILENT_STREAMS + i));
                FlightServiceGrpc.newStub(channel)
                        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                        .doPut(new Ignored());
            }
        }
    }

    private final class Ignored implements StreamObserver<Flight.PutResult> {
        @Override
        public void onNext(Flight.PutResult result) {
            did();
        }

        @Override
        public void onError(Throwable failure) {
            did();
        }

        @Override
        public void onCompleted() {
            did();
        }
    }

    private void getCatalog() throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            for (int i = 0; i < 20 && over.getCount() > 0; i++) {
                HttpRequest request = HttpRequest.newBuilder(
                                URI.create(ports.catalogUri() + "/v1/" + tenant + "/namespaces/default/tables"))
                        .build();
                client.send(request, BodyHandlers.discarding());
            }
        }
    }

    private void openSockets() throws Exception {
        List<Integer> ofHttp = new ArrayList<>(ports.management());
        ofHttp.add(URI.create(ports.catalogUri()).getPort());
        ofHttp.add(ports.ingestorHttp());
        ofHttp.add(ports.serverHttp());
        for (int port : ofHttp) {
            for (int i = 0; i < SOCKETS; i++) {
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
                open.push(socket);
                String begun = i % 2 == 0
                        ? "GET /livez HTTP/1.1\r\nHost: x\r\nhalf"
                        : "POST /iceberg/v1/" + tenant
                                + "/namespaces HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n1";
                socket.getOutputStream().write(begun.getBytes(StandardCharsets.US_ASCII));
                did();
            }
        }
    }

    private void readOne(TenantClients clients) throws Exception {
        try (AutoCloseable unread = clients.openUnread("select a.range from range(100000000) a")) {
            did();
            over.await();
        }
    }

    /// Connections that ask for many rows and take none.
    private void openHttpReaders() throws Exception {
        String sql = "select range from range(100000000)";
        String request = String.join(
                "\r\n",
                "POST /v1/sql HTTP/1.1",
                "Host: x",
                "wings-tenant: " + tenant,
                "Content-Type: application/sql",
                "Content-Length: " + sql.length(),
                "",
                sql);
        for (int i = 0; i < CLIENTS; i++) {
            Socket socket = new Socket(InetAddress.getLoopbackAddress(), ports.serverHttp());
            open.push(socket);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            did();
        }
    }

    private void openFollowers() {
        for (int connection = 0; connection < 8; connection++) {
            TenantClients clients = new TenantClients(ports, tenant);
            open.push(clients);
            for (int i = 0; i < FOLLOWERS / 8; i++) {
                clients.follow(this::did);
            }
        }
    }

    private void openConnections() throws Exception {
        for (int port : List.of(ports.controlPlane(), ports.ingestor(), ports.server())) {
            for (int i = 0; i < CONNECTIONS; i++) {
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
                open.push(socket);
                socket.getOutputStream().write(HTTP2);
                did();
            }
        }
    }

    /// Within the limits, and never the same.
    private String slowPlan() {
        StringBuilder sql = new StringBuilder("with t0 as (select n from numbers where n <> " + done.get() + ")");
        for (int i = 1; i < 200; i++) {
            sql.append(", t")
                    .append(i)
                    .append(" as (select n + 1 as n from t")
                    .append(i - 1)
                    .append(")");
        }
        return sql.append(" select count(*) from t199").toString();
    }

    /// Threads end by themselves: Arrow's streams never end for one that was interrupted while it read.
    @Override
    public void close() throws Exception {
        over.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        for (AutoCloseable each : open) {
            each.close();
        }
    }
}
