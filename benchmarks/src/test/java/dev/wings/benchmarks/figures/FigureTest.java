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
package dev.wings.benchmarks.figures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FigureTest {

    private static final RunInfo RUN = new RunInfo("full", "2026-02-03T04:05:00Z", "two cores");

    @Test
    void lineHasFigureFloorRatioAndTarget() {
        Rounds rounds = new Rounds();
        rounds.add(500, 1_000);
        rounds.add(300, 1_000);
        rounds.add(440.56, 800);

        assertThat(new Figure(FigureKind.INGEST, rounds, Map.of("wings_cores_used", 1.25)).toJson(RUN))
                .isEqualTo("{\"figure\":\"ingest\","
                        + "\"what\":\"" + FigureKind.INGEST.what() + "\","
                        + "\"value\":440.6,\"unit\":\"MB/s\",\"floor\":1000,\"ratio\":0.5,"
                        + "\"target\":\">= 0.40 of the floor\",\"met\":true,\"rounds\":[500,300,440.6],"
                        + "\"details\":{\"wings_cores_used\":1.25},"
                        + "\"scale\":\"full\",\"date\":\"2026-02-03T04:05:00Z\",\"machine\":\"two cores\"}");
    }

    @Test
    void figureWithoutFloorHasNullsThere() {
        Rounds rounds = new Rounds();
        rounds.add(7);

        assertThat(new Figure(FigureKind.START, rounds, Map.of()).toJson(RUN))
                .contains("\"floor\":null,\"ratio\":null,\"target\":\"<= 6 s\",\"met\":false");
    }

    @Test
    void figureOfNothingIsRefused() {
        assertThatThrownBy(() -> new Figure(FigureKind.START, new Rounds(), Map.of()))
                .hasMessage("nothing was measured: figure=start");
    }

    @Test
    void medianOfAnEvenNumberIsTheMiddleOfTheTwo() {
        Rounds rounds = new Rounds();
        rounds.add(4, 8);
        rounds.add(1, 10);

        assertThat(rounds.value()).isEqualTo(2.5);
        assertThat(rounds.floor()).isEqualTo(9);
        assertThat(rounds.ratio()).isEqualTo(0.3);
    }

    @Test
    void targetsTellWhetherTheyAreMet() {
        assertThat(new Target.RatioAtLeast(0.4).isMet(0, 0.4)).isTrue();
        assertThat(new Target.RatioAtLeast(0.4).isMet(0, 0.39)).isFalse();
        assertThat(new Target.RatioAtMost(2).isMet(0, 2.1)).isFalse();
        assertThat(new Target.AtLeast(5).isMet(4.9, 0)).isFalse();
        assertThat(new Target.AtMost(5).isMet(5, 0)).isTrue();
    }

    @Test
    void unknownFigureIsNamed() {
        assertThatThrownBy(() -> FigureKind.of("nothing")).hasMessageStartingWith("no such figure: figure=nothing");
    }

    @Test
    void runSaysWhatMachineItWasButNotWhich() throws Exception {
        RunInfo run = RunInfo.of(Scale.quick(), InstantSource.fixed(Instant.parse("2026-02-03T04:05:06Z")));

        assertThat(run.date()).isEqualTo("2026-02-03T04:05:00Z");
        assertThat(run.scale()).isEqualTo("quick");
        assertThat(run.machine())
                .contains(Runtime.getRuntime().availableProcessors() + " cores")
                .contains("JDK " + System.getProperty("java.version"))
                .doesNotContain(InetAddress.getLocalHost().getHostName());
    }
}
