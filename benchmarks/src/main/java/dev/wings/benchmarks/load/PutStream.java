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

import com.google.protobuf.InvalidProtocolBufferException;
import dev.wings.common.proto.IngestResponse;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;
import org.apache.arrow.flight.impl.Flight.PutResult;

/// One DoPut. Without a pace it sends from gRPC's callbacks as long as the transport is ready for more. With
/// one it sends from a thread of its own, each batch at its time, and latency counts from that time even if the
/// batch had to wait.
final class PutStream extends ClientCall.Listener<byte[]> {

    /// How many bytes may wait in the client for the wire: enough that the wire never waits for the client.
    private static final int READY_BYTES = 1 << 20;

    private static final long READY_CHECK_NANOS = 100_000;
    private static final int ANSWERS_ASKED = 1 << 20;

    private final ClientCall<byte[], byte[]> call;
    private final PutPlan plan;
    private final int number;
    private final Queue<Long> sentNanos = new ConcurrentLinkedQueue<>();
    private final Recorder ackNanos = new Recorder(3);
    private final CompletableFuture<Status> done = new CompletableFuture<>();
    private volatile boolean stopping;
    private final AtomicLong acknowledged = new AtomicLong();
    private long sent;
    private boolean halfClosed;

    PutStream(ManagedChannel channel, PutPlan plan, int number) {
        this.call = channel.newCall(RawFlight.DO_PUT, CallOptions.DEFAULT.withOnReadyThreshold(READY_BYTES));
        this.plan = plan;
        this.number = number;
    }

    void start() {
        call.start(this, new Metadata());
        call.request(ANSWERS_ASKED);
        plan.interval()
                .ifPresent(interval ->
                        Thread.ofPlatform().name("paced-put-" + number).daemon().start(() -> sendPaced(interval)));
    }

    long acknowledged() {
        return acknowledged.get();
    }

    /// Latencies since the last call, in nanoseconds.
    Histogram takeLatencies() {
        return ackNanos.getIntervalHistogram();
    }

    boolean isDone() {
        return done.isDone();
    }

    /// Sends nothing more; returns when all that was sent has been answered.
    void finish(Duration limit) throws Exception {
        stopping = true;
        await(limit);
    }

    /// Waits until all batches of a plan with an end are acknowledged.
    void await(Duration limit) throws Exception {
        Status status = done.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        if (!status.isOk()) {
            throw new IllegalStateException("DoPut failed: " + status, status.getCause());
        }
    }

    @Override
    public void onReady() {
        if (plan.interval().isEmpty()) {
            sendWhileReady();
        }
    }

    @Override
    public void onMessage(byte[] answer) {
        long now = System.nanoTime();
        Long sentAt = sentNanos.poll();
        if (sentAt == null) {
            fail("an answer more than there were batches");
            return;
        }
        ackNanos.recordValue(now - sentAt);
        try {
            IngestResponse response =
                    IngestResponse.parseFrom(PutResult.parseFrom(answer).getAppMetadata());
            long rows = response.getAccepted().getRangesList().stream()
                    .mapToLong(range -> range.getEndOffset() - range.getStartOffset())
                    .sum();
            if (rows != plan.messages().rowsPerBatch()) {
                fail("a batch was not accepted: " + response);
                return;
            }
        } catch (InvalidProtocolBufferException e) {
            fail("an answer that is no IngestResponse: " + e.getMessage());
            return;
        }
        acknowledged.incrementAndGet();
        call.request(1);
        if (stopping && plan.interval().isEmpty()) {
            halfClose();
        }
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
        if (status.isOk() && !sentNanos.isEmpty()) {
            done.complete(Status.DATA_LOSS.withDescription("batches without an answer: " + sentNanos.size()));
        } else {
            done.complete(status);
        }
    }

    private void fail(String why) {
        done.complete(Status.FAILED_PRECONDITION.withDescription(why));
        call.cancel(why, null);
    }

    private void sendWhileReady() {
        while (!halfClosed && call.isReady()) {
            if (stopping || sent == plan.batchesPerStream()) {
                halfClose();
                return;
            }
            send(System.nanoTime());
        }
    }

    private void sendPaced(Duration interval) {
        long start = System.nanoTime() + interval.toNanos() * number / plan.streams();
        while (!stopping && !done.isDone() && sent < plan.batchesPerStream()) {
            long due = start + sent * interval.toNanos();
            for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
                LockSupport.parkNanos(wait);
            }
            while (!call.isReady() && !done.isDone()) {
                LockSupport.parkNanos(READY_CHECK_NANOS);
            }
            send(due);
        }
        halfClose();
    }

    private void send(long countedFromNanos) {
        if (sent == 0) {
            call.sendMessage(plan.messages().opening(plan.topic()));
        }
        int index = (int) ((sent + number) % plan.messages().batches().size());
        sentNanos.add(countedFromNanos);
        sent++;
        call.sendMessage(plan.messages().batches().get(index));
    }

    private void halfClose() {
        if (!halfClosed) {
            halfClosed = true;
            call.halfClose();
        }
    }
}
