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
package dev.wings.server.flight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import java.time.Duration;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LikePatternTest {

    @ParameterizedTest
    @CsvSource({
        "%, '', true",
        "'', '', true",
        "'', a, false",
        "_, '', false",
        "_, \uD83D\uDE00, true",
        "a%b%c, aXbXbXc, true",
        "a%b%c, aXbXbX, false",
        "%ab, aab, true",
        "a\\%b, a%b, true",
        "a\\%b, aXb, false",
        "a\\_b, a_b, true",
        "a\\_b, aXb, false",
        "a\\\\b, a\\b, true",
        "a\\, a\\, true",
        "\\a, a, true",
        "'%\n%', 'a\nb', true",
        "[a-c].*, b, false",
        "A%, abc, false"
    })
    void patternMatches(String pattern, String text, boolean expected) {
        assertThat(LikePattern.of(pattern).matches(text)).isEqualTo(expected);
    }

    @Test
    void everyShortPatternMatchesAsTheRegularExpressionDoes() {
        Random random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            String pattern = text(random, "ab%_\\", 7);
            String text = text(random, "ab%_\\", 7);
            assertThat(LikePattern.of(pattern).matches(text))
                    .as("pattern=%s, text=%s", pattern, text)
                    .isEqualTo(regularExpression(pattern).matcher(text).matches());
        }
    }

    private static String text(Random random, String characters, int maxLength) {
        StringBuilder text = new StringBuilder();
        for (int left = random.nextInt(maxLength); left > 0; left--) {
            text.append(characters.charAt(random.nextInt(characters.length())));
        }
        return text.toString();
    }

    private static Pattern regularExpression(String pattern) {
        StringBuilder regex = new StringBuilder();
        for (int i = 0; i < pattern.length(); i++) {
            char c = pattern.charAt(i);
            if (c == '\\' && i + 1 < pattern.length()) {
                regex.append(Pattern.quote(String.valueOf(pattern.charAt(++i))));
            } else {
                regex.append(c == '%' ? ".*" : c == '_' ? "." : Pattern.quote(String.valueOf(c)));
            }
        }
        return Pattern.compile(regex.toString(), Pattern.DOTALL);
    }

    @Test
    void noPatternTakesLong() {
        String name = "a".repeat(63);
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            for (String part : new String[] {"%", "%a", "%_", "a%", "%aa%_"}) {
                LikePattern pattern = LikePattern.of(part.repeat(1000 / part.length()) + "b");
                for (int i = 0; i < 10_000; i++) {
                    assertThat(pattern.matches(name)).isFalse();
                }
            }
        });
        assertThatThrownBy(() -> LikePattern.of("%".repeat(LikePattern.MAX_LENGTH + 1)))
                .isInstanceOfSatisfying(
                        WingsException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.INVALID));
    }
}
