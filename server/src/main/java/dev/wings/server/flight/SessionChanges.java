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
package dev.wings.server.flight;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.server.catalog.Catalog;
import dev.wings.server.session.SessionOptions;
import dev.wings.server.session.SessionStatement;
import dev.wings.server.session.StatementHandle;
import dev.wings.server.sql.Refusals;
import dev.wings.server.table.TableRef;
import java.util.concurrent.atomic.AtomicBoolean;

/// Runs the statements that change the session, `USE` and `SET`, whichever way they come.
///
/// A session is what its client sends back in a cookie. A client that sends no cookies has no session, and is
/// told so: the answer to a change is one row, and a client that asks for that row without the cookie is
/// refused.
final class SessionChanges {

    private final Statements statements;
    private final Catalog catalog;

    SessionChanges(Statements statements, Catalog catalog) {
        this.statements = statements;
        this.catalog = catalog;
    }

    /// Changes the caller's session, and returns the statement whose row tells of it.
    Statements.Described apply(String sql, SessionStatement change) {
        Caller caller = Caller.current();
        SessionOptions options = change.apply(caller.session());
        change.schema().ifPresent(schema -> checkExists(caller.tenant(), schema));
        // this fails if there is no such time zone
        Statements.Described told = statements.describe(told(options), options);
        caller.setSession(options);
        return new Statements.Described(told.handle().withSql(sql), told.shape());
    }

    /// Returns the statement that tells of a change which the caller has kept. Fails with PRECONDITION if it
    /// has not kept it.
    static StatementHandle told(StatementHandle changed, SessionStatement change) {
        SessionOptions kept = Caller.current().session();
        if (!change.apply(kept).equals(kept)) {
            throw notKept(changed.sql(), change);
        }
        return changed.withSql(told(kept));
    }

    /// Changes the session of a client that wants no rows for it, and has shown that it keeps cookies.
    void update(String sql) {
        SessionStatement change =
                SessionStatement.of(sql).orElseThrow(() -> Refusals.of(sql).orElseGet(SessionChanges::query));
        Caller caller = Caller.current();
        SessionOptions options = change.apply(caller.session());
        if (!caller.keepsCookies() && !options.equals(caller.session())) {
            throw notKept(sql, change);
        }
        apply(sql, change);
    }

    /// Says whether there is a time zone of this name.
    boolean isTimeZone(String name) {
        try {
            SessionOptions options = new SessionOptions(SessionOptions.DEFAULT.schema(), name);
            statements.describe(told(options), options);
            return true;
        } catch (WingsException e) {
            if (e.kind() == ErrorKind.INVALID) {
                return false;
            }
            throw e;
        }
    }

    /// Returns the query whose only row is the session.
    static String told(SessionOptions options) {
        return "SELECT '" + options.schema().replace("'", "''") + "' AS \"schema\", '"
                + options.timeZone().replace("'", "''") + "' AS timezone";
    }

    private void checkExists(String tenant, String schema) {
        if (schema.equals(TableRef.SYSTEM)) {
            return;
        }
        AtomicBoolean found = new AtomicBoolean();
        catalog.namespaces(tenant, namespace -> found.compareAndSet(false, namespace.equals(schema)));
        if (!found.get()) {
            throw WingsException.notFound("namespace does not exist: namespace=" + schema
                    + ": SHOW SCHEMAS lists those that there are, `wings namespace create` makes one");
        }
    }

    private static WingsException notKept(String sql, SessionStatement change) {
        return new WingsException(
                ErrorKind.PRECONDITION,
                "the session was not changed, since the client has not sent back the cookie that it was given: statement="
                        + sql.strip() + ": have it keep cookies, or send the header " + change.headers()
                        + " with each call");
    }

    private static WingsException query() {
        return WingsException.invalid(
                "a query is asked for its rows (CommandStatementQuery, executeQuery of JDBC), it updates nothing");
    }
}
