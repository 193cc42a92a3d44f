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
/// @param connections open at once; for one more, the one goes that has kept the server waiting for the longest
/// @param bodiesBytes of the bodies of all requests, shared by the owners; who finds no room is refused
/// @param answersBytes of answers that clients have not taken yet, shared by the owners
/// @param headTime until the head of a request is there, from the connection or the answer before
/// @param requestTime from then until the last byte of the answer is taken; then the connection is cut
/// @param drainTime how long a shutdown waits for requests that run
public record EdgeLimits(
        int connections,
        long bodiesBytes,
        long answersBytes,
        Duration headTime,
        Duration requestTime,
        Duration drainTime) {}
