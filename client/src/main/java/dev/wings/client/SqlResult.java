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
package dev.wings.client;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.apache.arrow.flight.FlightEndpoint;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/// The rows of one query as they arrive. One thread reads; any may cancel. The caller closes it.
public final class SqlResult implements AutoCloseable {

    private final FlightConnection connection;
    private final Deque<FlightEndpoint> endpoints;
    private FlightStream stream;
    private volatile boolean cancelled;

    /// Opens the first stream.
    SqlResult(FlightConnection connection, List<FlightEndpoint> endpoints) {
        this.connection = connection;
        this.endpoints = new ArrayDeque<>(endpoints);
        if (endpoints.isEmpty()) {
            throw new WingsException(ErrorKind.INTERNAL, "the server's answer names no place to read rows from");
        }
        this.stream = openNext();
    }

    /// The columns. Waits for the query to start.
    public Schema schema() {
        try {
            return stream.getSchema();
        } catch (FlightRuntimeException e) {
            throw failure(e);
        }
    }

    /// Moves to the next batch of rows, if there is one.
    public boolean next() {
        try {
            while (!stream.next()) {
                if (endpoints.isEmpty()) {
                    return false;
                }
                close();
                stream = openNext();
            }
            return true;
        } catch (FlightRuntimeException e) {
            throw failure(e);
        }
    }

    /// The rows of the current batch, valid until the next call of [#next].
    public VectorSchemaRoot rows() {
        return stream.getRoot();
    }

    /// Ends the query at the server; whoever reads sees it fail with CANCELLED.
    public void cancel() {
        cancelled = true;
        stream.cancel("cancelled by the user", null);
    }

    @Override
    public void close() {
        try {
            stream.close();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new WingsException(ErrorKind.INTERNAL, "the result does not close", e);
        }
    }

    private FlightStream openNext() {
        return connection.client().getStream(endpoints.removeFirst().getTicket(), connection.options());
    }

    private WingsException failure(FlightRuntimeException failed) {
        @Nullable Throwable cause = failed;
        return cancelled
                ? new WingsException(ErrorKind.CANCELLED, "the query was cancelled", cause)
                : connection.endpoint().failure(failed);
    }
}
