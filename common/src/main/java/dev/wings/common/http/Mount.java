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
package dev.wings.common.http;

import dev.wings.common.error.WingsException;
import dev.wings.common.fair.FairPlaces;
import dev.wings.common.http.HttpService.Answerer;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;

/// What an edge serves below one path.
///
/// @param prefix what paths start with, without a slash at its end; empty for all paths that no other mount has
/// @param bodyTypes content types that bodies may have, without parameters; a body of another type is refused
///     with 415
/// @param bodyBytes a larger body is refused with 413
/// @param places for the requests that are worked on at once, shared by the owners: those beyond wait, and then
///     are refused. Empty if there is no limit
public record Mount(
        String prefix, Set<String> bodyTypes, int bodyBytes, Optional<FairPlaces> places, HttpService service) {

    public Mount {
        bodyTypes = Set.copyOf(bodyTypes);
    }

    /// Whether the path belongs here. Slashes at the end of the service's address, as some clients have them,
    /// are forgiven.
    boolean has(String path) {
        int start = 0;
        while (path.startsWith("//", start)) {
            start++;
        }
        return path.startsWith(prefix, start)
                && (path.length() == start + prefix.length() || path.charAt(start + prefix.length()) == '/');
    }

    /// Serves a request, and leaves its place when the answer is there: sending it may take the client's time.
    /// An answer that is made while it is sent keeps its place.
    void serve(HttpHead head, String owner, byte[] body, Answerer answerer) throws IOException, InterruptedException {
        if (body.length > 0 && !takes(head.header("Content-Type").orElse(""))) {
            // browsers send some types to any site without asking it
            answerer.send(service.refused(415, "Content-Type must be one of " + bodyTypes));
            return;
        }
        if (places.isEmpty()) {
            service.serve(head, owner, body, answerer);
            return;
        }
        try (FairPlaces.Place place = places.get().acquire(owner)) {
            service.serve(head, owner, body, new Answerer() {
                @Override
                public void send(HttpAnswer answer) throws IOException {
                    place.close();
                    answerer.send(answer);
                }

                @Override
                public HttpBody start(HttpAnswer answer) throws IOException {
                    return answerer.start(answer);
                }

                @Override
                public void endWithClient() {
                    answerer.endWithClient();
                }
            });
        } catch (WingsException e) {
            answerer.send(service.refused(e));
        }
    }

    private boolean takes(String type) {
        return bodyTypes.stream().anyMatch(known -> type.regionMatches(true, 0, known, 0, known.length()));
    }
}
