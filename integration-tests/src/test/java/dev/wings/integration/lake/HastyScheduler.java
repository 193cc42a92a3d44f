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
package dev.wings.integration.lake;

import dev.wings.common.time.Scheduler;
import java.time.Duration;

/// Waits a hundredth of the time that it is told to, for pauses that only spare a busy system.
record HastyScheduler(Scheduler scheduler) implements Scheduler {

    private static final int HASTE = 100;

    @Override
    public Timer schedule(Duration delay, Runnable action) {
        return scheduler.schedule(delay.dividedBy(HASTE), action);
    }

    @Override
    public void sleep(Duration duration) throws InterruptedException {
        scheduler.sleep(duration.dividedBy(HASTE));
    }

    @Override
    public void close() {
        scheduler.close();
    }
}
