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
package dev.wings.common.error;

/// What went wrong, told by what the caller can do about it. A new kind is for a new reaction of the caller, never
/// for a new cause.
public enum ErrorKind {
    /// The request is wrong: fix it.
    INVALID,
    /// Bring credentials.
    UNAUTHENTICATED,
    /// Ask the owner.
    FORBIDDEN,
    /// The named thing does not exist.
    NOT_FOUND,
    /// The name is taken.
    ALREADY_EXISTS,
    /// The state does not allow it: change the state first.
    PRECONDITION,
    /// Somebody was faster: read again and redo the whole operation.
    CONFLICT,
    /// A bound is reached: back off.
    EXHAUSTED,
    /// Not now, or the outcome is unknown: repeat the same idempotent call.
    UNAVAILABLE,
    /// The time limit passed.
    DEADLINE,
    /// The caller gave up.
    CANCELLED,
    /// Stored data is missing or damaged: an operator looks.
    DATA_LOSS,
    /// A bug: an operator looks.
    INTERNAL
}
