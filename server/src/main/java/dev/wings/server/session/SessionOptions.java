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

import dev.wings.common.error.WingsException;
import dev.wings.common.resource.ResourceId;
import dev.wings.server.plan.QueryRequest;
import dev.wings.server.table.TableRef;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Pattern;

/// What a client has set for its session. It travels in a cookie, so that no server keeps anything.
///
/// @param schema the schema of bare names
/// @param timeZone the time zone that times with a zone are shown and computed in
public record SessionOptions(String schema, String timeZone) {

    public static final String COOKIE = "wings_session";

    /// The header that names the schema in each call, for clients that keep no cookies.
    public static final String SCHEMA_HEADER = "wings-schema";

    /// The header that names the time zone in each call.
    public static final String TIME_ZONE_HEADER = "wings-timezone";

    /// The pattern of names and offsets; the engine knows whether there is a time zone of this name.
    private static final Pattern TIME_ZONE = Pattern.compile("[A-Za-z][A-Za-z0-9_+/-]{0,63}");

    /// Separates the parts of a cookie. No name has this character.
    private static final char SEPARATOR = '\n';

    /// The options of a client that has set nothing.
    public static final SessionOptions DEFAULT = new SessionOptions(ResourceId.DEFAULT, QueryRequest.UTC);

    /// Returns the name. Fails with INVALID if no schema can have it.
    public static String checkSchema(String schema) {
        return schema.equals(TableRef.SYSTEM) ? schema : ResourceId.checkNamespace(schema);
    }

    /// Returns the name. Fails with INVALID if no time zone can have it.
    public static String checkTimeZone(String timeZone) {
        if (!TIME_ZONE.matcher(timeZone).matches()) {
            throw WingsException.invalid("not a name of a time zone, such as UTC or Europe/Berlin: found="
                    + timeZone.substring(0, Math.min(timeZone.length(), 64)).replaceAll("\\p{Cntrl}", "?"));
        }
        return timeZone;
    }

    /// Returns the cookie's value.
    public String toCookie(Signer signer) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(signer.sign(
                        Signer.Purpose.SESSION, (schema + SEPARATOR + timeZone).getBytes(StandardCharsets.UTF_8)));
    }

    /// Reads a cookie. Fails with INVALID for anything that [#toCookie] did not make.
    public static SessionOptions fromCookie(Signer signer, String value) {
        byte[] signed;
        try {
            signed = Base64.getUrlDecoder().decode(value);
        } catch (IllegalArgumentException e) {
            signed = new byte[0];
        }
        String text = new String(signer.verify(Signer.Purpose.SESSION, signed), StandardCharsets.UTF_8);
        int end = text.indexOf(SEPARATOR);
        return end < 0
                // this cookie is of a server that knew the schema only
                ? new SessionOptions(text, QueryRequest.UTC)
                : new SessionOptions(text.substring(0, end), text.substring(end + 1));
    }
}
