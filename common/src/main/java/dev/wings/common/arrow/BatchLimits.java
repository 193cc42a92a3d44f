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

/// How large one batch may be.
///
/// @param rows at most so many rows
/// @param bytes at most so many bytes: for the body as received; again for all of it that is decompressed,
///     decoded and cast; and again for the dictionaries that a stream keeps
public record BatchLimits(int rows, long bytes) {

    public BatchLimits {
        if (rows < 1 || bytes < 1) {
            throw new IllegalArgumentException("limits must be positive: rows=" + rows + ", bytes=" + bytes);
        }
    }
}
