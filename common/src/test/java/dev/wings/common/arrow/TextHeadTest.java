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
package dev.wings.common.arrow;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.wings.common.seed.SeededTest;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TextHeadTest {

    @SeededTest(3)
    void allTextsLieBetweenTheBounds(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            List<byte[]> texts = texts(random);
            TextHead.Range range = range(texts);
            ByteString lower = range.least().lower();
            Optional<ByteString> upper = range.greatest().upper();
            assertThat(lower.isValidUtf8()).isTrue();
            upper.ifPresent(bound -> assertThat(bound.isValidUtf8()).isTrue());
            for (byte[] text : texts) {
                assertThat(Arrays.compareUnsigned(lower.toByteArray(), text)).isNotPositive();
                upper.ifPresent(bound -> assertThat(Arrays.compareUnsigned(bound.toByteArray(), text))
                        .isNotNegative());
            }
            byte[] least = texts.stream().min(Arrays::compareUnsigned).orElseThrow();
            byte[] greatest = texts.stream().max(Arrays::compareUnsigned).orElseThrow();
            if (least.length <= TextHead.BYTES) {
                assertThat(lower.toByteArray()).isEqualTo(least);
            }
            if (greatest.length <= TextHead.BYTES) {
                assertThat(upper.map(ByteString::toByteArray)).hasValue(greatest);
            }
            List<byte[]> half = texts.subList(0, (texts.size() + 1) / 2);
            List<byte[]> rest = texts.subList(texts.size() / 2, texts.size());
            assertThat(TextHead.least(range(half).least(), range(rest).least())).isEqualTo(range.least());
            assertThat(TextHead.greatest(range(half).greatest(), range(rest).greatest()))
                    .isEqualTo(range.greatest());
        }
    }

    /// Few letters and common beginnings, so that texts often differ late or not at all.
    private static List<byte[]> texts(Random random) {
        String[] letters = {"a", "b", "\0", "\u007F", "ä", "\uD7FF", "\uFFFD", "\uD83D\uDE00", "\uDBFF\uDFFF"};
        String common = letters[random.nextInt(letters.length)].repeat(random.nextInt(12));
        List<byte[]> texts = new ArrayList<>();
        for (int count = random.nextInt(1, 8); count > 0; count--) {
            StringBuilder text = new StringBuilder(random.nextInt(8) == 0 ? "" : common);
            for (int left = random.nextInt(12); left > 0; left--) {
                text.append(letters[random.nextInt(letters.length)]);
            }
            texts.add(text.toString().getBytes(StandardCharsets.UTF_8));
        }
        return texts;
    }

    private static TextHead.Range range(List<byte[]> texts) {
        byte[] all = new byte[texts.stream().mapToInt(text -> text.length).sum()];
        TextHead.Range range = new TextHead.Range(MemorySegment.ofArray(all));
        int start = 0;
        for (byte[] text : texts) {
            System.arraycopy(text, 0, all, start, text.length);
            start += text.length;
        }
        start = 0;
        for (byte[] text : texts) {
            range.add(start, text.length);
            start += text.length;
        }
        return range;
    }

    @Test
    void cutTextsAreRoundedUpAtWholeCharacters() {
        assertThat(upper("abcdefghijklmnopq")).hasValue("abcdefghijklmnoq");
        assertThat(upper("abcdefghijklmn\u007Fpq")).hasValue("abcdefghijklmn\u007Fq");
        // the character that would be cut does not count
        assertThat(upper("abcdefghijklmnoäx")).hasValue("abcdefghijklmnp");
        assertThat(upper("abcdefghijklm\uD7FFx")).hasValue("abcdefghijklm\uE000");
        assertThat(upper("abc\uDBFF\uDFFF".concat("\uDBFF\uDFFF".repeat(3)))).hasValue("abd");
        assertThat(upper("\uDBFF\uDFFF".repeat(5))).isEmpty();
        assertThat(range(List.of("abcdefghijklmnoäx".getBytes(StandardCharsets.UTF_8)))
                        .least()
                        .lower()
                        .toStringUtf8())
                .isEqualTo("abcdefghijklmno");
    }

    private static Optional<String> upper(String text) {
        return range(List.of(text.getBytes(StandardCharsets.UTF_8)))
                .greatest()
                .upper()
                .map(ByteString::toStringUtf8);
    }
}
