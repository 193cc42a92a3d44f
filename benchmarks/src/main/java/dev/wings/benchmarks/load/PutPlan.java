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
package dev.wings.benchmarks.load;

import java.time.Duration;
import java.util.Optional;

/// What to push.
///
/// @param port the port of a Flight service on loopback
/// @param topic the path of the descriptor
/// @param messages sent in turn, over and over
/// @param streams how many DoPut calls run at the same time, each on a connection of its own
/// @param batchesPerStream each stream ends after so many
/// @param interval the time between two batches of one stream; empty for as fast as the service takes them
public record PutPlan(
        int port,
        String topic,
        FlightMessages messages,
        int streams,
        long batchesPerStream,
        Optional<Duration> interval) {

    public PutPlan {
        if (streams < 1 || batchesPerStream < 1) {
            throw new IllegalArgumentException(
                    "nothing to push: streams=" + streams + ", batchesPerStream=" + batchesPerStream);
        }
    }

    /// A plan without an end that pushes as fast as the service takes batches.
    public static PutPlan fullSpeed(int port, String topic, FlightMessages messages, int streams) {
        return new PutPlan(port, topic, messages, streams, Long.MAX_VALUE, Optional.empty());
    }

    /// A plan for so many batches, pushed as fast as the service takes them.
    public static PutPlan exactly(int port, String topic, FlightMessages messages, int streams, long batchesPerStream) {
        return new PutPlan(port, topic, messages, streams, batchesPerStream, Optional.empty());
    }

    /// A plan without an end that pushes at a steady rate of all streams together.
    public static PutPlan paced(int port, String topic, FlightMessages messages, int streams, double bytesPerSecond) {
        double nanos = messages.bytesPerBatch() * streams / bytesPerSecond * 1e9;
        return new PutPlan(
                port, topic, messages, streams, Long.MAX_VALUE, Optional.of(Duration.ofNanos(Math.round(nanos))));
    }
}
