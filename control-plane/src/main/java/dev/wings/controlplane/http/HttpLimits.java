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
package dev.wings.controlplane.http;

import java.time.Duration;

/// What clients can use up together.
///
/// @param requests worked on at once; as many bodies of the largest size are held. More wait, and then are refused
/// @param bodyBytes a larger body is refused
/// @param requestTime from the first byte of a request to the last of its answer; then the connection is cut
/// @param drainTime how long a shutdown waits for requests that run
public record HttpLimits(int requests, long bodyBytes, Duration requestTime, Duration drainTime) {}
