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

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/// One page of the objects below a directory, in the order of their keys' bytes (keys are ASCII, so strings compare
/// the same way).
///
/// Walks the tree in order: a directory counts as its name with a `/`, so that `a-b` comes before what is in `a`, and
/// `a0` after. Of each directory on the way only as many names are held as the page has places, however many it has.
final class LocalListing {

    private final Path root;
    private final String prefix;
    private final String startAfter;
    private final int limit;
    private final List<ObjectInfo> page = new ArrayList<>();

    LocalListing(Path root, String prefix, String startAfter, int limit) {
        this.root = root;
        this.prefix = prefix;
        this.startAfter = startAfter;
        this.limit = limit;
    }

    List<ObjectInfo> page() throws IOException {
        // the deepest directory that all wanted keys are in
        String start = prefix.substring(0, prefix.lastIndexOf('/') + 1);
        Path directory = root.resolve(start);
        if (isRealDirectory(directory)) {
            walk(directory, start);
        }
        return page;
    }

    static ObjectInfo info(String key, BasicFileAttributes attributes) {
        return new ObjectInfo(
                key, attributes.size(), attributes.lastModifiedTime().toInstant());
    }

    /// @param key the key of the directory: empty for the root, else with a slash at its end
    private void walk(Path directory, String key) throws IOException {
        String after = "";
        while (page.size() < limit) {
            int wanted = limit - page.size();
            List<String> children = children(directory, key, after, wanted);
            for (String child : children) {
                if (page.size() == limit) {
                    return;
                }
                visit(directory.resolve(child), key + child);
            }
            if (children.size() < wanted) {
                return;
            }
            after = children.getLast();
        }
    }

    private void visit(Path path, String key) throws IOException {
        if (key.endsWith("/")) {
            walk(path, key);
            return;
        }
        try {
            page.add(info(key, Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)));
        } catch (NoSuchFileException e) {
            // the file was deleted since the directory was read
        }
    }

    /// The first `count` names after `after` that lead to wanted keys, in order; directories have a slash at
    /// the end.
    private List<String> children(Path directory, String key, String after, int count) throws IOException {
        PriorityQueue<String> smallest = new PriorityQueue<>(Comparator.reverseOrder());
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                String plain = String.valueOf(entry.getFileName());
                boolean full = smallest.size() == count;
                // This spares looking at what cannot be among the smallest, be it a directory or not.
                if (!ObjectKey.isSegment(plain) || (full && plain.compareTo(smallest.element()) > 0)) {
                    continue;
                }
                String name = name(entry, plain);
                if (name.isEmpty() || name.compareTo(after) <= 0 || !mayHoldWanted(key + name)) {
                    continue;
                }
                smallest.add(name);
                if (smallest.size() > count) {
                    smallest.remove();
                }
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of();
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        List<String> ordered = new ArrayList<>(smallest);
        ordered.sort(Comparator.naturalOrder());
        return ordered;
    }

    /// The name as keys have it: directories have a slash at the end. Empty for what is neither a file nor a
    /// directory.
    private static String name(Path entry, String name) throws IOException {
        try {
            BasicFileAttributes attributes =
                    Files.readAttributes(entry, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            if (attributes.isDirectory()) {
                return name + "/";
            }
            return attributes.isRegularFile() ? name : "";
        } catch (NoSuchFileException e) {
            return "";
        }
    }

    private boolean mayHoldWanted(String key) {
        boolean directory = key.endsWith("/");
        boolean matches = key.startsWith(prefix) || (directory && prefix.startsWith(key));
        boolean later = key.compareTo(startAfter) > 0 || (directory && startAfter.startsWith(key));
        return matches && later;
    }

    private static boolean isRealDirectory(Path directory) throws IOException {
        try {
            return directory.toRealPath().equals(directory.normalize())
                    && Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException e) {
            if (DurableDirectories.isNotDirectory(e)) {
                return false;
            }
            throw e;
        }
    }
}
