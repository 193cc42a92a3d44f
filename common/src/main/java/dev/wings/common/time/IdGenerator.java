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

import java.time.InstantSource;
import java.util.UUID;
import java.util.random.RandomGenerator;

/// Makes UUIDs of version 7 (RFC 9562, section 5.7): 48 bits of Unix milliseconds, then 74 random bits, so that ids
/// sort by time across processes. Safe for use by many threads if `random` is.
///
/// @param clock where the milliseconds come from
/// @param random where the other bits come from; must be unpredictable where ids must not be guessed
public record IdGenerator(InstantSource clock, RandomGenerator random) {

    public UUID next() {
        long millis = clock.millis();
        long high = millis << 16 | 0x7000L | random.nextInt(1 << 12);
        long low = 0x8000_0000_0000_0000L | random.nextLong() >>> 2;
        return new UUID(high, low);
    }
}
