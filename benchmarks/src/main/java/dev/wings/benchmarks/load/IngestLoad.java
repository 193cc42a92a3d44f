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
package dev.wings.benchmarks.load;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.flight.impl.Flight.FlightDescriptor;
import org.apache.arrow.flight.impl.Flight.PutResult;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandStatementIngest;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandStatementIngest.TableDefinitionOptions;
import org.apache.arrow.flight.sql.impl.FlightSql.DoPutUpdateResult;

/// One bulk ingest of Flight SQL, which appends batches to a table that is there. It sends from gRPC's
/// callbacks as long as the transport is ready for more; one answer at the end tells the number of rows.
public final class IngestLoad extends ClientCall.Listener<byte[]> {

    /// As [PutStream] has it, so that the two differ in nothing but what they ask for.
    private static final int READY_BYTES = 1 << 20;

    private final ClientCall<byte[], byte[]> call;
    private final FlightMessages messages;
    private final String table;
    private final long batches;
    private final CompletableFuture<Long> rows = new CompletableFuture<>();
    private long sent;
    private boolean halfClosed;
    private long told = -1;

    private IngestLoad(ManagedChannel channel, String table, FlightMessages messages, long batches) {
        this.call = channel.newCall(RawFlight.DO_PUT, CallOptions.DEFAULT.withOnReadyThreshold(READY_BYTES));
        this.messages = messages;
        this.table = table;
        this.batches = batches;
    }

    /// Pushes so many of the messages, in turn and over and over, to a table of the schema `default`. Fails if
    /// the server tells another number of rows.
    ///
    /// @param port of a SQL server on loopback
    public static void push(int port, String table, FlightMessages messages, long batches, Duration limit)
            throws Exception {
        ManagedChannel channel = RawFlight.openChannel(port);
        try {
            IngestLoad load = new IngestLoad(channel, table, messages, batches);
            load.call.start(load, new Metadata());
            load.call.request(2);
            long rows = load.rows.get(limit.toMillis(), TimeUnit.MILLISECONDS);
            if (rows != batches * messages.rowsPerBatch()) {
                throw new IllegalStateException("an ingest of other rows than were sent: rows=" + rows + ", sent="
                        + batches * messages.rowsPerBatch());
            }
        } finally {
            channel.shutdownNow();
            channel.awaitTermination(limit.toSeconds(), TimeUnit.SECONDS);
        }
    }

    @Override
    public void onReady() {
        while (!halfClosed && call.isReady()) {
            if (sent == batches) {
                halfClosed = true;
                call.halfClose();
                return;
            }
            if (sent == 0) {
                call.sendMessage(messages.opening(command()));
            }
            call.sendMessage(
                    messages.batches().get((int) (sent % messages.batches().size())));
            sent++;
        }
    }

    private FlightDescriptor command() {
        CommandStatementIngest command = CommandStatementIngest.newBuilder()
                .setTable(table)
                .setSchema("default")
                .setTableDefinitionOptions(TableDefinitionOptions.newBuilder()
                        .setIfExists(TableDefinitionOptions.TableExistsOption.TABLE_EXISTS_OPTION_APPEND)
                        .setIfNotExist(TableDefinitionOptions.TableNotExistOption.TABLE_NOT_EXIST_OPTION_FAIL))
                .build();
        return FlightDescriptor.newBuilder()
                .setType(FlightDescriptor.DescriptorType.CMD)
                .setCmd(Any.pack(command).toByteString())
                .build();
    }

    @Override
    public void onMessage(byte[] answer) {
        try {
            told = DoPutUpdateResult.parseFrom(PutResult.parseFrom(answer).getAppMetadata())
                    .getRecordCount();
        } catch (InvalidProtocolBufferException e) {
            rows.completeExceptionally(e);
        }
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
        if (status.isOk()) {
            rows.complete(told);
        } else {
            rows.completeExceptionally(new IllegalStateException("the ingest failed: " + status, status.getCause()));
        }
    }
}
