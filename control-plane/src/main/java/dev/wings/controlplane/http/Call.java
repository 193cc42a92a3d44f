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

import dev.wings.common.resource.TenantName;
import dev.wings.controlplane.paging.PageRequest;
import dev.wings.controlplane.paging.ResultPage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.BadRequestException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.rest.RESTRequest;

/// A request whose route is known.
///
/// @param variables of the route's path, decoded
record Call(TenantName tenant, Map<String, String> variables, HttpRequest request) {

    /// Divides the levels of a namespace in paths and queries.
    private static final String LEVEL_SEPARATOR = "\u001f";

    private static final int MAX_PAGE = 1_000;

    /// A client that does not ask for pages gets a list whole, if it has no more items.
    private static final int MAX_LIST = 20_000;

    <T extends RESTRequest> T body(Class<T> type) {
        return Json.read(request.body(), type);
    }

    Namespace namespace() {
        return namespace(variable("namespace"));
    }

    /// The namespace below which a list of namespaces is asked for; the root if the client names none.
    Namespace parent() {
        return request.parameter("parent")
                .filter(parent -> !parent.isEmpty())
                .map(Call::namespace)
                .orElseGet(Namespace::empty);
    }

    private static Namespace namespace(String levels) {
        return Namespace.of(levels.split(LEVEL_SEPARATOR, -1));
    }

    TableIdentifier table() {
        String table = variable("table");
        // engines look for `own.snapshots` in the table `own` of no namespace, too
        if (Objects.equals(variables.get("namespace"), "")) {
            throw new NoSuchTableException("Table does not exist: %s", table);
        }
        return TableIdentifier.of(namespace(), table);
    }

    TableIdentifier view() {
        return TableIdentifier.of(namespace(), variable("view"));
    }

    private String variable(String name) {
        String value = variables.get(name);
        if (value == null) {
            throw new IllegalStateException("not in the route's path: " + name);
        }
        if (value.isEmpty()) {
            throw new BadRequestException("A part of the path is empty: %s", name);
        }
        return value;
    }

    boolean flag(String name) {
        String value = request.parameter(name).orElse("false");
        if (!value.equalsIgnoreCase("true") && !value.equalsIgnoreCase("false")) {
            throw new BadRequestException("The parameter %s is true or false", name);
        }
        return value.equalsIgnoreCase("true");
    }

    /// Reads at most so many names that come behind a name.
    interface Names {
        List<String> read(String after, int limit);
    }

    /// The wanted part of a list: a page if the client asks for pages, else all of it.
    ///
    /// @param list names the list
    ResultPage<String> page(String list, Names names) {
        Optional<String> token = request.parameter("pageToken");
        if (token.isEmpty() && request.parameter("pageSize").isEmpty()) {
            return new ResultPage<>(all(names), "");
        }
        PageRequest page = PageRequest.parse(tenant + "/" + list, 1, pageSize(), token.orElse(""));
        return page.page(names.read(page.after(0), page.fetch()), List::of);
    }

    private int pageSize() {
        String size = request.parameter("pageSize").orElse(Integer.toString(MAX_PAGE));
        try {
            return Math.max(1, Integer.parseInt(size));
        } catch (NumberFormatException e) {
            throw new BadRequestException("The parameter pageSize is a number");
        }
    }

    private static List<String> all(Names names) {
        List<String> all = new ArrayList<>();
        while (true) {
            List<String> read = names.read(all.isEmpty() ? "" : all.getLast(), MAX_PAGE);
            all.addAll(read);
            if (read.size() < MAX_PAGE) {
                return all;
            }
            if (all.size() >= MAX_LIST) {
                throw new BadRequestException(
                        "The list is too long to be given at once, ask for pages with pageToken and pageSize");
            }
        }
    }
}
