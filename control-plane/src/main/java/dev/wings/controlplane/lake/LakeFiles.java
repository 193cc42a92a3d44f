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
package dev.wings.controlplane.lake;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// What a change of a table or view says about its files.
///
/// @param directories directories that belong to it from now on and for good: their locations without a slash
///     at the end. None may be that of another entry, contain it, or lie in it
/// @param elsewhere files that its metadata name and that are in none of these; none may be in that of another
///     entry
/// @param deletable whether the metadata file that the pointer moves to was written for this change and is to be
///     deleted when nothing needs it any more
public record LakeFiles(Set<String> directories, Set<String> elsewhere, boolean deletable) {

    /// How many directories one entry may have. Its location changes rarely.
    public static final int MAX_DIRECTORIES = 100;

    public static final LakeFiles NONE = new LakeFiles(Set.of(), Set.of(), false);

    public LakeFiles {
        directories = Set.copyOf(directories);
        elsewhere = Set.copyOf(elsewhere);
    }

    /// @param files the files that the metadata name, wherever they are
    public static LakeFiles of(Set<String> directories, Set<String> files, boolean deletable) {
        return new LakeFiles(directories, outside(files, directories), deletable);
    }

    /// The same with one more file, wherever it is.
    public LakeFiles with(String file) {
        Set<String> files = new HashSet<>(elsewhere);
        files.add(file);
        return of(directories, files, deletable);
    }

    private static Set<String> outside(Set<String> files, Collection<String> directories) {
        return files.stream()
                .filter(file -> directories.stream().noneMatch(directory -> file.startsWith(directory + "/")))
                .collect(Collectors.toSet());
    }

    /// Whether a directory of another entry is in the way of these.
    public boolean conflictsWith(String other) {
        return directories.stream()
                        .anyMatch(directory -> directory.equals(other)
                                || directory.startsWith(other + "/")
                                || other.startsWith(directory + "/"))
                || elsewhere.stream().anyMatch(file -> file.startsWith(other + "/"));
    }

    /// These files without what an entry has already.
    public LakeFiles without(List<String> held) {
        return new LakeFiles(
                directories.stream()
                        .filter(directory -> !held.contains(directory))
                        .collect(Collectors.toSet()),
                outside(elsewhere, held),
                deletable);
    }

    public boolean isNothingNew() {
        return directories.isEmpty() && elsewhere.isEmpty();
    }
}
