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

import static org.assertj.core.api.Assertions.assertThat;

import dev.wings.common.proto.IngestResponse;
import dev.wings.common.time.ManualTime;
import dev.wings.ingestor.budget.MemoryBudget;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.flight.impl.Flight;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AnswersTest {

    private static final IngestResponse RESPONSE =
            IngestResponse.newBuilder().setRequestId("x".repeat(128)).build();

    private final MemoryBudget budget = new MemoryBudget(400_000, new ManualTime());

    @Test
    void answersGoOutInTheOrderOfTheirMessages() {
        Call call = new Call();
        call.ready = true;
        MemoryBudget.Account account = open("a");
        Answers answers = new Answers(call);
        Answers.Slot first = answers.next(account.hold(1)).orElseThrow();
        Answers.Slot second = answers.next(account.hold(1)).orElseThrow();

        second.accept(RESPONSE);
        assertThat(call.sent).isZero();
        first.accept(RESPONSE);

        assertThat(call.sent).isEqualTo(2);
        assertThat(budget.usedBytes()).isZero();
    }

    /// I9: however many clients leave their answers unread, batches go on.
    @Test
    void answersThatStayUnreadEndTheirStreamsBeforeTheyStopOthers() {
        List<Call> calls = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            Call call = new Call();
            calls.add(call);
            answerUntilFull(call, open("group " + i));
        }

        assertThat(calls)
                .extracting(call -> call.end)
                .doesNotContainNull()
                .extracting(Status::getCode)
                .containsOnly(Status.Code.RESOURCE_EXHAUSTED);
        assertThat(budget.usedBytes()).isZero();
    }

    /// Ten clients at once, none of which reads.
    @Test
    void unreadAnswersOfManyStreamsLeaveRoom() {
        List<MemoryBudget.Account> accounts = new ArrayList<>();
        List<Answers> streams = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            accounts.add(open("group " + i));
            streams.add(new Answers(new Call()));
        }
        for (int round = 0; round < 1000; round++) {
            for (int i = 0; i < 10; i++) {
                streams.get(i).next(accounts.get(i).hold(1)).ifPresent(slot -> slot.accept(RESPONSE));
                assertThat(budget.usedBytes()).isLessThanOrEqualTo(150_000);
            }
        }
        List<String> admitted = new ArrayList<>();
        open("other").whenAdmitted(() -> admitted.add("other"));
        assertThat(admitted).containsExactly("other");
    }

    private static void answerUntilFull(Call call, MemoryBudget.Account account) {
        Answers answers = new Answers(call);
        for (int i = 0; i < 1000; i++) {
            Optional<Answers.Slot> slot = answers.next(account.hold(1));
            if (slot.isEmpty()) {
                return;
            }
            slot.get().accept(RESPONSE);
        }
    }

    private MemoryBudget.Account open(String group) {
        MemoryBudget.Account account = budget.open();
        account.join(group);
        return account;
    }

    /// A client that reads only while it is ready.
    private static final class Call extends ServerCall<PutMessage, Flight.PutResult> {

        private boolean ready;
        private int sent;
        private @Nullable Status end;

        @Override
        public void request(int count) {}

        @Override
        public void sendHeaders(Metadata headers) {}

        @Override
        public void sendMessage(Flight.PutResult message) {
            sent++;
        }

        @Override
        public boolean isReady() {
            return ready;
        }

        @Override
        public void close(Status status, Metadata trailers) {
            end = status;
        }

        @Override
        public boolean isCancelled() {
            return false;
        }

        @Override
        public MethodDescriptor<PutMessage, Flight.PutResult> getMethodDescriptor() {
            throw new UnsupportedOperationException();
        }
    }
}
