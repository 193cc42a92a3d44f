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
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightInfo;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.impl.Flight.Ticket;
import org.apache.arrow.flight.sql.FlightSqlClient;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;

/// Flight SQL as any Java client speaks it.
final class SqlClient implements AutoCloseable {

    private final BufferAllocator allocator = new RootAllocator();
    private final FlightClient flight;
    private final FlightSqlClient client;

    private SqlClient(int port) {
        flight = FlightClient.builder(allocator, Location.forGrpcInsecure("127.0.0.1", port))
                .build();
        client = new FlightSqlClient(flight);
    }

    static SqlClient open(int port) {
        return new SqlClient(port);
    }

    /// Plans `sql` and returns what to fetch.
    Ticket ticket(String sql) {
        FlightInfo info = client.execute(sql);
        return Ticket.newBuilder()
                .setTicket(ByteString.copyFrom(
                        info.getEndpoints().getFirst().getTicket().getBytes()))
                .build();
    }

    /// Runs `sql` and reads all of its result; fails if it is empty.
    double seconds(String sql) throws Exception {
        long start = System.nanoTime();
        long rows = 0;
        FlightInfo info = client.execute(sql);
        try (FlightStream stream =
                client.getStream(info.getEndpoints().getFirst().getTicket())) {
            while (stream.next()) {
                rows += stream.getRoot().getRowCount();
            }
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        if (rows == 0) {
            throw new IllegalStateException("a query without a result: sql=" + sql);
        }
        return seconds;
    }

    /// Runs `sql`; the values of its rows as text.
    List<List<String>> rows(String sql) throws Exception {
        List<List<String>> rows = new ArrayList<>();
        FlightInfo info = client.execute(sql);
        try (FlightStream stream =
                client.getStream(info.getEndpoints().getFirst().getTicket())) {
            while (stream.next()) {
                for (int row = 0; row < stream.getRoot().getRowCount(); row++) {
                    List<String> values = new ArrayList<>();
                    for (FieldVector vector : stream.getRoot().getFieldVectors()) {
                        values.add(String.valueOf(vector.getObject(row)));
                    }
                    rows.add(values);
                }
            }
        }
        return rows;
    }

    @Override
    public void close() throws Exception {
        client.close();
        flight.close();
        allocator.close();
    }
}
