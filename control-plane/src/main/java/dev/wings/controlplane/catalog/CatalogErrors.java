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
package dev.wings.controlplane.catalog;

import dev.wings.common.resource.TenantName;
import dev.wings.controlplane.lake.LakeEntry.Kind;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.ForbiddenException;
import org.apache.iceberg.exceptions.NamespaceNotEmptyException;
import org.apache.iceberg.exceptions.NoSuchNamespaceException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.exceptions.NoSuchViewException;
import org.apache.iceberg.exceptions.NoSuchWarehouseException;

/// What the catalog says in the words of the specification: clients, and the people before them, know these texts.
final class CatalogErrors {

    private CatalogErrors() {}

    static NoSuchWarehouseException noSuchWarehouse(TenantName tenant) {
        return new NoSuchWarehouseException("Warehouse does not exist: %s", tenant);
    }

    static NoSuchNamespaceException noSuchNamespace(Namespace namespace) {
        return new NoSuchNamespaceException("Namespace does not exist: %s", namespace);
    }

    static NamespaceNotEmptyException namespaceNotEmpty(Namespace namespace, String why) {
        return new NamespaceNotEmptyException("Namespace %s is not empty: %s", namespace, why);
    }

    static RuntimeException noSuch(Kind kind, TableIdentifier name) {
        return switch (kind) {
            case TABLE -> new NoSuchTableException("Table does not exist: %s", name);
            case VIEW -> new NoSuchViewException("View does not exist: %s", name);
        };
    }

    /// @param wanted what was to get the name
    /// @param holder what has it
    static AlreadyExistsException taken(Kind wanted, TableIdentifier name, Kind holder) {
        String what = label(holder);
        return wanted == holder
                ? new AlreadyExistsException("%s already exists: %s", what, name)
                : new AlreadyExistsException("%s with same name already exists: %s", what, name);
    }

    static AlreadyExistsException takenByTopic(TableIdentifier name) {
        return new AlreadyExistsException(
                "Table already exists: %s (a topic has this name: Wings makes and writes its table)", name);
    }

    static AlreadyExistsException cannotRename(TableIdentifier from, TableIdentifier to, Kind holder) {
        return new AlreadyExistsException("Cannot rename %s to %s. %s already exists", from, to, label(holder));
    }

    static ForbiddenException ofTopic(TableIdentifier name) {
        return new ForbiddenException(
                "Table %s holds the rows of a topic: it can be read, but only Wings changes it. Push rows to the topic"
                        + " to write, delete the topic to drop the table, or create a table of another name",
                name);
    }

    private static String label(Kind kind) {
        return switch (kind) {
            case TABLE -> "Table";
            case VIEW -> "View";
        };
    }
}
