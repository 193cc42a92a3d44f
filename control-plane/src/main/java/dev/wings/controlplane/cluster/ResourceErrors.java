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
package dev.wings.controlplane.cluster;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import java.util.Optional;
import java.util.UUID;

/// What is said about resources that are missing, taken or in use: the same words whoever keeps the state.
public final class ResourceErrors {

    private ResourceErrors() {}

    /// The failure for a missing resource.
    ///
    /// @param name a record of `dev.wings.common.resource`
    public static WingsException notFound(Record name) {
        return WingsException.notFound("not found: name=" + name);
    }

    public static WingsException namespaceNotFound(UUID uid) {
        return WingsException.notFound("namespace not found: uid=" + uid);
    }

    public static WingsException alreadyExists(Record name) {
        return new WingsException(ErrorKind.ALREADY_EXISTS, "the name is taken: name=" + name);
    }

    /// Fails with PRECONDITION if there is a `user`: a resource that keeps `name` from being deleted.
    public static void checkUnused(Record name, Optional<? extends Record> user) {
        if (user.isPresent()) {
            throw new WingsException(
                    ErrorKind.PRECONDITION,
                    "cannot be deleted while it is in use: name=" + name + ", used_by=" + user.get());
        }
    }
}
