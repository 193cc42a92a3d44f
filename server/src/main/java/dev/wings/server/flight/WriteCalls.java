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
import dev.wings.server.session.ParameterValues;
import dev.wings.server.session.StatementHandle;
import dev.wings.server.write.WriteStatement;
import dev.wings.server.write.Writes;
import java.io.IOException;
import java.util.Optional;
import org.apache.arrow.flight.sql.impl.FlightSql;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowReader;

/// Statements that change what there is. Such a statement has run when the call returns that asks for it: by DoPut,
/// which
/// is answered with the number of rows, or by GetFlightInfo, which gives a ticket for one row that tells.
final class WriteCalls {

    private final Statements statements;
    private final Writes writes;

    WriteCalls(Statements statements, Writes writes) {
        this.statements = statements;
        this.writes = writes;
    }

    /// The statement as a prepared one, if it is one.
    Optional<FlightSql.ActionCreatePreparedStatementResult> prepare(String sql) {
        StatementHandle statement = statements.statement(sql);
        return WriteStatement.of(sql, statement.schema())
                .map(write -> statements.prepare(
                        sql,
                        CallWork.run(
                                () -> writes.parameters(write, statement.tenant(), statements.ownQueries(statement))),
                        // one that has no columns is taken for an update
                        write instanceof WriteStatement.ShowCreateTable
                                ? described(sql).shape().columns()
                                : Optional.empty()));
    }

    /// Runs the statement, if it is one, and returns what tells of it.
    Optional<Statements.Described> apply(StatementHandle statement) {
        return run(statement).map(outcome -> statements.describe(told(outcome)));
    }

    /// Runs the statement, if it is one.
    Optional<Writes.Outcome> run(StatementHandle statement) {
        return WriteStatement.of(statement.sql(), statement.schema()).map(write -> {
            // fails if parameters have no values yet
            statement.request();
            return CallWork.run(() -> writes.run(write, statement.tenant(), statements.ownQueries(statement)));
        });
    }

    /// Runs the statement, which is one, for each row of parameters, and returns how many rows there are more.
    long run(StatementHandle statement, ArrowReader rows) throws IOException {
        WriteStatement write = WriteStatement.of(statement.sql(), statement.schema())
                .orElseThrow(() -> WingsException.invalid("a query has no rows of parameters to be run for"));
        Optional<Writes.Outcome> all = writes.run(write, statement.tenant(), rows);
        if (all.isPresent()) {
            return all.get().rows();
        }
        long sum = 0;
        while (rows.loadNextBatch()) {
            VectorSchemaRoot root = rows.getVectorSchemaRoot();
            for (int row = 0; row < root.getRowCount(); row++) {
                try (VectorSchemaRoot one = root.slice(row, 1)) {
                    sum += run(statement.bind(ParameterValues.ofRow(one, rows)))
                            .orElseThrow()
                            .rows();
                }
            }
        }
        return sum;
    }

    /// The shape of what tells of the statement, which does not run.
    Statements.Described described(String sql) {
        String schema = Caller.current().session().schema();
        return WriteStatement.of(sql, schema)
                .map(write -> statements.describe(told(new Writes.Outcome(0, "", Writes.Answer.of(write)))))
                .orElseGet(() -> statements.describe(sql));
    }

    private static String told(Writes.Outcome outcome) {
        String text = "'" + outcome.text().replace("'", "''") + "'";
        return switch (outcome.answer()) {
            case COUNT -> "SELECT " + outcome.rows() + "::BIGINT AS count";
            case STATUS -> "SELECT " + text + " AS status";
            case STATEMENT -> "SELECT " + text + " AS create_statement";
        };
    }
}
