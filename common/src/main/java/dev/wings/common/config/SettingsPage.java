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

import java.util.List;

/// The settings of services as a page for people, in Markdown. `docs/operations/configuration.md` is tested against
/// it.
public final class SettingsPage {

    private SettingsPage() {}

    /// A table with a row per setting, in the order given.
    public static String table(List<Setting> settings) {
        StringBuilder table =
                new StringBuilder("| variable | type | default | bounds | what |\n|---|---|---|---|---|\n");
        for (Setting setting : settings) {
            table.append("| `")
                    .append(setting.name())
                    .append("` | ")
                    .append(setting.type())
                    .append(" | ")
                    .append(defaultValue(setting))
                    .append(" | ")
                    .append(escaped(setting.bounds()))
                    .append(" | ")
                    .append(escaped(setting.doc()))
                    .append(" |\n");
        }
        return table.toString();
    }

    private static String defaultValue(Setting setting) {
        if (setting.required()) {
            return "must be set";
        }
        return setting.defaultValue().isEmpty() ? "" : "`" + escaped(setting.defaultValue()) + "`";
    }

    private static String escaped(String text) {
        return text.replace("|", "\\|");
    }
}
