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

/// Turns an array of a producer's type into the canonical array of a topic's type, losing nothing. Made once
/// per stream by [CastPlanner].
interface Cast {

    /// Fails with INVALID, naming the field and the row, where a value does not fit.
    ArrayData apply(ArrayData source, CastContext context);

    /// Whether the array is canonical as it is, so that nothing is touched.
    default boolean isIdentity() {
        return false;
    }

    /// The cast of arrays that are canonical as they are.
    static Cast identity() {
        return Identity.INSTANCE;
    }

    enum Identity implements Cast {
        INSTANCE;

        @Override
        public ArrayData apply(ArrayData source, CastContext context) {
            return source;
        }

        @Override
        public boolean isIdentity() {
            return true;
        }
    }
}
