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
package dev.wings.cli.postgres;

import dev.wings.cli.output.Human;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Explains why nothing starts on this machine, in one sentence that says what to do, from what programs and
/// the system say.
public final class StartFailure {

    private static final String ROOM = "make room for some 300 MB, or name another directory with --data";

    private static final Pattern OTHER_VERSION = Pattern.compile(
            "initialized by PostgreSQL version (\\S+?),? which is not compatible with this version (\\S+?)\\.?(?:\\s|$)");

    private static final Pattern FULL = words("No space left on device|Disk quota exceeded|not enough space|disk full");

    private static final Pattern MEMORY = words("Cannot allocate memory|out of memory|not enough memory"
            + "|could not (?:map|create) [^\\n]*shared memory|unable to create native thread|could not fork");

    private static final Pattern FILES = words("Too many open files");

    private static final Pattern RIGHTS =
            words("Permission denied|Operation not permitted|Read-only file system|AccessDeniedException");

    private static final Pattern WRONG = words("\\b(?:error|fatal|panic)\\b");

    private StartFailure() {}

    private static Pattern words(String words) {
        return Pattern.compile(words, Pattern.CASE_INSENSITIVE);
    }

    /// The sentence; empty if what was said is of no known kind.
    ///
    /// @param said the words of a program, or of the system
    /// @param directory the directory that was written to
    public static Optional<String> reason(String said, Path directory) {
        Matcher version = OTHER_VERSION.matcher(said);
        if (version.find()) {
            return Optional.of(
                    "its data were made by PostgreSQL " + version.group(1) + ", and this is " + version.group(2)
                            + ": directory=" + directory
                            + "; run the version of Wings that made them, or name another directory"
                            + " with --data");
        }
        if (FULL.matcher(said).find()) {
            return Optional.of("the disk is full: directory=" + directory + ", free=" + free(directory) + "; " + ROOM);
        }
        if (MEMORY.matcher(said).find()) {
            return Optional.of("the machine has not enough memory left: end something else, or allow this user and this"
                    + " container more; all of `wings dev` takes 2 GiB when it is busy");
        }
        if (FILES.matcher(said).find()) {
            return Optional.of("the process may not open as many files as it needs: raise the limit, `ulimit -n 4096`");
        }
        if (RIGHTS.matcher(said).find()) {
            return Optional.of("the directory cannot be written by this user: directory=" + directory
                    + "; change its rights, or name another directory with --data");
        }
        return Optional.empty();
    }

    /// The failure in one sentence, if any of its messages is of a known kind; else the failure itself.
    public static RuntimeException explained(RuntimeException failure, Path directory) {
        if (failure instanceof WingsException known && known.kind() == ErrorKind.PRECONDITION) {
            return failure;
        }
        for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
            Optional<String> reason = reason(cause.toString(), directory);
            if (reason.isPresent()) {
                return new WingsException(
                        ErrorKind.PRECONDITION, "the platform cannot start: " + reason.get(), failure);
            }
        }
        return failure;
    }

    /// The failure of PostgreSQL's programs. What they said goes to a file, if one can be written.
    static WingsException ofPostgres(String said, Path directory, Path log, Throwable cause) {
        boolean kept = keep(said, log);
        String reason = reason(said, directory).orElseGet(() -> lastError(said));
        return new WingsException(
                ErrorKind.PRECONDITION,
                "cannot start PostgreSQL: " + reason + (kept ? "; what it said is in " + log : ""),
                cause);
    }

    private static boolean keep(String said, Path log) {
        try {
            Files.createDirectories(log.toAbsolutePath().getParent());
            Files.writeString(log, said.strip() + "\n");
            return true;
        } catch (IOException e) {
            // this is most likely the reason why it did not start
            return false;
        }
    }

    /// The last line that tells of an error, or the last one at all.
    private static String lastError(String said) {
        List<String> lines = said.strip().lines().toList();
        return lines.stream()
                .filter(line -> WRONG.matcher(line).find())
                .reduce((one, next) -> next)
                .orElse(lines.isEmpty() ? "it said nothing" : lines.getLast());
    }

    /// The free space, as `12.3 MB`.
    private static String free(Path directory) {
        Path existing = directory.toAbsolutePath();
        try {
            while (Files.notExists(existing) && existing.getParent() != null) {
                existing = existing.getParent();
            }
            return Human.bytes((double) Files.getFileStore(existing).getUsableSpace());
        } catch (IOException e) {
            return "unknown";
        }
    }
}
