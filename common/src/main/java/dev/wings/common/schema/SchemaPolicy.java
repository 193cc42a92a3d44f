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
package dev.wings.common.schema;

import dev.wings.common.error.WingsException;
import java.util.Locale;

/// What becomes of rows whose columns, or fields of structs, a topic does not have.
public enum SchemaPolicy {
    /// They are refused.
    STRICT,
    /// The topic gets the columns, which may be null, before the rows are taken.
    ADDITIVE;

    /// Fails with INVALID for what is none.
    public static SchemaPolicy parse(String text) {
        return switch (text.strip().toLowerCase(Locale.ROOT)) {
            case "strict" -> STRICT;
            case "additive" -> ADDITIVE;
            default ->
                throw WingsException.invalid(
                        "bad schema policy: strict or additive is expected: found=" + TopicField.printable(text));
        };
    }

    /// The policy that a client asks for; strict if it says nothing.
    public static SchemaPolicy fromProto(dev.wings.common.proto.SchemaPolicy proto) {
        return switch (proto) {
            case SCHEMA_POLICY_UNSPECIFIED, STRICT -> STRICT;
            case ADDITIVE -> ADDITIVE;
            case UNRECOGNIZED -> throw WingsException.invalid("bad schema policy: none that is known here");
        };
    }

    public dev.wings.common.proto.SchemaPolicy toProto() {
        return switch (this) {
            case STRICT -> dev.wings.common.proto.SchemaPolicy.STRICT;
            case ADDITIVE -> dev.wings.common.proto.SchemaPolicy.ADDITIVE;
        };
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
