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
package dev.wings.common.config;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// Variables that look like settings, and that nothing reads.
public final class UnknownNames {

    private static final String ALL = "WINGS_";
    private static final int FARTHEST = 3;

    private UnknownNames() {}

    /// Finds variables that belong to no service and to nobody else, and describes each in a line. Those that
    /// begin like a service's settings are problems of its [Reading].
    ///
    /// @param services all services that there are
    /// @param others names that are read by something else
    public static List<String> find(
            Map<String, String> environment, Collection<Reading<?>> services, Set<String> others) {
        Set<String> known = new TreeSet<>(others);
        known.addAll(Settings.OF_ALL_SERVICES);
        services.forEach(service -> known.addAll(service.names()));
        return new TreeMap<>(environment)
                .entrySet().stream()
                        .filter(variable -> !variable.getValue().isEmpty())
                        .map(Map.Entry::getKey)
                        .filter(name -> name.startsWith(ALL) && !known.contains(name))
                        .filter(name -> services.stream().noneMatch(service -> name.startsWith(service.prefix())))
                        .map(name -> problem(name, ALL, known))
                        .toList();
    }

    /// Says that a name is unknown, and which name may have been meant.
    ///
    /// @param prefix the part of the name that is known to be right
    static String problem(String name, String prefix, Collection<String> known) {
        return name + " is unknown"
                + nearest(name, prefix, known)
                        .map(nearest -> ": did you mean " + nearest + "?")
                        .orElse("");
    }

    /// The known name that needs the fewest changes, if these leave most of what was written.
    private static Optional<String> nearest(String name, String prefix, Collection<String> known) {
        int written = name.startsWith(prefix) ? name.length() - prefix.length() : name.length();
        int fewest = Math.min(FARTHEST, written / 3) + 1;
        Optional<String> nearest = Optional.empty();
        for (String candidate : known) {
            int changes = Values.editDistance(name, candidate);
            if (changes < fewest) {
                nearest = Optional.of(candidate);
                fewest = changes;
            }
        }
        return nearest;
    }
}
