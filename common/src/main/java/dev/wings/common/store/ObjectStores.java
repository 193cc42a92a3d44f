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

import dev.wings.common.error.WingsException;
import java.net.URI;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.ServiceLoader;

/// The object stores of a process, opened on first use and shared by all whose URIs mean the same. Safe for use by many
/// threads.
public final class ObjectStores implements AutoCloseable {

    private final Map<String, ObjectStoreProvider> providers = new HashMap<>();
    private final Map<URI, ObjectStore> open = new HashMap<>();

    public ObjectStores() {
        for (ObjectStoreProvider provider : ServiceLoader.load(ObjectStoreProvider.class)) {
            providers.put(provider.scheme(), provider);
        }
    }

    /// The store at `root`, closed with this. Fails with INVALID for a URI whose scheme nobody provides.
    public synchronized ObjectStore open(URI root) {
        ObjectStore known = open.get(root);
        if (known != null) {
            return known;
        }
        ObjectStoreProvider provider = provider(root);
        URI canonical = provider.canonical(root);
        known = open.get(canonical);
        if (known != null) {
            return known;
        }
        ObjectStore store = provider.open(canonical);
        open.put(canonical, store);
        return store;
    }

    /// The one form of a URI: URIs that mean the same store have the same form. Fails with INVALID for a URI
    /// that [#open] could never open: nobody provides its scheme, or the provider has no use for it. It reaches
    /// nothing.
    public URI canonical(URI root) {
        return provider(root).canonical(root);
    }

    private ObjectStoreProvider provider(URI root) {
        ObjectStoreProvider provider =
                root.getScheme() == null ? null : providers.get(root.getScheme().toLowerCase(Locale.ROOT));
        if (provider == null) {
            throw WingsException.invalid("unknown kind of object store: uri=" + root + ", known=" + providers.keySet());
        }
        return provider;
    }

    @Override
    public synchronized void close() {
        open.values().forEach(ObjectStore::close);
        open.clear();
    }
}
