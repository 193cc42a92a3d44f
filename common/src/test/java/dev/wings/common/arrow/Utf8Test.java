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

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Utf8Test {

    /// Every sequence of up to three bytes, and of four with the interesting ones: the oracle is the JDK's
    /// decoder.
    @Test
    void agreesWithTheDecoderOfTheJdk() {
        int[] bytes = {
            0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE,
            0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF
        };
        for (int a : bytes) {
            for (int b : bytes) {
                check(a, b);
                for (int c : bytes) {
                    check(a, b, c);
                    // Only these start four bytes.
                    for (int d : a < 0xF0 ? new int[0] : bytes) {
                        check(a, b, c, d);
                    }
                }
            }
        }
    }

    @Test
    void longTextsAreCheckedToTheirEnd() {
        Random random = new Random(3);
        for (int i = 0; i < 2_000; i++) {
            byte[] text = "plain text, and then one ä, and 日本 and 😀, and plain text again to the end"
                    .getBytes(StandardCharsets.UTF_8);
            if (random.nextBoolean()) {
                text[random.nextInt(text.length)] = (byte) random.nextInt(256);
            }
            int start = random.nextInt(text.length);
            int end = start + random.nextInt(text.length - start + 1);
            assertThat(Utf8.isValid(MemorySegment.ofArray(text), start, end)).isEqualTo(isValid(text, start, end));
        }
    }

    private static void check(int... values) {
        byte[] text = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            text[i] = (byte) values[i];
        }
        boolean valid = isValid(text, 0, text.length);
        if (Utf8.isValid(MemorySegment.ofArray(text), 0, text.length) != valid) {
            throw new AssertionError(
                    "valid=" + valid + ": " + java.util.HexFormat.of().formatHex(text));
        }
    }

    private static boolean isValid(byte[] text, int start, int end) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(text, start, end - start));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }
}
