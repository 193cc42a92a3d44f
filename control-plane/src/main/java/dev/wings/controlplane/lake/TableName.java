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
package dev.wings.controlplane.lake;

import dev.wings.common.error.WingsException;
import dev.wings.common.resource.NamespaceName;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/// Names a table or view of the catalog: `tenants/{tenant}/namespaces/{namespace}/tables/{table}`.
///
/// The last part is any text that other engines may like: 1 to 255 bytes of UTF-8 without control characters. The table
/// of a topic has the topic's id.
public record TableName(String tenant, String namespace, String table) {

    private static final int MAX_BYTES = 255;

    /// Control characters, the character that a lenient decoder puts in place of broken text, and halves of
    /// characters.
    private static final Pattern REFUSED = Pattern.compile("[\\p{Cntrl}\\x{FFFD}\\p{Cs}\\x{80}-\\x{9F}]");

    public TableName {
        NamespaceName parent = new NamespaceName(tenant, namespace);
        if (!isLegal(table)) {
            throw WingsException.invalid("bad name of a table: 1 to " + MAX_BYTES
                    + " bytes of UTF-8 without control characters are expected: namespace=" + parent + ", found=\""
                    + printable(table) + "\"");
        }
    }

    public static TableName of(NamespaceName parent, String table) {
        return new TableName(parent.tenant(), parent.namespace(), table);
    }

    /// Whether there can be a table of this name.
    public static boolean isLegal(String table) {
        return !table.isEmpty()
                && table.length() <= MAX_BYTES
                && !REFUSED.matcher(table).find()
                && table.getBytes(StandardCharsets.UTF_8).length <= MAX_BYTES;
    }

    public NamespaceName parent() {
        return new NamespaceName(tenant, namespace);
    }

    @Override
    public String toString() {
        return parent() + "/tables/" + table;
    }

    private static String printable(String text) {
        String clean = REFUSED.matcher(text).replaceAll("?");
        return clean.length() <= 100 ? clean : clean.substring(0, 100) + "...";
    }
}
