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

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The canaries of the simulation: it finds each deliberate fault by the promise that the fault breaks.
@ExtendWith(Silence.class)
final class SimulationCanaryTest {

    private static final int SEEDS = 200;

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void flawsAreFound(Flaw flaw) {
        assertThat(LongStream.rangeClosed(1, SEEDS)
                        .filter(seed -> finds(seed, flaw))
                        .findFirst())
                .as("the first seed that finds it")
                .isPresent();
    }

    private static boolean finds(long seed, Flaw flaw) {
        try {
            SimulatedRun.of(seed, flaw);
            return false;
        } catch (AssertionError e) {
            return flaw.explains(e);
        }
    }
}
