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
package dev.wings.common.store;

import java.net.URI;

/// Opens the object stores of one URI scheme. Providers are found with `ServiceLoader`, so that others can add
/// theirs.
public interface ObjectStoreProvider {

    /// The scheme of the URIs that this provider takes, lower case: `file`.
    String scheme();

    /// The one form of `root`: URIs that mean the same store have the same form, which has no slash at its end.
    /// Fails with INVALID if `root` makes no sense for this kind of store. It reaches nothing, so it says
    /// nothing about whether the store exists.
    URI canonical(URI root);

    /// Opens the store at `root`. Fails with INVALID for a URI that makes no sense, UNAVAILABLE if the store cannot
    /// be reached.
    ObjectStore open(URI root);
}
