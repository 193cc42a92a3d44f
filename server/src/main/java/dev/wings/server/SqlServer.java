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
package dev.wings.server;

import dev.wings.common.arrow.BodyCompression;
import dev.wings.common.cache.RangeCache;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.fair.KnownTenants;
import dev.wings.common.http.Cors;
import dev.wings.common.http.HttpEdge;
import dev.wings.common.process.Resources;
import dev.wings.common.process.Scratch;
import dev.wings.common.rpc.GrpcServer;
import dev.wings.common.rpc.Retries;
import dev.wings.common.service.Surroundings;
import dev.wings.common.telemetry.ManagementServer;
import dev.wings.common.telemetry.Telemetry;
import dev.wings.common.time.Scheduler;
import dev.wings.common.time.World;
import dev.wings.server.catalog.Catalog;
import dev.wings.server.catalog.Definitions;
import dev.wings.server.catalog.Views;
import dev.wings.server.engine.EngineFactory;
import dev.wings.server.engine.EngineProcesses;
import dev.wings.server.engine.LocalEngines;
import dev.wings.server.flight.CallerInterceptor;
import dev.wings.server.flight.FlightRouter;
import dev.wings.server.flight.FlightSqlEndpoint;
import dev.wings.server.http.SqlDoor;
import dev.wings.server.lake.Segments;
import dev.wings.server.run.Queries;
import dev.wings.server.run.QueryLog;
import dev.wings.server.scan.TopicScans;
import dev.wings.server.session.Signer;
import dev.wings.server.system.LakeSystemTables;
import dev.wings.server.system.SystemTables;
import dev.wings.server.table.Tables;
import dev.wings.server.write.IngestorStreams;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import org.apache.arrow.flight.impl.FlightServiceGrpc;
import org.apache.arrow.memory.BufferAllocator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A running SQL server. What it knows of tables is in [#tables], what it does with queries is in [#parts], and
/// where it listens is in [#listen].
public final class SqlServer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SqlServer.class);

    /// The limit of a message that holds a statement with its parameters.
    private static final int MAX_MESSAGE_BYTES = 4 << 20;

    /// The limit of a batch of rows, which goes on to an ingestor: it takes no larger ones unless it is told
    /// to.
    private static final int MAX_BATCH_BYTES = 64 << 20;

    private static final Duration WARM_UP_DELAY = Duration.ofSeconds(5);

    private final Resources resources;
    private final ManagementServer management;
    private final GrpcServer server;
    private final HttpEdge http;

    private SqlServer(Resources resources, ManagementServer management, GrpcServer server, HttpEdge http) {
        this.resources = resources;
        this.management = management;
        this.server = server;
        this.http = http;
    }

    /// What a server knows of tables and how it reads them, without engines.
    ///
    /// @param cache keeps what was read of segments
    /// @param log the log of queries, which is a table itself
    /// @param tables all tables
    public record TableParts(
            BufferAllocator allocator,
            Catalog catalog,
            Views views,
            RangeCache cache,
            SystemTables system,
            QueryLog log,
            Tables tables) {}

    /// What a server does with queries, without the sockets over which they come.
    public record Parts(TableParts tables, Queries queries) {}

    /// Opens the server and listens.
    public static SqlServer open(ServerConfig config, Surroundings surroundings) {
        return Resources.opening(resources -> {
            Path scratch =
                    resources.add(Scratch.open(config.spillDirectory(), "sql")).path();
            TableParts tables = tables(config, surroundings, scratch, resources);
            ExecutorService queryThreads = queryThreads(surroundings.world(), resources);
            EngineFactory engines = resources.add(engines(config, surroundings, scratch));
            Parts parts = parts(config, surroundings, tables, engines, scratch, resources);
            warmUp(parts.queries(), config, surroundings.world().scheduler(), resources);
            return listen(config, surroundings, parts, queryThreads, resources);
        });
    }

    /// @param scratch a directory of this server alone
    /// @param resources own what is opened
    public static TableParts tables(ServerConfig config, Surroundings surroundings, Path scratch, Resources resources) {
        World world = surroundings.world();
        BufferAllocator allocator = resources.add(surroundings
                .allocator()
                .newChildAllocator("server", 0, Math.multiplyExact(config.queries() + 1L, config.readMemoryBytes())));
        ExecutorService fetchers = resources.add(world.threads().executor("sql-fetch"));
        Catalog catalog = new Catalog(
                surroundings.controlPlane(),
                Retries.defaults(world.scheduler(), world.random()),
                config.queryTimeout());
        QueryLog log = new QueryLog();
        RangeCache cache = resources.add(RangeCache.open(
                config.cacheDirectory().orElse(scratch.resolve("cache")),
                (object, start, into) ->
                        surroundings.stores().apply(object.store()).read(object.key(), start, into),
                fetchers,
                world.ids(),
                world.scheduler(),
                surroundings.telemetry().registry(),
                RangeCache.Limits.of(config.cacheBytes())));
        Segments segments = new Segments(surroundings.stores(), cache, fetchers);
        Views views = new Views(surroundings.controlPlane(), Retries.defaults(world.scheduler(), world.random()));
        SystemTables system = new SystemTables(catalog, views, log, new LakeSystemTables(catalog, segments));
        TopicScans topics = new TopicScans(
                catalog,
                segments,
                surroundings.stores(),
                new BodyCompression(config.readMemoryBytes()),
                fetchers,
                config.readAheadPages(),
                config.readAheadBytes());
        return new TableParts(
                allocator, catalog, views, cache, system, log, new ServerTables(catalog, views, topics, system));
    }

    /// @param engines run the queries; left open
    /// @param scratch a directory of this server alone
    /// @param resources own what is opened
    public static Parts parts(
            ServerConfig config,
            Surroundings surroundings,
            TableParts tables,
            EngineFactory engines,
            Path scratch,
            Resources resources) {
        Queries queries = resources.add(new Queries(
                engines,
                tables.tables(),
                limits(config),
                tables.allocator(),
                surroundings.world(),
                tables.log(),
                scratch,
                tables.cache().links(),
                surroundings.telemetry().registry()));
        return new Parts(tables, queries);
    }

    private static EngineFactory engines(ServerConfig config, Surroundings surroundings, Path scratch) {
        return config.engineProcesses()
                ? new EngineProcesses(
                        scratch,
                        surroundings.world().scheduler(),
                        surroundings.telemetry().registry())
                : new LocalEngines();
    }

    /// Opens the threads of queries. They are closed after the queries: those that are left only wait for their
    /// turn.
    private static ExecutorService queryThreads(World world, Resources resources) {
        ExecutorService threads = world.threads().pool("sql-idle", LocalEngines.STACK_BYTES);
        resources.add(threads::shutdownNow);
        return threads;
    }

    private static SqlServer listen(
            ServerConfig config,
            Surroundings surroundings,
            Parts parts,
            ExecutorService queryThreads,
            Resources resources) {
        World world = surroundings.world();
        Telemetry telemetry = surroundings.telemetry();
        ExecutorService flightThreads = world.threads().executor("sql-flight");
        resources.add(flightThreads::shutdownNow);
        Signer signer = new Signer(ticketKey(config, world));
        IngestorStreams ingestors = resources.add(
                new IngestorStreams(config.ingestor(), parts.tables().allocator(), flightThreads, world.scheduler()));
        FlightSqlEndpoint sql = new FlightSqlEndpoint(
                parts.queries(),
                parts.tables().catalog(),
                parts.tables().views(),
                new Definitions(surroundings.controlPlane()),
                ingestors,
                parts.tables().system(),
                signer,
                world,
                parts.tables().allocator(),
                queryThreads,
                streamLimits(config));
        KnownTenants tenants = surroundings.knownTenants(config.callTimeout());
        ManagementServer management = resources.add(ManagementServer.open(
                config.host(), config.managementPort(), telemetry, List.of(surroundings.controlPlaneCheck())));
        GrpcServer server = resources.add(GrpcServer.on(config.host(), config.flightPort(), telemetry.registry())
                .service(new FlightRouter(sql).definition(parts.tables().allocator(), flightThreads))
                .interceptor(new CallerInterceptor(signer, tenants))
                .maxMessageBytes(MAX_MESSAGE_BYTES)
                .maxMessageBytes(FlightServiceGrpc.getDoPutMethod(), MAX_BATCH_BYTES)
                .limits(config.grpc(), world.scheduler())
                .drain(config.drainTimeout())
                .open());
        Cors cors = Cors.parse(config.httpCorsOrigins());
        SqlDoor door = new SqlDoor(
                sql.runner(),
                tenants,
                cors,
                new SqlDoor.Limits(config.httpRequests(), MAX_MESSAGE_BYTES, config.queueTimeout()),
                parts.tables().allocator(),
                world.scheduler(),
                telemetry.registry());
        HttpEdge http = resources.add(
                HttpEdge.open(config.host(), config.httpPort(), config.httpLimits(), cors, List.of(door.mount())));
        return new SqlServer(resources, management, server, http);
    }

    /// Starts engines in advance, but not at once: their processes take seconds of the processors, which other
    /// things that start now may need more. A query that comes earlier starts its own engine.
    private static void warmUp(Queries queries, ServerConfig config, Scheduler scheduler, Resources resources) {
        if (!config.engineProcesses()) {
            queries.warmUp();
            return;
        }
        Scheduler.Timer timer = scheduler.schedule(WARM_UP_DELAY, () -> {
            try {
                queries.warmUp();
            } catch (RuntimeException e) {
                boolean stopping = e instanceof WingsException known && known.kind() == ErrorKind.UNAVAILABLE;
                if (!stopping) {
                    LOG.error("no engine can be opened", e);
                }
            }
        });
        resources.add(timer::cancel);
    }

    private static Queries.Limits limits(ServerConfig config) {
        return new Queries.Limits(
                config.queries(),
                config.queuedQueries(),
                config.queueTimeout(),
                config.queryTimeout(),
                queryThreads(config),
                config.queryMemoryBytes(),
                config.readMemoryBytes(),
                config.planMemoryBytes(),
                config.spillBytes(),
                config.readerTimeout());
    }

    /// Bounds the streams of clients. Those of system tables have places and a queue of their own, and one
    /// tenant's queues leave room for those of others.
    private static FlightSqlEndpoint.Limits streamLimits(ServerConfig config) {
        int ofOneTenant = 2 * (config.queries() + config.queuedQueries());
        return new FlightSqlEndpoint.Limits(4 * ofOneTenant, ofOneTenant, config.queryTimeout(), turns());
    }

    /// Returns how many turns there are: as many as processors, of which one tenant may have all but one.
    private static int turns() {
        return Math.max(2, Runtime.getRuntime().availableProcessors());
    }

    private static byte[] ticketKey(ServerConfig config, World world) {
        return config.ticketKey()
                .map(key -> key.reveal().getBytes(StandardCharsets.UTF_8))
                .orElseGet(() -> {
                    LOG.warn("WINGS_SERVER_TICKET_KEY_FILE is not set: tickets and prepared statements of this process"
                            + " are good for this process only");
                    byte[] key = new byte[Signer.KEY_BYTES];
                    world.random().nextBytes(key);
                    return key;
                });
    }

    /// Returns the port where it listens for Flight SQL.
    public int flightPort() {
        return server.port();
    }

    /// Returns the port where it listens for SQL over HTTP.
    public int httpPort() {
        return http.port();
    }

    /// Returns the port where it listens for probes.
    public int managementPort() {
        return management.port();
    }

    /// Drains the server: it takes no more queries, and those that run have the configured time to end. After
    /// it, they fail with UNAVAILABLE.
    @Override
    public void close() {
        management.announceDrain();
        server.announceDrain();
        resources.close();
    }

    private static int queryThreads(ServerConfig config) {
        return config.queryThreads() > 0
                ? config.queryThreads()
                : Math.clamp(Runtime.getRuntime().availableProcessors(), 1, 16);
    }
}
