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
package dev.wings.controlplane.grpc;

import com.google.protobuf.Empty;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.lake.ViewColumns;
import dev.wings.common.proto.CreateViewRequest;
import dev.wings.common.proto.DeleteViewRequest;
import dev.wings.common.proto.GetViewRequest;
import dev.wings.common.proto.ListViewsRequest;
import dev.wings.common.proto.ListViewsResponse;
import dev.wings.common.proto.View;
import dev.wings.common.proto.ViewText;
import dev.wings.common.proto.ViewsGrpc;
import dev.wings.common.resource.NamespaceName;
import dev.wings.common.resource.ResourceId;
import dev.wings.common.resource.ViewName;
import dev.wings.controlplane.catalog.CatalogViews;
import dev.wings.controlplane.catalog.IcebergCatalog;
import dev.wings.controlplane.cluster.ResourceErrors;
import dev.wings.controlplane.paging.PageRequest;
import dev.wings.controlplane.paging.ResultPage;
import io.grpc.stub.StreamObserver;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.apache.iceberg.Schema;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.BadRequestException;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.apache.iceberg.exceptions.ForbiddenException;
import org.apache.iceberg.exceptions.NoSuchNamespaceException;
import org.apache.iceberg.exceptions.NoSuchViewException;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.rest.requests.ImmutableCreateViewRequest;
import org.apache.iceberg.view.ImmutableSQLViewRepresentation;
import org.apache.iceberg.view.ImmutableViewVersion;
import org.apache.iceberg.view.SQLViewRepresentation;
import org.apache.iceberg.view.ViewMetadata;
import org.apache.iceberg.view.ViewRepresentation;
import org.apache.iceberg.view.ViewVersion;

/// The service `Views`: the views of the Iceberg catalog, for those who do not speak its protocol.
public final class ViewsService extends ViewsGrpc.ViewsImplBase {

    private static final int MAX_TEXT_LENGTH = 1 << 20;

    private final IcebergCatalog catalog;
    private final InstantSource clock;

    public ViewsService(IcebergCatalog catalog, InstantSource clock) {
        this.catalog = catalog;
        this.clock = clock;
    }

    @Override
    public void createView(CreateViewRequest request, StreamObserver<View> answer) {
        NamespaceName parent = NamespaceName.parse(request.getParent());
        ViewName name = new ViewName(parent.tenant(), parent.namespace(), request.getViewId());
        Schema schema = ViewColumns.toIceberg(request.getView().getColumnsList());
        ViewVersion version = version(name, request.getView());
        answer(answer, inCatalog(name, () -> {
            if (request.getReplace() && catalog.views().exists(name.parent().parent(), identifier(name))) {
                catalog.views().replace(name.parent().parent(), identifier(name), version, schema);
            } else {
                catalog.views()
                        .create(
                                name.parent().parent(),
                                Namespace.of(name.namespace()),
                                ImmutableCreateViewRequest.builder()
                                        .name(name.view())
                                        .schema(schema)
                                        .viewVersion(version)
                                        .build());
            }
            return view(name, "");
        }));
    }

    private ViewVersion version(ViewName name, View view) {
        if (view.getTextsCount() == 0) {
            throw WingsException.invalid("a view has a text at least: view=" + name);
        }
        ImmutableViewVersion.Builder version = ImmutableViewVersion.builder()
                .versionId(1)
                .schemaId(0)
                .timestampMillis(clock.millis())
                .putSummary("engine-name", "wings")
                .defaultNamespace(
                        view.getDefaultNamespace().isEmpty()
                                ? Namespace.empty()
                                : Namespace.of(view.getDefaultNamespace()));
        for (ViewText text : view.getTextsList()) {
            if (text.getDialect().isBlank()
                    || text.getSql().isBlank()
                    || text.getSql().length() > MAX_TEXT_LENGTH) {
                throw WingsException.invalid("a text of a view has a dialect and at most " + MAX_TEXT_LENGTH
                        + " characters of SQL: view=" + name);
            }
            version.addRepresentations(ImmutableSQLViewRepresentation.builder()
                    .dialect(text.getDialect())
                    .sql(text.getSql())
                    .build());
        }
        return version.build();
    }

    @Override
    public void getView(GetViewRequest request, StreamObserver<View> answer) {
        ViewName name = ViewName.parse(request.getName());
        answer(answer, inCatalog(name, () -> view(name, request.getEtag())));
    }

    private View view(ViewName name, String known) {
        CatalogViews.Found found = catalog.views().find(name.parent().parent(), identifier(name), known);
        View.Builder view = View.newBuilder().setName(name.toString()).setEtag(found.tag());
        found.metadata().ifPresent(metadata -> describe(metadata, view));
        return view.build();
    }

    private static void describe(ViewMetadata metadata, View.Builder view) {
        ViewVersion version = metadata.currentVersion();
        for (ViewRepresentation representation : version.representations()) {
            if (representation instanceof SQLViewRepresentation text) {
                view.addTexts(ViewText.newBuilder()
                        .setDialect(text.dialect().toLowerCase(Locale.ROOT))
                        .setSql(text.sql()));
            }
        }
        view.addAllColumns(ViewColumns.of(metadata.schema()));
        Namespace home = version.defaultNamespace();
        if (home != null && !home.isEmpty()) {
            view.setDefaultNamespace(home.toString());
        }
    }

    @Override
    public void listViews(ListViewsRequest request, StreamObserver<ListViewsResponse> answer) {
        NamespaceName parent = NamespaceName.parse(request.getParent());
        PageRequest page = PageRequest.parse(parent + "/views", 1, request.getPageSize(), request.getPageToken());
        List<String> found = inCatalog(
                parent,
                parent.tenant(),
                () -> catalog.views()
                        .list(parent.parent(), Namespace.of(parent.namespace()), page.after(0), page.fetch()));
        ResultPage<String> names = page.page(found, List::of);
        ListViewsResponse.Builder response = ListViewsResponse.newBuilder().setNextPageToken(names.nextToken());
        names.items().stream()
                .filter(ResourceId::isLegal)
                .forEach(name -> response.addViews(
                        View.newBuilder().setName(new ViewName(parent.tenant(), parent.namespace(), name).toString())));
        answer(answer, response.build());
    }

    @Override
    public void deleteView(DeleteViewRequest request, StreamObserver<Empty> answer) {
        ViewName name = ViewName.parse(request.getName());
        answer(answer, inCatalog(name, () -> {
            catalog.views().drop(name.parent().parent(), identifier(name));
            return Empty.getDefaultInstance();
        }));
    }

    private static TableIdentifier identifier(ViewName name) {
        return TableIdentifier.of(name.namespace(), name.view());
    }

    private <T> T inCatalog(ViewName name, Supplier<T> work) {
        return inCatalog(name, name.tenant(), work);
    }

    /// Works in the catalog for a tenant, whose exceptions become ours.
    ///
    /// @param name what the work is about
    private <T> T inCatalog(Record name, String tenant, Supplier<T> work) {
        List<T> result = new ArrayList<>(1);
        try {
            catalog.memory().during(tenant, () -> result.add(work.get()));
        } catch (NoSuchNamespaceException | NoSuchViewException e) {
            boolean namespace = e instanceof NoSuchNamespaceException && name instanceof ViewName;
            throw ResourceErrors.notFound(namespace ? ((ViewName) name).parent() : name);
        } catch (AlreadyExistsException e) {
            throw ResourceErrors.alreadyExists(name);
        } catch (CommitStateUnknownException e) {
            throw WingsException.unavailable("it is not known whether the view was changed: name=" + name, e);
        } catch (CommitFailedException e) {
            throw new WingsException(ErrorKind.CONFLICT, "the view is being changed by another: name=" + name, e);
        } catch (ForbiddenException e) {
            throw new WingsException(ErrorKind.FORBIDDEN, String.valueOf(e.getMessage()), e);
        } catch (BadRequestException | ValidationException | IllegalArgumentException e) {
            throw new WingsException(ErrorKind.INVALID, String.valueOf(e.getMessage()), e);
        }
        return result.getFirst();
    }

    private static <A> void answer(StreamObserver<A> observer, A answer) {
        observer.onNext(answer);
        observer.onCompleted();
    }
}
