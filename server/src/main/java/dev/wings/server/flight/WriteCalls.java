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
import java.util.List;
import java.util.Optional;
import org.apache.arrow.flight.sql.impl.FlightSql;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.types.pojo.Field;

/// Runs statements that change schemas, tables or rows. Such a statement has run when the call that asks for it
/// returns: DoPut, which is answered with the number of rows, or GetFlightInfo, which gives a ticket for one
/// row that tells of it.
final class WriteCalls {

    private final Statements statements;
    private final Writes writes;

    WriteCalls(Statements statements, Writes writes) {
        this.statements = statements;
        this.writes = writes;
    }

    /// Prepares the statement, if it is such a one.
    Optional<FlightSql.ActionCreatePreparedStatementResult> prepare(String sql) {
        StatementHandle statement = statements.statement(sql);
        return WriteStatement.of(sql, statement.schema())
                .map(write -> statements.prepare(
                        sql,
                        CallWork.run(
                                () -> writes.parameters(write, statement.tenant(), statements.ownQueries(statement))),
                        // clients take a statement without columns for an update
                        write instanceof WriteStatement.ShowCreateTable
                                ? described(sql).shape().columns()
                                : Optional.empty()));
    }

    /// Runs the statement, if it is such a one, and returns the query that tells of it.
    Optional<Statements.Described> apply(StatementHandle statement) {
        return run(statement).map(outcome -> statements.describe(told(outcome)));
    }

    /// Runs the statement, if it is such a one.
    Optional<Writes.Outcome> run(StatementHandle statement) {
        return WriteStatement.of(statement.sql(), statement.schema()).map(write -> {
            // this fails if parameters have no values yet
            statement.request();
            return CallWork.run(() -> writes.run(write, statement.tenant(), statements.ownQueries(statement)));
        });
    }

    /// Runs the statement with these values for its parameters, if it is such a one.
    Optional<Writes.Outcome> run(StatementHandle statement, StatementRunner.ParameterSource parameters) {
        return WriteStatement.of(statement.sql(), statement.schema()).map(write -> {
            List<Field> expected = writes.parameters(write, statement.tenant(), statements.ownQueries(statement));
            StatementHandle bound = statement.withParameters(parameters.values(expected), expected.size());
            // this fails if parameters have no values
            bound.request();
            return writes.run(write, bound.tenant(), statements.ownQueries(bound));
        });
    }

    /// Runs the statement, which must be such a one, for each row of parameters, and returns how many rows
    /// there are more.
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

    /// Returns the shape of the row that tells of the statement, without running it.
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
