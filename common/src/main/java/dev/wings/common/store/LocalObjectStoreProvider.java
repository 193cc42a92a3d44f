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
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;

/// Opens directories: `file:///absolute/directory`, made if it does not exist.
public final class LocalObjectStoreProvider implements ObjectStoreProvider {

    @Override
    public String scheme() {
        return "file";
    }

    @Override
    public URI canonical(URI root) {
        // whether there is a slash at the end depends on what is there now
        String path = directory(root).toUri().getRawPath();
        return URI.create("file://" + (path.endsWith("/") ? path.substring(0, path.length() - 1) : path));
    }

    @Override
    public ObjectStore open(URI root) {
        Path directory = directory(root);
        try {
            Files.createDirectories(directory);
            return new LocalObjectStore(directory.toRealPath());
        } catch (IOException e) {
            throw WingsException.unavailable(
                    "cannot open the directory of an object store: uri=" + root + ", cause=" + e, e);
        }
    }

    private static Path directory(URI root) {
        try {
            Path directory = Path.of(root);
            // the root of the file system would have a slash at the end
            if (directory.getParent() == null || !directory.equals(directory.normalize())) {
                throw new IllegalArgumentException("a directory is named without . and .., and is not the root");
            }
            return directory;
        } catch (IllegalArgumentException e) {
            throw WingsException.invalid("bad address of an object store: expected=file:///absolute/directory, found="
                    + root + ", cause=" + e.getMessage());
        }
    }
}
