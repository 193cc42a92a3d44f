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

import com.google.protobuf.Message;
import dev.wings.common.error.WingsException;
import java.util.List;
import java.util.function.Supplier;
import org.apache.arrow.flight.Criteria;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightEndpoint;
import org.apache.arrow.flight.FlightInfo;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.flight.sql.BasicFlightSqlProducer;
import org.apache.arrow.flight.sql.impl.FlightSql;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Schema;

/// Serves the commands of Flight SQL that ask for metadata. Their tickets are the commands themselves.
abstract class MetadataCommands extends BasicFlightSqlProducer {

    private final MetadataRoots metadata;
    private final BufferAllocator allocator;
    private final MetadataStreams streams;

    MetadataCommands(MetadataRoots metadata, BufferAllocator allocator, MetadataStreams streams) {
        this.metadata = metadata;
        this.allocator = allocator;
        this.streams = streams;
    }

    @Override
    protected <T extends Message> List<FlightEndpoint> determineEndpoints(
            T command, FlightDescriptor descriptor, Schema schema) {
        return List.of(new FlightEndpoint(new Ticket(descriptor.getCommand())));
    }

    @Override
    public final void getStreamSqlInfo(
            FlightSql.CommandGetSqlInfo command, CallContext context, ServerStreamListener listener) {
        send(() -> SqlInfos.open(command.getInfoList(), allocator), listener);
    }

    @Override
    public final void getStreamTypeInfo(
            FlightSql.CommandGetXdbcTypeInfo command, CallContext context, ServerStreamListener listener) {
        send(() -> XdbcTypes.open(command.hasDataType() ? command.getDataType() : null, allocator), listener);
    }

    @Override
    public final void getStreamCatalogs(CallContext context, ServerStreamListener listener) {
        send(metadata::openCatalogs, listener);
    }

    @Override
    public final void getStreamSchemas(
            FlightSql.CommandGetDbSchemas command, CallContext context, ServerStreamListener listener) {
        String tenant = Caller.current().tenant();
        send(() -> metadata.openSchemas(tenant, command), listener);
    }

    @Override
    public final void getStreamTables(
            FlightSql.CommandGetTables command, CallContext context, ServerStreamListener listener) {
        String tenant = Caller.current().tenant();
        send(() -> metadata.openTables(tenant, command), listener);
    }

    @Override
    public final void getStreamTableTypes(CallContext context, ServerStreamListener listener) {
        send(metadata::openTableTypes, listener);
    }

    @Override
    public final void getStreamPrimaryKeys(
            FlightSql.CommandGetPrimaryKeys command, CallContext context, ServerStreamListener listener) {
        sendNone(Schemas.GET_PRIMARY_KEYS_SCHEMA, listener);
    }

    @Override
    public final void getStreamExportedKeys(
            FlightSql.CommandGetExportedKeys command, CallContext context, ServerStreamListener listener) {
        sendNone(Schemas.GET_EXPORTED_KEYS_SCHEMA, listener);
    }

    @Override
    public final void getStreamImportedKeys(
            FlightSql.CommandGetImportedKeys command, CallContext context, ServerStreamListener listener) {
        sendNone(Schemas.GET_IMPORTED_KEYS_SCHEMA, listener);
    }

    @Override
    public final void getStreamCrossReference(
            FlightSql.CommandGetCrossReference command, CallContext context, ServerStreamListener listener) {
        sendNone(Schemas.GET_CROSS_REFERENCE_SCHEMA, listener);
    }

    /// Refuses to list flights, since an empty list would look as if there were no topics.
    @Override
    public final void listFlights(CallContext context, Criteria criteria, StreamListener<FlightInfo> listener) {
        listener.onError(FlightErrors.toFlight(WingsException.invalid(
                Requests.PORT + "; tables are listed by the command GetTables of Flight SQL, or by SHOW ALL TABLES")));
    }

    private void send(Supplier<VectorSchemaRoot> rows, ServerStreamListener listener) {
        streams.send(Caller.current().tenant(), rows, listener);
    }

    private void sendNone(Schema schema, ServerStreamListener listener) {
        send(() -> metadata.openEmpty(schema), listener);
    }
}
