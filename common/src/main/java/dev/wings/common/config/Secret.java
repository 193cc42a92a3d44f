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
package dev.wings.common.config;

/// A value that must not be shown. Its text form is masked, so that a record that holds one can be logged.
public final class Secret {

    private final String value;

    public Secret(String value) {
        this.value = value;
    }

    /// The value itself, to be handed to where it is needed and nowhere else.
    public String reveal() {
        return value;
    }

    @Override
    public String toString() {
        return "***";
    }
}
