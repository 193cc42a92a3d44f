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
package dev.wings.integration.simulation;

import java.util.stream.LongStream;

/// Runs seeds without a framework for tests, and prints what came of each. The arguments are the first seed and the
/// last.
final class SimulationProgram {

    private SimulationProgram() {}

    public static void main(String[] arguments) {
        Flaw flaw = arguments.length > 2 ? Flaw.valueOf(arguments[2]) : Flaw.NONE;
        try (Silence ignored = Silence.keep()) {
            LongStream.rangeClosed(Long.parseLong(arguments[0]), Long.parseLong(arguments[1]))
                    .forEach(seed -> System.out.println(report(seed, flaw)));
        }
    }

    static String report(long seed, Flaw flaw) {
        try {
            return seed + " " + SimulatedRun.of(seed, flaw);
        } catch (AssertionError e) {
            // this says where the run failed, beside the line that names the seed
            e.printStackTrace();
            return seed + " failed: " + e.getCause();
        }
    }
}
