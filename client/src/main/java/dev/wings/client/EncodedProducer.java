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

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.proto.IngestResponse;
import dev.wings.common.rpc.Caller;
import dev.wings.common.schema.OnError;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.apache.arrow.flight.impl.Flight;
import org.apache.arrow.flight.impl.FlightServiceGrpc;
import org.jspecify.annotations.Nullable;

/// Pushes batches that somebody else has encoded, as messages of Flight, to one topic: they are passed on as
/// they are, without a look at their columns. One thread at a time sends; nothing blocks: [#isReady] tells
/// whether the network takes more, and [Listener#onReady] when it does again.
public final class EncodedProducer implements AutoCloseable {

    private static final Metadata.Key<String> TENANT = Metadata.Key.of(Caller.HEADER, Metadata.ASCII_STRING_MARSHALLER);

    private static final Metadata.Key<String> ON_ERROR =
            Metadata.Key.of(OnError.HEADER, Metadata.ASCII_STRING_MARSHALLER);

    private static final MethodDescriptor<InputStream, Flight.PutResult> DO_PUT =
            FlightServiceGrpc.getDoPutMethod().toBuilder(
                            new Encoded(), FlightServiceGrpc.getDoPutMethod().getResponseMarshaller())
                    .build();

    /// Is told what becomes of the stream, one call at a time.
    public interface Listener {

        /// The network takes more.
        void onReady();

        /// The answer to a batch, in the order of the batches.
        void onAnswer(IngestResponse answer);

        /// The stream is over: all batches are answered if there is no failure.
        void onEnd(Optional<WingsException> failure);
    }

    private final ManagedChannel channel;
    private final ClientCall<InputStream, Flight.PutResult> call;

    private EncodedProducer(ManagedChannel channel, ClientCall<InputStream, Flight.PutResult> call) {
        this.channel = channel;
        this.call = call;
    }

    /// Opens a stream over a connection of its own. Its batches are taken as a whole or not at all.
    ///
    /// @param topic a full name
    /// @param schema of the batches: the header of the message of Arrow that tells it
    /// @param executor runs what the listener does
    public static EncodedProducer open(
            Endpoint endpoint, String topic, ByteString schema, Executor executor, Listener listener) {
        // a message can be read once only, so that none is sent a second time by gRPC
        ManagedChannel channel =
                FlightConnection.builder(endpoint.address()).disableRetry().build();
        ClientCall<InputStream, Flight.PutResult> call =
                channel.newCall(DO_PUT, CallOptions.DEFAULT.withExecutor(executor));
        Metadata headers = new Metadata();
        headers.put(TENANT, endpoint.tenant());
        headers.put(ON_ERROR, OnError.REJECT.toString());
        byte[] first = Flight.FlightData.newBuilder()
                .setFlightDescriptor(Flight.FlightDescriptor.newBuilder()
                        .setType(Flight.FlightDescriptor.DescriptorType.PATH)
                        .addPath(topic))
                .setDataHeader(schema)
                .build()
                .toByteArray();
        try {
            call.start(new Answers(endpoint, call, listener), headers);
            call.request(1);
            call.sendMessage(new ByteArrayInputStream(first));
        } catch (RuntimeException | Error e) {
            channel.shutdownNow();
            throw e;
        }
        return new EncodedProducer(channel, call);
    }

    /// Sends one message, `FlightData` in the form that it has on the wire. It has been read when this returns.
    ///
    /// @param message one whose length is known
    public void send(InputStream message) {
        call.sendMessage(message);
    }

    /// Whether the network takes more at once.
    public boolean isReady() {
        return call.isReady();
    }

    /// Says that no more batches come.
    public void finish() {
        call.halfClose();
    }

    /// Ends the stream if it is not over; the listener is told of it. Batches without an answer may be stored
    /// or not.
    @Override
    public void close() {
        call.cancel("the push was given up", null);
        channel.shutdown();
    }

    private static final class Encoded implements MethodDescriptor.Marshaller<InputStream> {

        @Override
        public InputStream stream(InputStream message) {
            return message;
        }

        @Override
        public InputStream parse(InputStream stream) {
            throw new UnsupportedOperationException("messages of this type are only sent");
        }
    }

    private static final class Answers extends ClientCall.Listener<Flight.PutResult> {

        private final Endpoint endpoint;
        private final ClientCall<InputStream, Flight.PutResult> call;
        private final Listener listener;
        private @Nullable WingsException failure;

        Answers(Endpoint endpoint, ClientCall<InputStream, Flight.PutResult> call, Listener listener) {
            this.endpoint = endpoint;
            this.call = call;
            this.listener = listener;
        }

        @Override
        public void onReady() {
            listener.onReady();
        }

        @Override
        public void onMessage(Flight.PutResult result) {
            try {
                listener.onAnswer(IngestResponse.parseFrom(result.getAppMetadata()));
                call.request(1);
            } catch (InvalidProtocolBufferException e) {
                failure = new WingsException(ErrorKind.INTERNAL, "the ingestor's answer cannot be understood", e);
                call.cancel("an answer that cannot be understood", e);
            }
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            if (failure == null && !status.isOk()) {
                failure = endpoint.failure(new StatusRuntimeException(status, trailers));
            }
            listener.onEnd(Optional.ofNullable(failure));
        }
    }
}
