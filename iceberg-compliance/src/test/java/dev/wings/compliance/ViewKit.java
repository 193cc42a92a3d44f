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
package dev.wings.compliance;

import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.rest.RESTCompatibilityKitViewCatalogTests;
import org.junit.jupiter.api.extension.ExtendWith;

/// The kit's tests of views. Locations that it asks for are below the namespace's own, as with [TableKit].
@ExtendWith(RunningControlPlane.class)
public class ViewKit extends RESTCompatibilityKitViewCatalogTests {

    /// The namespace of the tests that ask for locations.
    private static final Namespace NAMESPACE = Namespace.of("ns");

    @Override
    protected String viewLocation(String... paths) {
        return catalog().loadNamespaceMetadata(NAMESPACE).get("location") + "/kit/" + String.join("/", paths);
    }
}
