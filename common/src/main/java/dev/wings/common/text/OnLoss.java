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
package dev.wings.common.text;

import java.util.Locale;

/// What becomes of a value of a file that the topic's field cannot hold to its last digit.
public enum OnLoss {
    /// The file is refused at such a value.
    REJECT,
    /// Digits that the type has no place for are cut off; for a `float` or `double` the value is rounded. What
    /// lies beyond the range of the type is refused.
    TRUNCATE,
    /// A null takes its place.
    NULL;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
