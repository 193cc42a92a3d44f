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
package dev.wings.controlplane.postgres;

import dev.wings.common.resource.NamespaceName;
import dev.wings.common.resource.ObjectStoreName;
import dev.wings.common.resource.TenantName;
import dev.wings.common.resource.TopicName;
import dev.wings.controlplane.cluster.ResourceErrors;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.UUID;

/// Finds the uids of names, and locks the rows on the way. It is called from the tenant down: that is the lock
/// order.
final class NameLookup {

    private NameLookup() {}

    /// How a row is locked, weakest first. Each lock keeps the row from being deleted, and has an effect of its
    /// own.
    enum Lock {
        /// The row is not locked: for those who only read.
        NONE(""),
        /// Something below the row is added, removed or changed.
        ADD_CHILD("for key share"),
        /// The log below the row changes; one transaction at a time may do that.
        CHANGE_LOG("for no key update"),
        /// The row is to be deleted; no other transaction may use it meanwhile.
        DELETE("for update");

        private final String clause;

        Lock(String clause) {
            this.clause = clause;
        }
    }

    static UUID tenant(Connection connection, TenantName name, Lock lock) throws SQLException {
        String sql = "select tenant_uid from tenants where tenant_id = ? and delete_time is null " + lock.clause;
        return uid(connection, sql, name, name.tenant());
    }

    static UUID objectStore(Connection connection, UUID tenant, ObjectStoreName name, Lock lock) throws SQLException {
        String sql = "select object_store_uid from object_stores"
                + " where tenant_uid = ? and object_store_id = ? and delete_time is null " + lock.clause;
        return uid(connection, sql, name, tenant, name.objectStore());
    }

    static UUID namespace(Connection connection, UUID tenant, NamespaceName name, Lock lock) throws SQLException {
        String sql = "select namespace_uid from namespaces"
                + " where tenant_uid = ? and namespace_id = ? and delete_time is null " + lock.clause;
        return uid(connection, sql, name, tenant, name.namespace());
    }

    static UUID topic(Connection connection, UUID namespace, TopicName name) throws SQLException {
        String sql = "select topic_uid from topics where namespace_uid = ? and topic_id = ?";
        return uid(connection, sql, name, namespace, name.topic());
    }

    private static UUID uid(Connection connection, String sql, Record name, Object... parameters) throws SQLException {
        return Sql.queryOne(connection, sql, row -> row.getObject(1, UUID.class), parameters)
                .orElseThrow(() -> ResourceErrors.notFound(name));
    }
}
