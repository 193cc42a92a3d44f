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
package dev.wings.controlplane.task;

/// What the failure of an attempt says about further ones.
public enum FailureCause {
    /// The task itself may be the reason: after too many of these it is dead.
    TASK,
    /// A further attempt cannot do better.
    PERMANENT,
    /// Something that every task needs is away, or has no room: trying again goes on for as long as that takes.
    TRANSIENT,
    /// Nothing has failed: the worker stops.
    GIVEN_BACK
}
