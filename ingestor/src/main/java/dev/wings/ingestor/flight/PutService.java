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
package dev.wings.ingestor.flight;

import dev.wings.common.error.GrpcErrors;
import dev.wings.common.error.WingsException;
import dev.wings.common.fair.FairPlaces;
import dev.wings.common.fair.KnownTenants;
import dev.wings.common.rpc.AbsentMethods;
import dev.wings.common.rpc.Caller;
import dev.wings.common.rpc.UserTokens;
import dev.wings.common.time.Scheduler;
import dev.wings.ingestor.budget.MemoryBudget;
import dev.wings.ingestor.intake.Intake;
import dev.wings.ingestor.intake.IntakeMetrics;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServerStreamTracer;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.arrow.flight.impl.Flight;
import org.apache.arrow.flight.impl.FlightServiceGrpc;
import org.apache.arrow.memory.BufferAllocator;

/// Arrow Flight's `DoPut`, the handshake of clients with a user and a password, and nothing else of Flight: clients get
/// UNIMPLEMENTED for the other methods, and are told where those are.
public final class PutService {

    /// How much larger than a batch its message may be.
    private static final int MESSAGE_OVERHEAD_BYTES = 1 << 20;

    private static final Duration MAX_SWEEP_TIME = Duration.ofSeconds(30);

    /// How long a stream may take to send its first message.
    private static final Duration TIME_TO_BEGIN = Duration.ofMinutes(1);

    private final Intake intake;
    private final MemoryBudget budget;
    private final Limits limits;
    private final IntakeMetrics metrics;
    private final MethodDescriptor<PutMessage, Flight.PutResult> doPut;

    private final KnownTenants tenants;
    private final Scheduler scheduler;
    private final FairPlaces places;
    private final Duration sweepTime;
    private final Set<PutStream> streams = ConcurrentHashMap.newKeySet();
    private volatile boolean draining;

    /// @param maxBatchBytes a larger message ends its stream
    /// @param maxStreams how many may be open at once, shared by the tenants
    /// @param idleTime a stream whose client neither sends nor takes anything for so long is ended
    public record Limits(int maxBatchBytes, int maxStreams, Duration idleTime) {}

    public PutService(
            Intake intake,
            MemoryBudget budget,
            BufferAllocator allocator,
            Limits limits,
            KnownTenants tenants,
            Scheduler scheduler,
            IntakeMetrics metrics,
            MeterRegistry registry) {
        this.intake = intake;
        this.tenants = tenants;
        this.scheduler = scheduler;
        this.places = new FairPlaces("streams", limits.maxStreams());
        this.sweepTime = limits.idleTime().dividedBy(4).compareTo(MAX_SWEEP_TIME) < 0
                ? limits.idleTime().dividedBy(4)
                : MAX_SWEEP_TIME;
        this.budget = budget;
        this.limits = limits;
        this.metrics = metrics;
        Gauge.builder("wings.ingestor.streams", streams, Collection::size)
                .description("DoPut calls that are open")
                .register(registry);
        this.doPut = FlightServiceGrpc.getDoPutMethod().toBuilder(
                        new PutMarshaller(allocator, maxMessageBytes(limits)),
                        FlightServiceGrpc.getDoPutMethod().getResponseMarshaller())
                .build();
        sweepLater();
    }

    private void sweepLater() {
        scheduler.schedule(sweepTime, () -> {
            streams.forEach(stream -> stream.sweep(sweeps(TIME_TO_BEGIN), sweeps(limits.idleTime())));
            if (!draining) {
                sweepLater();
            }
        });
    }

    /// How many sweeps make up a time, rounded up; the first may come at once.
    private int sweeps(Duration time) {
        long atMost = Math.min(time.toNanos(), limits.idleTime().toNanos());
        return Math.toIntExact(Math.ceilDiv(atMost, sweepTime.toNanos()));
    }

    /// What a gRPC server serves, along with [#tracer].
    public ServerServiceDefinition definition() {
        ServiceDescriptor descriptor = ServiceDescriptor.newBuilder(FlightServiceGrpc.SERVICE_NAME)
                // this is what reflection shows
                .setSchemaDescriptor(FlightServiceGrpc.getServiceDescriptor().getSchemaDescriptor())
                .addMethod(doPut)
                .addMethod(FlightServiceGrpc.getHandshakeMethod())
                .build();
        ServerServiceDefinition served = ServerServiceDefinition.builder(descriptor)
                .addMethod(doPut, this::open)
                .addMethod(UserTokens.handshake())
                .build();
        return AbsentMethods.explained(
                ServerInterceptors.intercept(served, UserTokens.interceptor()),
                FlightServiceGrpc.getServiceDescriptor(),
                PutTarget.PORT);
    }

    /// Lets the service see how large messages are while they come in. The server's own limit must be above ours.
    public ServerStreamTracer.Factory tracer() {
        return PutTracer.factory(budget, maxMessageBytes(limits), doPut.getFullMethodName());
    }

    /// The longest message: a batch, its flatbuffer, its metadata and the framing.
    private static int maxMessageBytes(Limits limits) {
        return Math.addExact(limits.maxBatchBytes(), MESSAGE_OVERHEAD_BYTES);
    }

    /// Takes no more batches: open streams end when what they sent is answered, new ones are refused.
    public void drain() {
        draining = true;
        streams.forEach(PutStream::drain);
    }

    private ServerCall.Listener<PutMessage> open(ServerCall<PutMessage, Flight.PutResult> call, Metadata headers) {
        FairPlaces.Place place;
        PutTracer tracer = PutTracer.CURRENT.get();
        try {
            String tenant = Caller.of(headers).tenant();
            // This way a name that somebody has made up gets no share.
            tenants.check(tenant);
            place = places.tryAcquire(tenant)
                    .orElseThrow(() -> WingsException.exhausted("too many streams are open: limit="
                            + limits.maxStreams() + ", limit_of_one_tenant=" + places.most()));
            tracer.account().joinTenant(tenant);
        } catch (WingsException e) {
            return refuse(call, GrpcErrors.toStatus(e).getStatus());
        }
        PutStream stream = new PutStream(call, headers, tracer, place, this);
        streams.add(stream);
        if (draining) {
            // The stream was added before this is read: either drain() sees the stream, or the stream sees
            // drain().
            stream.drain();
        }
        stream.start();
        return stream;
    }

    private static ServerCall.Listener<PutMessage> refuse(
            ServerCall<PutMessage, Flight.PutResult> call, Status status) {
        call.close(status, new Metadata());
        return new ServerCall.Listener<>() {};
    }

    void onOver(PutStream stream) {
        streams.remove(stream);
    }

    Intake intake() {
        return intake;
    }

    IntakeMetrics metrics() {
        return metrics;
    }
}
