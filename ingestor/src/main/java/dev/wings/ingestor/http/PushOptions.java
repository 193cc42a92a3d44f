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
package dev.wings.ingestor.http;

import dev.wings.common.error.WingsException;
import dev.wings.ingestor.folio.BatchNumber;
import java.util.Map;
import java.util.Optional;

/// What a request asks for beside its rows.
///
/// @param atomic whether either all rows are taken or none
/// @param dryRun whether the rows are only looked at
/// @param requestId what the client calls the request; empty for no name
/// @param number by which the rows are stored once, however often the request is sent
record PushOptions(boolean atomic, boolean dryRun, String requestId, Optional<BatchNumber> number) {

    /// The header with the client's name for a request.
    static final String REQUEST_ID = "X-Request-Id";

    /// The header with what makes a request one that is done once (draft-ietf-httpapi-idempotency-key-header).
    static final String IDEMPOTENCY_KEY = "Idempotency-Key";

    private static final int MAX_REQUEST_ID_LENGTH = 128;
    private static final int MAX_KEY_LENGTH = 255;

    private static final String ATOMIC = "atomic";
    private static final String DRY_RUN = "dry-run";

    /// Fails with INVALID for parameters that there are not, and values that they do not have.
    ///
    /// @param requestId as the header has it, or empty; cut if it is very long
    static PushOptions of(Map<String, String> query, String requestId) {
        query.keySet().forEach(name -> {
            if (!name.equals(ATOMIC) && !name.equals(DRY_RUN)) {
                throw WingsException.invalid(
                        "there is no such parameter: expected=" + ATOMIC + " or " + DRY_RUN + ", found=" + name);
            }
        });
        return new PushOptions(
                flag(query, ATOMIC),
                flag(query, DRY_RUN),
                requestId.substring(0, Math.min(requestId.length(), MAX_REQUEST_ID_LENGTH)),
                Optional.empty());
    }

    /// The same for a request with a key. Fails with INVALID for what no key can be.
    ///
    /// @param body unpacked
    PushOptions withKey(String key, byte[] body) {
        if (key.isEmpty() || key.length() > MAX_KEY_LENGTH) {
            throw WingsException.invalid("the header " + IDEMPOTENCY_KEY + " has 1 to " + MAX_KEY_LENGTH
                    + " characters: found=" + key.length());
        }
        return new PushOptions(atomic, dryRun, requestId, Optional.of(BatchNumber.ofKey(key, body)));
    }

    private static boolean flag(Map<String, String> query, String name) {
        String value = query.getOrDefault(name, "false");
        return switch (value) {
            case "true", "" -> true;
            case "false" -> false;
            default ->
                throw WingsException.invalid("the parameter is true or false: parameter=" + name + ", found=" + value);
        };
    }
}
