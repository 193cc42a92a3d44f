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
package dev.wings.benchmarks.figures;

import com.google.protobuf.ByteString;
import dev.wings.client.Address;
import dev.wings.client.Endpoint;
import dev.wings.client.SqlResult;
import dev.wings.client.SqlSession;
import dev.wings.common.resource.ResourceId;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.flight.FlightInfo;
import org.apache.arrow.flight.impl.Flight.Ticket;
import org.apache.arrow.flight.sql.FlightSqlClient;
import org.apache.arrow.vector.FieldVector;

/// Flight SQL as any Java client speaks it.
final class SqlClient implements AutoCloseable {

    private final SqlSession session;

    private SqlClient(SqlSession session) {
        this.session = session;
    }

    static SqlClient open(int port) {
        return new SqlClient(
                SqlSession.open(Endpoint.of(new Address("SQL server", "127.0.0.1", port), ResourceId.DEFAULT)));
    }

    /// Plans `sql` and returns what to fetch.
    Ticket ticket(String sql) {
        FlightInfo info = new FlightSqlClient(session.connection().client())
                .execute(sql, session.connection().options());
        return Ticket.newBuilder()
                .setTicket(ByteString.copyFrom(
                        info.getEndpoints().getFirst().getTicket().getBytes()))
                .build();
    }

    /// Runs `sql` and reads all of its result; fails if it is empty.
    double seconds(String sql) {
        long start = System.nanoTime();
        long rows = 0;
        try (SqlResult result = session.query(sql)) {
            while (result.next()) {
                rows += result.rows().getRowCount();
            }
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        if (rows == 0) {
            throw new IllegalStateException("a query without a result: sql=" + sql);
        }
        return seconds;
    }

    /// Runs `sql`; the values of its rows as text.
    List<List<String>> rows(String sql) {
        List<List<String>> rows = new ArrayList<>();
        try (SqlResult result = session.query(sql)) {
            while (result.next()) {
                for (int row = 0; row < result.rows().getRowCount(); row++) {
                    List<String> values = new ArrayList<>();
                    for (FieldVector vector : result.rows().getFieldVectors()) {
                        values.add(String.valueOf(vector.getObject(row)));
                    }
                    rows.add(values);
                }
            }
        }
        return rows;
    }

    @Override
    public void close() {
        session.close();
    }
}
