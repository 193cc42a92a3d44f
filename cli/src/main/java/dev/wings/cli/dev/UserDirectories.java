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
package dev.wings.cli.dev;

import java.nio.file.Path;
import java.util.Map;

/// Where the files of this user belong, after the XDG base directory specification.
///
/// @param data for what is kept: the default place of a platform's data
/// @param cache for what can be made again: unpacked programs, data of platforms that keep none
public record UserDirectories(Path data, Path cache) {

    /// @param environment for `XDG_DATA_HOME` and `XDG_CACHE_HOME`
    /// @param home the directories are below it if these are not set
    static UserDirectories of(Map<String, String> environment, Path home) {
        return new UserDirectories(
                base(environment, "XDG_DATA_HOME", home.resolve(".local").resolve("share"))
                        .resolve("wings"),
                base(environment, "XDG_CACHE_HOME", home.resolve(".cache")).resolve("wings"));
    }

    /// The directories of the user who runs this process.
    public static UserDirectories current() {
        return of(System.getenv(), Path.of(System.getProperty("user.home")));
    }

    private static Path base(Map<String, String> environment, String variable, Path otherwise) {
        String value = environment.getOrDefault(variable, "");
        // The specification wants relative paths ignored.
        return value.startsWith("/") ? Path.of(value) : otherwise;
    }
}
