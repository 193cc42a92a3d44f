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
package dev.wings.common.resource;

import dev.wings.common.error.WingsException;
import java.util.Set;
import java.util.regex.Pattern;

/// The rules for the parts of a resource name.
public final class ResourceId {

    /// Where requests go that name no tenant, and topics whose name has no namespace.
    public static final String DEFAULT = "default";

    private static final Pattern VALID = Pattern.compile("[a-z][a-z0-9_-]{0,62}");

    /// Schemas and catalogs that SQL clients and the engine take for their own.
    private static final Set<String> RESERVED_NAMESPACES =
            Set.of("system", "information_schema", "pg_catalog", "temp", "main", "memory", "wings");

    private ResourceId() {}

    /// Returns `id`; fails with INVALID if it is not `[a-z][a-z0-9_-]{0,62}`. `what` names the kind of resource in
    /// the message.
    public static String check(String what, String id) {
        if (!VALID.matcher(id).matches()) {
            throw WingsException.invalid(
                    "bad " + what + " id: a lower-case letter, then up to 62 of a-z 0-9 _ - are expected: found=\""
                            + abbreviate(id) + "\"");
        }
        return id;
    }

    /// Whether a text is `[a-z][a-z0-9_-]{0,62}`.
    public static boolean isLegal(String id) {
        return VALID.matcher(id).matches();
    }

    /// As [#check], and refuses the names that SQL reserves.
    public static String checkNamespace(String id) {
        check("namespace", id);
        if (RESERVED_NAMESPACES.contains(id)) {
            throw WingsException.invalid("bad namespace id: the name is reserved for SQL: found=\"" + id + "\"");
        }
        return id;
    }

    /// The failure to read a resource name, INVALID.
    ///
    /// @param expected the form that it should have
    public static WingsException malformed(String expected, String found) {
        return WingsException.invalid(
                "bad resource name: expected=" + expected + ", found=\"" + abbreviate(found) + "\"");
    }

    private static String abbreviate(String text) {
        String printable = text.replaceAll("\\p{Cntrl}", "?");
        return printable.length() <= 100 ? printable : printable.substring(0, 100) + "...";
    }
}
