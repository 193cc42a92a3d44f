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
package dev.wings.controlplane.http;

import dev.wings.common.error.WingsException;
import dev.wings.common.fair.FairPlaces;
import dev.wings.common.fair.KnownTenants;
import dev.wings.common.http.HttpAnswer;
import dev.wings.common.http.HttpHead;
import dev.wings.common.http.HttpService;
import dev.wings.common.http.Mount;
import dev.wings.common.http.PercentCode;
import dev.wings.common.resource.ResourceId;
import dev.wings.common.resource.TenantName;
import dev.wings.common.rpc.ActingTenant;
import dev.wings.common.rpc.Caller;
import dev.wings.common.time.Scheduler;
import dev.wings.controlplane.catalog.CatalogTables.Loaded;
import dev.wings.controlplane.catalog.IcebergCatalog;
import dev.wings.controlplane.http.Routes.Route;
import dev.wings.controlplane.paging.ResultPage;
import io.grpc.Context;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.NoSuchWarehouseException;
import org.apache.iceberg.rest.Endpoint;
import org.apache.iceberg.rest.RESTResponse;
import org.apache.iceberg.rest.requests.CommitTransactionRequest;
import org.apache.iceberg.rest.requests.CreateNamespaceRequest;
import org.apache.iceberg.rest.requests.CreateTableRequest;
import org.apache.iceberg.rest.requests.CreateViewRequest;
import org.apache.iceberg.rest.requests.RegisterTableRequest;
import org.apache.iceberg.rest.requests.RegisterViewRequest;
import org.apache.iceberg.rest.requests.RenameTableRequest;
import org.apache.iceberg.rest.requests.ReportMetricsRequest;
import org.apache.iceberg.rest.requests.UpdateNamespacePropertiesRequest;
import org.apache.iceberg.rest.requests.UpdateTableRequest;
import org.apache.iceberg.rest.responses.ConfigResponse;
import org.apache.iceberg.rest.responses.CreateNamespaceResponse;
import org.apache.iceberg.rest.responses.GetNamespaceResponse;
import org.apache.iceberg.rest.responses.ImmutableLoadViewResponse;
import org.apache.iceberg.rest.responses.ListNamespacesResponse;
import org.apache.iceberg.rest.responses.ListTablesResponse;
import org.apache.iceberg.rest.responses.LoadTableResponse;
import org.apache.iceberg.rest.responses.UpdateNamespacePropertiesResponse;
import org.apache.iceberg.view.ViewMetadata;
import org.jspecify.annotations.Nullable;

/// The Iceberg REST catalog API (open-api/rest-catalog-open-api.yaml of Apache Iceberg 1.11), below `/iceberg`.
///
/// The prefix of all paths is the tenant's id. Clients get it from `GET /iceberg/v1/config?warehouse=`, where the
/// warehouse is the tenant: `tenants/{tenant}` or its id, `default` if there is none.
public final class IcebergApi implements HttpService {

    private static final String STRANGERS = "";

    /// How many requests of one tenant may wait, for each that is worked on.
    private static final int WAITING_PER_WORKING = 4;

    private static final HttpAnswer NO_CONTENT = HttpAnswer.bare(204, Map.of());

    private static final String CONFIG_PATH = "/iceberg/v1/config";
    private static final String ROOT = "/iceberg";

    private final IcebergCatalog catalog;
    private final KnownTenants tenants;
    private final MeterRegistry registry;
    private final ClientReports reports;
    private final Routes routes = routes();

    private IcebergApi(IcebergCatalog catalog, KnownTenants tenants, MeterRegistry registry) {
        this.catalog = catalog;
        this.tenants = tenants;
        this.registry = registry;
        this.reports = new ClientReports(registry);
    }

    /// Serves the catalog, and tells those who ask for something else where it is.
    ///
    /// @param requests how many are worked on at once; more wait, and then are refused
    /// @param bodyBytes a larger body is refused
    /// @param patience how long a request waits
    public static Mount mount(
            int requests,
            int bodyBytes,
            Duration patience,
            IcebergCatalog catalog,
            KnownTenants tenants,
            Scheduler scheduler,
            MeterRegistry registry) {
        FairPlaces places = new FairPlaces(
                "requests", new FairPlaces.Limits(requests, requests * WAITING_PER_WORKING, patience), scheduler);
        return new Mount(
                "",
                Set.of(HttpAnswer.JSON),
                bodyBytes,
                Optional.of(places),
                new IcebergApi(catalog, tenants, registry));
    }

    private Routes routes() {
        return new Routes(Stream.of(namespaceRoutes(), tableRoutes(), viewRoutes())
                .flatMap(List::stream)
                .toList());
    }

    private List<Route> namespaceRoutes() {
        return List.of(
                Route.of(Endpoint.V1_LIST_NAMESPACES, this::listNamespaces),
                Route.of(Endpoint.V1_CREATE_NAMESPACE, this::createNamespace),
                Route.of(Endpoint.V1_LOAD_NAMESPACE, this::loadNamespace),
                Route.of(
                        Endpoint.V1_NAMESPACE_EXISTS,
                        call -> existence(catalog.namespaces().exists(call.tenant(), call.namespace()))),
                Route.of(Endpoint.V1_UPDATE_NAMESPACE, this::updateNamespace),
                Route.of(Endpoint.V1_DELETE_NAMESPACE, call -> {
                    catalog.namespaces().drop(call.tenant(), call.namespace());
                    return NO_CONTENT;
                }));
    }

    private List<Route> tableRoutes() {
        return List.of(
                Route.of(
                        Endpoint.V1_LIST_TABLES,
                        call -> list(
                                call,
                                "tables",
                                (after, limit) ->
                                        catalog.tables().list(call.tenant(), call.namespace(), after, limit))),
                Route.of(Endpoint.V1_CREATE_TABLE, this::createTable),
                Route.of(Endpoint.V1_LOAD_TABLE, this::loadTable),
                Route.of(
                        Endpoint.V1_TABLE_EXISTS,
                        call -> existence(catalog.tables().exists(call.tenant(), call.table()))),
                Route.of(
                        Endpoint.V1_UPDATE_TABLE,
                        call -> table(catalog.tables()
                                .update(call.tenant(), call.table(), call.body(UpdateTableRequest.class)))),
                Route.of(Endpoint.V1_DELETE_TABLE, call -> {
                    catalog.tables().drop(call.tenant(), call.table(), call.flag("purgeRequested"));
                    return NO_CONTENT;
                }),
                Route.of(Endpoint.V1_RENAME_TABLE, call -> {
                    RenameTableRequest request = call.body(RenameTableRequest.class);
                    catalog.tables().rename(call.tenant(), request.source(), request.destination());
                    return NO_CONTENT;
                }),
                Route.of(
                        Endpoint.V1_REGISTER_TABLE,
                        call -> table(catalog.tables()
                                .register(call.tenant(), call.namespace(), call.body(RegisterTableRequest.class)))),
                Route.of(Endpoint.V1_REPORT_METRICS, call -> {
                    reports.add(call.body(ReportMetricsRequest.class).report());
                    return NO_CONTENT;
                }),
                Route.of(Endpoint.V1_COMMIT_TRANSACTION, call -> {
                    catalog.tables()
                            .update(
                                    call.tenant(),
                                    call.body(CommitTransactionRequest.class).tableChanges());
                    return NO_CONTENT;
                }));
    }

    private List<Route> viewRoutes() {
        return List.of(
                Route.of(
                        Endpoint.V1_LIST_VIEWS,
                        call -> list(
                                call,
                                "views",
                                (after, limit) -> catalog.views().list(call.tenant(), call.namespace(), after, limit))),
                Route.of(
                        Endpoint.V1_CREATE_VIEW,
                        call -> view(catalog.views()
                                .create(call.tenant(), call.namespace(), call.body(CreateViewRequest.class)))),
                Route.of(Endpoint.V1_LOAD_VIEW, call -> view(catalog.views().load(call.tenant(), call.view()))),
                Route.of(
                        Endpoint.V1_VIEW_EXISTS,
                        call -> existence(catalog.views().exists(call.tenant(), call.view()))),
                Route.of(
                        Endpoint.V1_UPDATE_VIEW,
                        call -> view(catalog.views()
                                .update(call.tenant(), call.view(), call.body(UpdateTableRequest.class)))),
                Route.of(Endpoint.V1_DELETE_VIEW, call -> {
                    catalog.views().drop(call.tenant(), call.view());
                    return NO_CONTENT;
                }),
                Route.of(Endpoint.V1_RENAME_VIEW, call -> {
                    RenameTableRequest request = call.body(RenameTableRequest.class);
                    catalog.views().rename(call.tenant(), request.source(), request.destination());
                    return NO_CONTENT;
                }),
                Route.of(
                        Endpoint.V1_REGISTER_VIEW,
                        call -> view(catalog.views()
                                .register(call.tenant(), call.namespace(), call.body(RegisterViewRequest.class)))));
    }

    /// The tenant that the path names; all requests whose path names no known tenant share what one tenant may
    /// have.
    @Override
    public String owner(HttpHead head) {
        String[] parts = path(head.path()).split("/", 5);
        String prefix = parts.length > 3 ? parts[3] : "";
        return tenants.remembers(prefix) ? prefix : STRANGERS;
    }

    @Override
    public void serve(HttpHead head, String owner, byte[] body, Answerer answerer) throws IOException {
        HttpRequest request = new HttpRequest(head, owner, PercentCode.query(head.query()), body);
        catalog.memory().during(owner, () -> answerer.send(responseFor(request)));
    }

    private HttpAnswer responseFor(HttpRequest request) {
        Context acting = ActingTenant.context(request.owner());
        Context before = acting.attach();
        try {
            return response(request);
        } finally {
            acting.detach(before);
        }
    }

    private HttpAnswer response(HttpRequest request) {
        Timer.Sample sample = Timer.start(registry);
        String route = "none";
        HttpAnswer response;
        try {
            String path = path(request.path());
            if (path.equals(CONFIG_PATH) && request.method().equals("GET")) {
                route = "/v1/config";
                response = config(request);
            } else {
                Optional<Routes.Match> match = find(request.method(), path);
                route = match.map(found -> found.route().endpoint().path()).orElse(route);
                response = match.map(found -> answer(found, request)).orElseGet(() -> noRoute(request));
            }
        } catch (RuntimeException | StackOverflowError e) {
            response = HttpErrors.response(e);
        }
        sample.stop(Timer.builder("wings.catalog.requests")
                .description("Requests to the Iceberg REST catalog")
                .tag("method", route.equals("none") ? "none" : request.method())
                .tag("route", route)
                .tag("status", Integer.toString(response.status()))
                .register(registry));
        return response;
    }

    @Override
    public HttpAnswer refused(WingsException reason) {
        return HttpErrors.response(reason);
    }

    @Override
    public HttpAnswer refused(int status, String reason) {
        return HttpErrors.refused(status, reason);
    }

    /// The path as the client means it: the catalog's address may end with slashes, `/iceberg//v1/config`, and
    /// a request with one. Other empty parts are left: a request that lacks a name is not one for something
    /// else.
    private static String path(String path) {
        int end = path.length();
        while (end > 0 && path.charAt(end - 1) == '/') {
            end--;
        }
        int root = afterSlashes(path, 0);
        if (!path.startsWith(ROOT.substring(1), root)) {
            return path.substring(0, end);
        }
        int rest = root + ROOT.length() - 1;
        int first = afterSlashes(path, rest);
        return first == rest || first >= end ? path.substring(0, end) : ROOT + "/" + path.substring(first, end);
    }

    private static int afterSlashes(String path, int start) {
        int next = start;
        while (next < path.length() && path.charAt(next) == '/') {
            next++;
        }
        return next;
    }

    private Optional<Routes.Match> find(String method, String path) {
        if (!path.startsWith(ROOT + "/")) {
            return Optional.empty();
        }
        return routes.find(method, PercentCode.segments(path.substring(ROOT.length())));
    }

    private static HttpAnswer noRoute(HttpRequest request) {
        String hint = request.path().startsWith(ROOT + "/") ? "" : "; the catalog's address ends with " + ROOT;
        return HttpErrors.error(
                404,
                "NoSuchEndpointException",
                "No route for this method and path: " + request.method() + " " + request.path() + hint);
    }

    private HttpAnswer answer(Routes.Match match, HttpRequest request) {
        TenantName tenant = tenant(match.variables().getOrDefault("prefix", ""));
        tenants.learn(tenant.tenant());
        request.caller().ifPresent(caller -> caller.check(tenant.tenant(), tenant));
        return match.route().action().answer(new Call(tenant, match.variables(), request));
    }

    /// @param text `tenants/{tenant}` or the id
    private static TenantName tenant(String text) {
        try {
            return text.startsWith("tenants/") ? TenantName.parse(text) : new TenantName(text);
        } catch (WingsException e) {
            throw new NoSuchWarehouseException(e, "Warehouse does not exist: %s", e.getMessage());
        }
    }

    private HttpAnswer config(HttpRequest request) {
        Optional<Caller> caller = request.caller();
        TenantName tenant = tenant(request.parameter("warehouse")
                .filter(text -> !text.isEmpty())
                .or(() -> caller.map(Caller::tenant))
                .orElse(ResourceId.DEFAULT));
        catalog.namespaces().checkTenant(tenant);
        tenants.learn(tenant.tenant());
        return json(ConfigResponse.builder()
                .withOverride("prefix", tenant.tenant())
                .withEndpoints(routes.endpoints())
                .build());
    }

    private HttpAnswer listNamespaces(Call call) {
        ResultPage<String> page = call.page(
                "namespaces/" + call.parent(),
                (after, limit) -> catalog.namespaces().list(call.tenant(), call.parent(), after, limit));
        return json(ListNamespacesResponse.builder()
                .addAll(page.items().stream().map(Namespace::of).toList())
                .nextPageToken(nextToken(page))
                .build());
    }

    /// Iceberg's answers leave out what is null.
    private static @Nullable String nextToken(ResultPage<String> page) {
        return page.nextToken().isEmpty() ? null : page.nextToken();
    }

    private HttpAnswer createNamespace(Call call) {
        CreateNamespaceRequest request = call.body(CreateNamespaceRequest.class);
        Map<String, String> properties =
                catalog.namespaces().create(call.tenant(), request.namespace(), request.properties());
        return json(CreateNamespaceResponse.builder()
                .withNamespace(request.namespace())
                .setProperties(properties)
                .build());
    }

    private HttpAnswer loadNamespace(Call call) {
        return json(GetNamespaceResponse.builder()
                .withNamespace(call.namespace())
                .setProperties(catalog.namespaces().load(call.tenant(), call.namespace()))
                .build());
    }

    private HttpAnswer updateNamespace(Call call) {
        UpdateNamespacePropertiesRequest request = call.body(UpdateNamespacePropertiesRequest.class);
        Set<String> wanted = new HashSet<>(request.removals());
        Set<String> removed = catalog.namespaces().update(call.tenant(), call.namespace(), request.updates(), wanted);
        wanted.removeAll(removed);
        return json(UpdateNamespacePropertiesResponse.builder()
                .addMissing(wanted)
                .addUpdated(request.updates().keySet())
                .addRemoved(removed)
                .build());
    }

    private static HttpAnswer list(Call call, String kind, Call.Names names) {
        Namespace namespace = call.namespace();
        ResultPage<String> page = call.page(kind + "/" + namespace, names);
        return json(ListTablesResponse.builder()
                .addAll(page.items().stream()
                        .map(name -> TableIdentifier.of(namespace, name))
                        .toList())
                .nextPageToken(nextToken(page))
                .build());
    }

    private HttpAnswer createTable(Call call) {
        CreateTableRequest request = call.body(CreateTableRequest.class);
        if (request.stageCreate()) {
            return json(LoadTableResponse.builder()
                    .withTableMetadata(catalog.tables().stage(call.tenant(), call.namespace(), request))
                    .build());
        }
        return table(catalog.tables().create(call.tenant(), call.namespace(), request));
    }

    /// Answers 304 from the pointer, without reading the table, when the client has this state of it. A table whose
    /// metadata file is lost is not answered so: its client would learn of the loss only when it reads.
    private HttpAnswer loadTable(Call call) {
        Snapshots snapshots = Snapshots.of(call.request().parameter("snapshots"));
        Optional<String> known = call.request().header("If-None-Match");
        if (known.isPresent()) {
            String tag = tag(catalog.tables().revision(call.tenant(), call.table()), snapshots);
            if (matches(known.get(), tag)) {
                return HttpAnswer.bare(304, Map.of("ETag", tag));
            }
        }
        return table(catalog.tables().load(call.tenant(), call.table()), snapshots);
    }

    /// Which snapshots of a table are wanted.
    private enum Snapshots {
        ALL,
        REFS;

        static Snapshots of(Optional<String> parameter) {
            return switch (parameter.orElse("all")) {
                case "all" -> ALL;
                case "refs" -> REFS;
                default -> throw WingsException.invalid("the parameter snapshots is all or refs");
            };
        }
    }

    private static String tag(String revision, Snapshots snapshots) {
        return "\"" + revision + (snapshots == Snapshots.REFS ? ".refs" : "") + "\"";
    }

    private static boolean matches(String ifNoneMatch, String tag) {
        return Stream.of(ifNoneMatch.split(","))
                .map(String::strip)
                .map(known -> known.startsWith("W/") ? known.substring(2) : known)
                .anyMatch(known -> known.equals(tag) || known.equals("*"));
    }

    private static HttpAnswer table(Loaded loaded) {
        return table(loaded, Snapshots.ALL);
    }

    private static HttpAnswer table(Loaded loaded, Snapshots snapshots) {
        TableMetadata metadata = switch (snapshots) {
            case ALL -> loaded.metadata();
            case REFS ->
                TableMetadata.buildFrom(loaded.metadata())
                        .withMetadataLocation(loaded.metadata().metadataFileLocation())
                        .suppressHistoricalSnapshots()
                        .build();
        };
        HttpAnswer response =
                json(LoadTableResponse.builder().withTableMetadata(metadata).build());
        return new HttpAnswer(200, Map.of("ETag", tag(loaded.revision(), snapshots)), HttpAnswer.JSON, response.body());
    }

    private static HttpAnswer view(ViewMetadata metadata) {
        return json(ImmutableLoadViewResponse.builder()
                .metadata(metadata)
                .metadataLocation(String.valueOf(metadata.metadataFileLocation()))
                .build());
    }

    private static HttpAnswer existence(boolean exists) {
        return exists ? NO_CONTENT : HttpErrors.error(404, "NotFoundException", "");
    }

    private static HttpAnswer json(RESTResponse response) {
        return HttpAnswer.json(200, Json.write(response));
    }
}
