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

import dev.wings.common.error.WingsException;
import dev.wings.common.rpc.ActingTenant;
import dev.wings.common.time.Scheduler;
import dev.wings.server.run.ResultSink;
import dev.wings.server.session.SessionOptions;
import dev.wings.server.session.SessionStatement;
import dev.wings.server.session.StatementHandle;
import dev.wings.server.write.WriteStatement;
import dev.wings.server.write.Writes;
import io.grpc.Context;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.arrow.vector.types.pojo.Field;
import org.jspecify.annotations.Nullable;

/// Runs statements from their text to their last row while the calling thread waits: for doors other than
/// Flight, with the same rules and limits.
public final class StatementRunner {

    private final Statements statements;
    private final WriteCalls writes;

    StatementRunner(Statements statements, WriteCalls writes) {
        this.statements = statements;
        this.writes = writes;
    }

    /// Has the values of a statement's parameters.
    public interface ParameterSource {
        /// Returns the values in order, see [dev.wings.common.duckdb.Statement#bind]. Fails with INVALID for
        /// what they cannot be.
        ///
        /// @param parameters the parameters of the statement, with the types that it expects
        List<@Nullable Object> values(List<Field> parameters);
    }

    /// Runs a statement. Returns what it has changed, or nothing if it is a query, whose rows are given to a
    /// sink. If the calling thread is interrupted, the statement ends soon, and this fails with CANCELLED at
    /// once.
    ///
    /// @param session where the statement runs; it cannot change it
    /// @param sink makes what takes the rows, on another thread; it is given what it has to call when it waits
    ///     for the client, and cancels what that returns when the client takes rows again
    public Optional<Writes.Outcome> run(
            dev.wings.common.rpc.Caller caller,
            SessionOptions session,
            String sql,
            ParameterSource parameters,
            Function<Supplier<Scheduler.Timer>, ResultSink> sink) {
        if (SessionStatement.of(sql).isPresent()) {
            throw WingsException.invalid(
                    "a request is a session of its own, which no statement changes: name the schema"
                            + " and the time zone in the request, with schema and timezone");
        }
        Context acting =
                ActingTenant.context(caller.tenant()).withValue(Caller.KEY, new Caller(caller, session, false));
        Context before = acting.attach();
        try {
            if (WriteStatement.mayBe(sql)) {
                StatementHandle statement = statements.statement(sql);
                Optional<Writes.Outcome> outcome = writes.run(statement, fields -> parameters.values(fields));
                if (outcome.isPresent()) {
                    return outcome;
                }
            }
            Statements.Described query = statements.announce(sql);
            statements.runHere(
                    query.handle()
                            .bind(parameters.values(query.shape().parameters()))
                            .request(),
                    sink);
            return Optional.empty();
        } finally {
            acting.detach(before);
        }
    }
}
