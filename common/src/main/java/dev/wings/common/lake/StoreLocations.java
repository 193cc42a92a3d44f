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
package dev.wings.common.lake;

import dev.wings.common.error.WingsException;
import dev.wings.common.store.ObjectKey;
import java.net.URI;
import java.util.regex.Pattern;

/// Where Iceberg finds the objects of a store: a location is the store's URI, a slash, and the object's key.
///
/// @param root the store's URI without a slash at its end
public record StoreLocations(String root) {

    public StoreLocations {
        if (root.isEmpty() || root.endsWith("/")) {
            throw new IllegalArgumentException("the root of locations has no slash at its end: root=" + root);
        }
    }

    /// `file:/a` is what others write for `file:///a`: Java for files, and clients of Hadoop.
    private static final Pattern LOCAL_ROOT = Pattern.compile("^file:/(?!/)");

    private static String canonical(String location) {
        return LOCAL_ROOT.matcher(location).replaceFirst("file:///");
    }

    public static StoreLocations of(URI store) {
        String text = canonical(store.toString());
        int end = text.length();
        while (end > 0 && text.charAt(end - 1) == '/') {
            end--;
        }
        return new StoreLocations(text.substring(0, end));
    }

    public String location(String key) {
        return root + "/" + ObjectKey.check(key);
    }

    /// The key of an object of this store; fails with INVALID for a location anywhere else.
    public String key(String text) {
        String location = canonical(text);
        if (!location.startsWith(root + "/")) {
            throw WingsException.invalid(
                    "location is outside of the object store: location=\"" + printable(location) + "\", store=" + root);
        }
        return ObjectKey.check(location.substring(root.length() + 1));
    }

    private static String printable(String location) {
        String clean = location.replaceAll("\\p{Cntrl}", "?");
        return clean.length() <= 300 ? clean : clean.substring(0, 300) + "...";
    }
}
