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
package dev.wings.cli.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class OutputTest {

    @ParameterizedTest
    @CsvSource({
        "0,0 B",
        "999,999 B",
        "999.6,1.00 kB",
        "1000,1.00 kB",
        "12345,12.3 kB",
        "123456,123 kB",
        "999949,1.00 MB",
        "5000000000,5.00 GB"
    })
    void bytesHaveThreeDigits(double bytes, String text) {
        assertThat(Human.bytes(bytes)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"450,0.5 ms", "12400,12 ms", "3400000,3.4 s", "125000000,2 min 5 s"})
    void durationsAreShort(long micros, String text) {
        assertThat(Human.duration(Duration.ofNanos(micros * 1000))).isEqualTo(text);
    }

    @Test
    void countsAreGrouped() {
        assertThat(Human.count(1_234_567)).isEqualTo("1,234,567");
    }

    @Test
    void tableAlignsAndLeavesNoBlanksAtTheEnd() {
        assertThat(new Table("A", "LONG").row("日本", "").row("x", "y")).hasToString("A     LONG\n日本\nx     y\n");
    }

    @Test
    void tableRefusesRowsOfAnotherWidth() {
        assertThatThrownBy(() -> new Table("A").row("x", "y")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void textCannotControlTheTerminal() {
        assertThat(CellText.printable("a\033[2Jb\r\n")).isEqualTo("a\\x1b[2Jb\\r\\n");
    }

    @Test
    void jsonKeepsTheOrderOfKeys() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("b", 1);
        map.put("a", List.of(true, "x\"y"));

        assertThat(Json.text(map)).isEqualTo("{\n  \"b\" : 1,\n  \"a\" : [\n    true,\n    \"x\\\"y\"\n  ]\n}\n");
    }
}
