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
package dev.wings.controlplane.log;

/// What became of a batch of a producer in a commit.
public record ProducerResult(Outcome outcome, ProducerAnswer answer) {

    public enum Outcome {
        /// The batch was answered for the first time: it is in the log, or rejected for good.
        NEW,
        /// The batch was answered before, with this answer.
        REPEATED,
        /// The batch has no answer yet: others have to come before it, or its producer is not the current one.
        REFUSED
    }
}
