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
package dev.wings.compactor.maintain;

import dev.wings.common.error.WingsException;
import dev.wings.common.lake.StoreFileIO;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;

/// The files of other engines' tables: those below `{namespace prefix}/external/`, to be read only. A location
/// elsewhere is INVALID, whoever wrote it into a table (I9).
final class EngineFiles implements FileIO {

    private static final long serialVersionUID = 1;

    /// Clients of Hadoop write `file:/a` for `file:///a`.
    private static final Pattern LOCAL_ROOT = Pattern.compile("^file:/(?!/)");

    private static final int MAX_PRINTED = 300;

    private final StoreFileIO io;
    private final String prefix;

    /// @param objectPrefix the prefix of the namespace
    EngineFiles(StoreFileIO io, String objectPrefix) {
        this.io = io;
        this.prefix = objectPrefix + "/external/";
    }

    /// The key of a file. Fails with INVALID for a location elsewhere.
    String key(String location) {
        String key = io.locations().key(LOCAL_ROOT.matcher(location).replaceFirst("file:///"));
        if (!key.startsWith(prefix)) {
            throw WingsException.invalid("a file is not one of engines' tables in this namespace: key=" + key
                    + ", expected_prefix=" + prefix);
        }
        return key;
    }

    /// As [#key], empty for a location elsewhere.
    Optional<String> findKey(String location) {
        try {
            return Optional.of(key(location));
        } catch (WingsException e) {
            return Optional.empty();
        }
    }

    /// Whether a location could mean a directory or something below it, however it is written: with another
    /// scheme for the same store, with slashes or dots too many. In doubt it could.
    ///
    /// @param directory the start of keys, with the slash at its end
    static boolean mayBeIn(String directory, String location) {
        Deque<String> segments = new ArrayDeque<>();
        for (String segment : location.split("/", -1)) {
            if (segment.equals("..")) {
                segments.pollLast();
            } else if (!segment.isEmpty() && !segment.equals(".")) {
                segments.addLast(segment);
            }
        }
        return ("/" + String.join("/", segments) + "/").contains("/" + directory);
    }

    static String printable(String location) {
        String clean = location.replaceAll("\\p{Cntrl}", "?");
        return clean.length() <= MAX_PRINTED ? clean : clean.substring(0, MAX_PRINTED) + "...";
    }

    @Override
    public InputFile newInputFile(String location) {
        return bounded(io.newInputFile(io.locations().location(key(location))));
    }

    @Override
    public InputFile newInputFile(String location, long length) {
        return bounded(io.newInputFile(io.locations().location(key(location)), length));
    }

    private static InputFile bounded(InputFile file) {
        return new BoundedInput(file, BoundedInput.Limits.DEFAULT);
    }

    @Override
    public OutputFile newOutputFile(String location) {
        throw new UnsupportedOperationException("tables of other engines are not written");
    }

    @Override
    public void deleteFile(String location) {
        throw new UnsupportedOperationException("files are removed by their keys");
    }

    @Override
    public Map<String, String> properties() {
        return Map.of();
    }
}
