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

/// Describes one setting, for the reference page.
///
/// @param name the whole name of the environment variable
/// @param type for people: `bytes`, `duration`, ...
/// @param required whether there is no default and none may be missing
/// @param defaultValue as one would write it; empty for none
/// @param bounds for people, `1 to 256`; empty for none
/// @param doc what it does
public record Setting(String name, String type, boolean required, String defaultValue, String bounds, String doc) {}
