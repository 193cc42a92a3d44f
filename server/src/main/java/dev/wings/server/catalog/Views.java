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
package dev.wings.server.catalog;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.proto.CreateViewRequest;
import dev.wings.common.proto.DeleteViewRequest;
import dev.wings.common.proto.GetViewRequest;
import dev.wings.common.proto.ListViewsRequest;
import dev.wings.common.proto.ListViewsResponse;
import dev.wings.common.proto.View;
import dev.wings.common.proto.ViewColumn;
import dev.wings.common.proto.ViewText;
import dev.wings.common.proto.ViewsGrpc;
import dev.wings.common.resource.NamespaceName;
import dev.wings.common.resource.ViewName;
import dev.wings.common.rpc.Retries;
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TypeText;
import dev.wings.server.table.SqlColumn;
import dev.wings.server.table.SqlView;
import dev.wings.server.table.TopicTable;
import io.grpc.Channel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/// The views of the control plane, which is asked for each as often as it is used: a replaced view is used at
/// once. Only what has not changed since is not sent again.
///
/// Safe for use by many threads. Failures are those of the control plane.
public final class Views {

    /// The dialect of SQL that is spoken here.
    public static final String DIALECT = "duckdb";

    private static final int PAGE_SIZE = 1000;

    /// How many views are remembered, and how long the text of one is at most.
    private static final int MAX_KNOWN = 1000;

    private static final int MAX_KNOWN_LENGTH = 32 << 10;

    private final ViewsGrpc.ViewsBlockingStub views;
    private final Retries calls;
    private final Map<ViewName, View> known = Collections.synchronizedMap(new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<ViewName, View> eldest) {
            return size() > MAX_KNOWN;
        }
    });

    public Views(Channel controlPlane, Retries calls) {
        this.views = ViewsGrpc.newBlockingStub(controlPlane);
        this.calls = calls;
    }

    /// The view of this name, if there is one. Fails with INVALID for a view of another engine that cannot be
    /// used here.
    public Optional<SqlView> find(ViewName name) {
        return load(name).map(view -> new SqlView(name, view.getEtag(), text(name, view), columns(view)));
    }

    /// Whether there is a view of this name, whoever can use it.
    public boolean exists(ViewName name) {
        return load(name).isPresent();
    }

    private Optional<View> load(ViewName name) {
        View last = known.get(name);
        GetViewRequest request = GetViewRequest.newBuilder()
                .setName(name.toString())
                .setEtag(last == null ? "" : last.getEtag())
                .build();
        View now;
        try {
            now = calls.idempotent(() -> views.getView(request));
        } catch (WingsException e) {
            if (e.kind() == ErrorKind.NOT_FOUND) {
                known.remove(name);
                return Optional.empty();
            }
            throw e;
        }
        if (last != null && now.getEtag().equals(last.getEtag())) {
            return Optional.of(last);
        }
        if (now.getSerializedSize() <= MAX_KNOWN_LENGTH) {
            known.put(name, now);
        } else {
            known.remove(name);
        }
        return Optional.of(now);
    }

    private static String text(ViewName name, View view) {
        boolean elsewhere = !view.getDefaultNamespace().isEmpty()
                && !view.getDefaultNamespace().equals(name.namespace());
        if (elsewhere) {
            throw WingsException.invalid("this view was made by another engine, and names tables of another namespace"
                    + " than its own: view=" + shown(name) + ", default_namespace=" + view.getDefaultNamespace());
        }
        return view.getTextsList().stream()
                .filter(text -> text.getDialect().equals(DIALECT))
                .map(ViewText::getSql)
                .findFirst()
                .orElseThrow(() -> WingsException.invalid(
                        "this view was made by another engine, in its dialect of SQL: view=" + shown(name)
                                + ", dialects="
                                + view.getTextsList().stream()
                                        .map(ViewText::getDialect)
                                        .collect(Collectors.joining(", "))
                                + ", expected=" + DIALECT));
    }

    private static String shown(ViewName name) {
        return name.namespace() + "." + name.view();
    }

    private static List<SqlColumn> columns(View view) {
        List<SqlColumn> columns = new ArrayList<>();
        for (ViewColumn column : view.getColumnsList()) {
            columns.add(TopicTable.column(new TopicField(
                    columns.size() + 1,
                    column.getName(),
                    column.getRequired(),
                    TypeText.parse(column.getType()),
                    column.getDoc())));
        }
        return columns;
    }

    /// Shows the names of the views of a namespace, ordered.
    public void names(NamespaceName namespace, Consumer<ViewName> consumer) {
        String token = "";
        do {
            ListViewsRequest request = ListViewsRequest.newBuilder()
                    .setParent(namespace.toString())
                    .setPageSize(PAGE_SIZE)
                    .setPageToken(token)
                    .build();
            ListViewsResponse page = calls.idempotent(() -> views.listViews(request));
            page.getViewsList().forEach(view -> consumer.accept(ViewName.parse(view.getName())));
            token = page.getNextPageToken();
        } while (!token.isEmpty());
    }

    /// The columns of a view, as they were when it was made; none if it is gone.
    public List<SqlColumn> columns(ViewName name) {
        return load(name).map(Views::columns).orElse(List.of());
    }

    /// The query of a view; null to those who ask for one that is in another engine's words, or gone.
    public Optional<String> definition(ViewName name) {
        return load(name)
                .flatMap(view -> view.getTextsList().stream()
                        .filter(text -> text.getDialect().equals(DIALECT))
                        .map(ViewText::getSql)
                        .findFirst());
    }

    /// Makes a view, or replaces it. Fails with ALREADY_EXISTS.
    ///
    /// @param columns of the result
    public void create(ViewName name, String sql, List<ViewColumn> columns, boolean replace) {
        CreateViewRequest request = CreateViewRequest.newBuilder()
                .setParent(name.parent().toString())
                .setViewId(name.view())
                .setReplace(replace)
                .setView(View.newBuilder()
                        .addTexts(ViewText.newBuilder().setDialect(DIALECT).setSql(sql))
                        .addAllColumns(columns)
                        .setDefaultNamespace(name.namespace()))
                .build();
        Retries.once(() -> views.createView(request));
    }

    /// Deletes a view; whether it was there.
    public boolean delete(ViewName name) {
        try {
            Retries.once(() -> views.deleteView(
                    DeleteViewRequest.newBuilder().setName(name.toString()).build()));
            return true;
        } catch (WingsException e) {
            if (e.kind() == ErrorKind.NOT_FOUND) {
                return false;
            }
            throw e;
        }
    }
}
