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

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;

/// The one place where failures of the database become ours.
final class SqlErrors {

    private SqlErrors() {}

    /// @param what was attempted, for the message
    static WingsException toWings(String what, SQLException failure) {
        ErrorKind kind = kind(failure);
        String message = switch (kind) {
            case UNAVAILABLE -> "the metadata database cannot be reached, or not now";
            case CONFLICT -> "lost against another transaction";
            default -> "the metadata database refused";
        };
        return new WingsException(kind, message + ": while=" + what + ", sql_state=" + failure.getSQLState(), failure);
    }

    /// What SQL states mean (PostgreSQL documentation, appendix A), by their class where that is enough.
    static ErrorKind kind(SQLException failure) {
        String state = failure.getSQLState();
        if (failure instanceof SQLTransientConnectionException || state == null) {
            // the pool has no connection to give; its exceptions need not carry a state
            return failure instanceof SQLTransientConnectionException ? ErrorKind.UNAVAILABLE : ErrorKind.INTERNAL;
        }
        return switch (state) {
            case "23505" -> ErrorKind.ALREADY_EXISTS;
            // serialization failure, deadlock
            case "40001", "40P01" -> ErrorKind.CONFLICT;
            // lock and statement time limits, idle in transaction, a standby that was not promoted yet
            case "55P03", "57014", "25P03", "25006" -> ErrorKind.UNAVAILABLE;
            default ->
                switch (state.substring(0, 2)) {
                    // data that no column can hold, say U+0000 in text
                    case "22" -> ErrorKind.INVALID;
                    // connection, resources, operator intervention (shutdown, crash, starting up), system errors
                    case "08", "53", "57", "58" -> ErrorKind.UNAVAILABLE;
                    default -> ErrorKind.INTERNAL;
                };
        };
    }
}
