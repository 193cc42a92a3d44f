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
package dev.wings.common.store;

/// Bytes `[start, end)` of an object.
public record ObjectRange(String key, long start, long end) {

    public ObjectRange {
        if (start < 0 || end < start) {
            throw new IllegalArgumentException("bad range: key=" + key + ", start=" + start + ", end=" + end);
        }
    }

    public long length() {
        return end - start;
    }

    /// As it stands in messages: `key=a/b, bytes=[64, 128)`
    @Override
    public String toString() {
        return "key=" + key + ", bytes=[" + start + ", " + end + ")";
    }
}
