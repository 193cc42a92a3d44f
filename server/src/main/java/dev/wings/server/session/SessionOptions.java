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
package dev.wings.server.session;

import dev.wings.common.resource.ResourceId;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/// What a client has set for its session. Travels in a cookie, so that no server keeps anything.
///
/// @param schema of bare names
public record SessionOptions(String schema) {

    public static final String COOKIE = "wings_session";

    /// Names the schema in each call, for clients that keep no cookies.
    public static final String SCHEMA_HEADER = "wings-schema";

    /// The schema of the tables that tell of the platform itself.
    private static final String SYSTEM = "system";

    /// Of a client that has set nothing.
    public static final SessionOptions DEFAULT = new SessionOptions(ResourceId.DEFAULT);

    /// Fails with INVALID if no schema can have this name.
    public static SessionOptions of(String schema) {
        return new SessionOptions(schema.equals(SYSTEM) ? schema : ResourceId.checkNamespace(schema));
    }

    /// The cookie's value.
    public String toCookie(Signer signer) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(signer.sign(Signer.Purpose.SESSION, schema.getBytes(StandardCharsets.UTF_8)));
    }

    /// Fails with INVALID for anything that [#toCookie] did not make.
    public static SessionOptions fromCookie(Signer signer, String value) {
        byte[] signed;
        try {
            signed = Base64.getUrlDecoder().decode(value);
        } catch (IllegalArgumentException e) {
            signed = new byte[0];
        }
        return new SessionOptions(new String(signer.verify(Signer.Purpose.SESSION, signed), StandardCharsets.UTF_8));
    }
}
