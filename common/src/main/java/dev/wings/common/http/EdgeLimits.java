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
package dev.wings.common.http;

import java.time.Duration;

/// What the clients of one [HttpEdge] can use up together.
///
/// @param connections how many may be open at once; when one more comes, the one that has kept the server
///     waiting for the longest goes
/// @param bodiesBytes the bytes of the bodies of all requests, shared by the owners; a request that finds no
///     room is refused
/// @param answersBytes the bytes of answers that clients have not taken yet, shared by the owners
/// @param headTime how long the head of a request may take, counted from the connection or the answer before
/// @param requestTime how long it may take from then until the last byte of the answer is taken; then the
///     connection is cut
/// @param stallTime how long a client may take nothing of an answer that is sent while it is made; then the
///     connection is cut
/// @param drainTime how long a shutdown waits for requests that run
public record EdgeLimits(
        int connections,
        long bodiesBytes,
        long answersBytes,
        Duration headTime,
        Duration requestTime,
        Duration stallTime,
        Duration drainTime) {

    /// The limits of an edge none of whose answers are sent while they are made.
    public EdgeLimits(
            int connections,
            long bodiesBytes,
            long answersBytes,
            Duration headTime,
            Duration requestTime,
            Duration drainTime) {
        this(connections, bodiesBytes, answersBytes, headTime, requestTime, requestTime, drainTime);
    }
}
