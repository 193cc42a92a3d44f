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
package dev.wings.ingestor.budget;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wings.common.time.ManualTime;
import dev.wings.ingestor.budget.MemoryBudget.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MemoryBudgetTest {

    private final ManualTime scheduler = new ManualTime();
    private final MemoryBudget budget = new MemoryBudget(400, scheduler);
    private final List<String> admitted = new ArrayList<>();

    @Test
    void bytesAreHeldFromTheFirstReadToTheAnswer() {
        MemoryBudget.Account stream = open("a");
        assertThat(stream.receive(30)).isTrue();
        assertThat(stream.receive(20)).isTrue();
        MemoryBudget.Account.Lease message = stream.take();
        assertThat(message.bytes()).isEqualTo(50);
        stream.receive(7);
        assertThat(budget.usedBytes()).isEqualTo(57);

        message.resize(5);
        assertThat(budget.usedBytes()).isEqualTo(12);
        stream.close();
        assertThat(budget.usedBytes()).isEqualTo(5);
        message.close();
        message.close();
        assertThat(budget.usedBytes()).isZero();
    }

    @Test
    void whatWasMovedOutlivesTheLeaseAndTheStream() {
        MemoryBudget.Account stream = open("a");
        stream.receive(50);
        MemoryBudget.Account.Lease message = stream.take();
        MemoryBudget.Account.Lease moved = message.move();
        message.resize(9);
        message.close();
        stream.close();
        assertThat(moved.bytes()).isEqualTo(50);
        assertThat(budget.usedBytes()).isEqualTo(50);

        moved.close();
        assertThat(budget.usedBytes()).isZero();
    }

    @Test
    void aGroupThatHoldsItsShareWaitsAndOthersGoOn() {
        MemoryBudget.Account slow = open("slow");
        slow.receive(100);
        MemoryBudget.Account.Lease lease = slow.take();
        slow.whenAdmitted(() -> admitted.add("slow"));
        open("other").whenAdmitted(() -> admitted.add("other"));
        assertThat(admitted).containsExactly("other");

        lease.close();
        assertThat(admitted).containsExactly("other", "slow");
    }

    @Test
    void roomForOneMessageWakesOneStream() {
        MemoryBudget.Account holder = open("a");
        holder.receive(100);
        MemoryBudget.Account.Lease held = holder.take();
        for (String name : List.of("first", "second")) {
            MemoryBudget.Account stream = open("a");
            stream.receive(90);
            stream.take().close();
            stream.whenAdmitted(() -> admitted.add(name));
        }
        assertThat(admitted).isEmpty();

        held.resize(20);
        assertThat(admitted).containsExactly("first");
        held.resize(10);
        assertThat(admitted).containsExactly("first", "second");
    }

    @Test
    void roomThatAnAdmittedStreamDoesNotTakeGoesToTheNext() {
        MemoryBudget.Account holder = open("a");
        holder.receive(100);
        MemoryBudget.Account.Lease held = holder.take();
        for (String name : List.of("first", "second", "third")) {
            MemoryBudget.Account stream = open("a");
            stream.receive(100);
            stream.take().close();
            stream.whenAdmitted(() -> admitted.add(name));
        }
        assertThat(scheduler.pending()).as("there is no room").isZero();

        held.close();
        assertThat(budget.usedBytes()).isZero();
        assertThat(admitted).containsExactly("first");
        scheduler.advance(Duration.ofSeconds(1));
        assertThat(admitted).containsExactly("first", "second");
        scheduler.advance(Duration.ofSeconds(1));
        assertThat(admitted).containsExactly("first", "second", "third");
        assertThat(scheduler.pending()).isZero();
    }

    @Test
    void roomThatIsTakenMeanwhileIsNotGivenTwice() {
        MemoryBudget.Account holder = open("a");
        holder.receive(100);
        MemoryBudget.Account.Lease held = holder.take();
        for (String name : List.of("first", "second")) {
            MemoryBudget.Account stream = open("a");
            stream.receive(100);
            stream.take().close();
            stream.whenAdmitted(() -> admitted.add(name));
        }
        held.close();
        holder.receive(100);
        scheduler.advance(Duration.ofSeconds(1));
        assertThat(admitted).containsExactly("first");
        assertThat(scheduler.pending()).as("there is no room").isZero();

        holder.take().close();
        assertThat(admitted).containsExactly("first", "second");
    }

    @Test
    void nobodyIsAdmittedWhileTheWholeIsNearItsLimit() {
        for (String group : List.of("a", "b", "c", "d")) {
            MemoryBudget.Account stream = open(group);
            stream.receive(80);
            stream.take();
        }
        MemoryBudget.Account late = open("late");
        late.whenAdmitted(() -> admitted.add("late"));
        assertThat(admitted).isEmpty();
        late.close();
        assertThat(budget.usedBytes()).isEqualTo(320);
    }

    @Test
    void bytesBeyondTheLimitAreCountedAndTold() {
        MemoryBudget.Account stream = open("a");
        assertThat(stream.receive(400)).isTrue();
        assertThat(stream.receive(1)).isFalse();
        assertThat(budget.usedBytes()).isEqualTo(401);
        stream.close();
        assertThat(budget.usedBytes()).isZero();
        assertThat(stream.receive(5)).isTrue();
        assertThat(budget.usedBytes()).isZero();
    }

    @Test
    void aStreamThatIsOverWaitsNoLonger() {
        MemoryBudget.Account holder = open("a");
        holder.receive(100);
        MemoryBudget.Account.Lease lease = holder.take();
        MemoryBudget.Account gone = open("a");
        gone.whenAdmitted(() -> admitted.add("gone"));
        gone.close();
        lease.close();
        assertThat(admitted).isEmpty();
    }

    @Test
    void onlyHalfOfAGroupsShareMayBeKept() {
        MemoryBudget.Account stream = open("a");
        stream.receive(50);
        MemoryBudget.Account.Lease first = stream.take();
        assertThat(first.keep(Reason.DICTIONARIES)).isTrue();
        MemoryBudget.Account.Lease second = stream.hold(1);
        assertThat(second.keep(Reason.DICTIONARIES)).isFalse();
        second.close();
        first.close();
        assertThat(stream.hold(50).keep(Reason.DICTIONARIES)).isTrue();
    }

    @Test
    void whatGrowsIsKeptOnlyIfAskedForAgain() {
        MemoryBudget.Account.Lease lease = open("a").hold(10);
        assertThat(lease.keep(Reason.DICTIONARIES)).isTrue();
        lease.resize(60);
        assertThat(lease.keep(Reason.DICTIONARIES)).isFalse();
        lease.resize(40);
        assertThat(lease.keep(Reason.DICTIONARIES)).isTrue();
        assertThat(open("a").hold(20).keep(Reason.DICTIONARIES)).isFalse();
        lease.resize(5);
        assertThat(open("a").hold(20).keep(Reason.DICTIONARIES)).isTrue();
    }

    @Test
    void dictionariesLeaveRoomForUnreadAnswers() {
        MemoryBudget.Account stream = open("a");
        assertThat(stream.hold(50).keep(Reason.DICTIONARIES)).isTrue();
        assertThat(stream.hold(25).keep(Reason.UNREAD_ANSWERS)).isTrue();
        assertThat(stream.hold(1).keep(Reason.UNREAD_ANSWERS)).isFalse();
    }

    /// I9: however many namespaces keep all they can, batches go on.
    @ParameterizedTest
    @EnumSource
    void whatIsKeptNeverStopsEverybody(Reason reason) {
        for (int i = 0; i < 20; i++) {
            MemoryBudget.Account.Lease lease = open("group " + i).hold(50);
            if (!lease.keep(reason)) {
                lease.close();
            }
        }
        assertThat(budget.usedBytes()).isBetween(100L, 150L);
        open("other").whenAdmitted(() -> admitted.add("other"));
        assertThat(admitted).containsExactly("other");
    }

    private MemoryBudget.Account open(String group) {
        MemoryBudget.Account account = budget.open();
        account.join(group);
        return account;
    }

    /// I9: with as many namespaces as it likes.
    @Test
    void oneTenantLeavesMemoryToTheOthers() {
        for (String group : List.of("a", "b", "c")) {
            MemoryBudget.Account stream = open("noisy", group);
            assertThat(stream.receive(70)).isTrue();
            stream.take();
        }
        MemoryBudget.Account more = open("noisy", "d");
        assertThat(more.receive(20)).isTrue();
        more.whenAdmitted(() -> admitted.add("noisy"));
        open("quiet", "e").whenAdmitted(() -> admitted.add("quiet"));
        assertThat(admitted).containsExactly("quiet");

        // and of the hard limit of 400
        assertThat(more.receive(80)).isFalse();
        assertThat(open("quiet", "e").receive(50)).isTrue();
        more.close();
        assertThat(admitted).containsExactly("quiet");
    }

    private MemoryBudget.Account open(String tenant, String group) {
        MemoryBudget.Account account = budget.open();
        account.joinTenant(tenant);
        account.join(group);
        return account;
    }
}
