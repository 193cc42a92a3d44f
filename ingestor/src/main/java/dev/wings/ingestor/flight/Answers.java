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

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.wings.common.proto.IngestResponse;
import dev.wings.ingestor.budget.MemoryBudget;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.apache.arrow.flight.impl.Flight;
import org.jspecify.annotations.Nullable;

/// The answers of one stream, sent in the order of its messages whatever the order in which they become known.
/// It is also the one place that writes to the call. Safe for use by many threads.
///
/// A producer need not read its answers while it sends. Those that it leaves unread wait here, and each keeps
/// what it takes in the memory budget, up to what the budget lets clients keep; beyond that the stream ends.
final class Answers {

    /// What a waiting answer costs besides its bytes, roughly.
    static final int ANSWER_BYTES = 256;

    /// A producer that leaves so many unread is not asked for more batches until it reads.
    static final int MAX_WAITING = 16_384;

    private final ServerCall<PutMessage, Flight.PutResult> call;
    private final Deque<Slot> slots = new ArrayDeque<>();
    private @Nullable Runnable whenRoom;
    private @Nullable Status end;
    private boolean closed;
    private boolean anyAccepted;
    private @Nullable Status firstRejection;

    Answers(ServerCall<PutMessage, Flight.PutResult> call) {
        this.call = call;
    }

    /// Sends the headers, for which some clients wait before they send anything, and asks for the first
    /// message.
    synchronized void start() {
        if (!closed) {
            call.sendHeaders(new Metadata());
            call.request(1);
        }
    }

    /// Takes the next place in line; none if the call has ended or is about to, and the message must not be
    /// taken in. What the answer takes is held by `lease`, which is closed when the answer is sent or dropped.
    synchronized Optional<Slot> next(MemoryBudget.Account.Lease lease) {
        if (closed || end != null) {
            lease.close();
            return Optional.empty();
        }
        Slot slot = new Slot(lease);
        slots.add(slot);
        return Optional.of(slot);
    }

    /// Runs `action` at once, or when fewer answers wait. One action waits at a time.
    synchronized void whenRoom(Runnable action) {
        if (slots.size() < MAX_WAITING) {
            action.run();
        } else {
            whenRoom = action;
        }
    }

    /// Ends the call with `status` as soon as all answers are sent; the first call counts. A stream of which
    /// nothing was accepted ends with the reason of its first rejection in place of OK: a client that reads no
    /// answers would not notice otherwise.
    synchronized void endAfterAnswers(Status status) {
        if (end == null) {
            end = status;
            send();
        }
    }

    /// Ends the call now; answers that were not sent are dropped.
    synchronized void endNow(Status status) {
        if (!closed) {
            call.close(status, new Metadata());
            drop();
        }
    }

    /// Drops all answers: the call is over, for whatever reason, and nobody listens any more.
    synchronized void drop() {
        closed = true;
        slots.forEach(slot -> slot.lease.close());
        slots.clear();
    }

    /// Goes on sending after the client made room.
    synchronized void send() {
        while (!closed && call.isReady()) {
            Slot head = slots.peek();
            if (head == null || head.answer == null) {
                break;
            }
            call.sendMessage(
                    Flight.PutResult.newBuilder().setAppMetadata(head.answer).build());
            slots.remove();
            head.sent = true;
            head.lease.close();
        }
        if (whenRoom != null && slots.size() < MAX_WAITING) {
            Runnable action = whenRoom;
            whenRoom = null;
            action.run();
        }
        if (!closed && slots.isEmpty() && end != null) {
            closed = true;
            call.close(end.isOk() && firstRejection != null && !anyAccepted ? firstRejection : end, new Metadata());
        }
    }

    synchronized boolean isEmpty() {
        return slots.isEmpty();
    }

    /// Whether it is the client's turn: an answer is there for it to take, or no answer is to be made and it
    /// has to go on.
    synchronized boolean waitForClient() {
        Slot head = slots.peek();
        return head == null || head.answer != null;
    }

    /// The place of one answer.
    final class Slot {

        private final MemoryBudget.Account.Lease lease;
        private @Nullable ByteString answer;
        private boolean sent;

        private Slot(MemoryBudget.Account.Lease lease) {
            this.lease = lease;
        }

        void accept(IngestResponse response) {
            answer(response, Status.OK);
        }

        /// @param reason what the response says, as a status
        void reject(IngestResponse response, Status reason) {
            answer(response, reason);
        }

        private void answer(IngestResponse response, Status outcome) {
            ByteString bytes = UnsafeByteOperations.unsafeWrap(response.toByteArray());
            synchronized (Answers.this) {
                if (answer != null) {
                    throw new IllegalStateException("a message is answered once");
                }
                answer = bytes;
                if (outcome.isOk()) {
                    anyAccepted = true;
                } else if (firstRejection == null) {
                    firstRejection = outcome;
                }
                if (!closed) {
                    lease.resize(ANSWER_BYTES + bytes.size());
                }
                send();
                if (!closed && !sent && !lease.keep(MemoryBudget.Reason.UNREAD_ANSWERS)) {
                    endNow(Status.RESOURCE_EXHAUSTED.withDescription(
                            "no memory for unread answers, read them while sending: unread=" + slots.size()));
                }
            }
        }
    }
}
