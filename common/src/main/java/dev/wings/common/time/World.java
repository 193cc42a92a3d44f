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
package dev.wings.common.time;

import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.random.RandomGenerator;

/// Time, chance and threads: what makes two runs of the same program differ. A simulation has a world of its own, in
/// which the same seed gives the same run.
///
/// @param ids makes ids; its clock and its random numbers are those of the world
public record World(Scheduler scheduler, Threads threads, IdGenerator ids) {

    /// The world of the machine. Whoever makes it closes its scheduler.
    public static World system() {
        return system(new SecureRandom());
    }

    /// The world of the machine with other random numbers; if they can be guessed, so can its ids. Whoever
    /// makes it closes its scheduler.
    public static World system(RandomGenerator random) {
        return new World(Scheduler.system(), Threads.system(), new IdGenerator(InstantSource.system(), random));
    }

    public InstantSource clock() {
        return ids.clock();
    }

    public RandomGenerator random() {
        return ids.random();
    }
}
