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
package dev.wings.common.process;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.Set;

/// Directories that nobody but the user of this process may look into. What has a name that others can guess, in a
/// directory where others may write, such as `/tmp`, may have been made by one of them first.
public final class PrivateDirectory {

    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");

    private PrivateDirectory() {}

    /// Makes `directory`, whose parent is there, or takes the one that is there. PRECONDITION if it is not this user's
    /// own, or no directory; others lose all rights to it.
    public static Path openShared(Path directory) throws IOException {
        try {
            return create(directory);
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
                throw refused(directory, "it is no directory");
            }
            UserPrincipal owner = Files.getOwner(directory, LinkOption.NOFOLLOW_LINKS);
            UserPrincipal self = self();
            if (!owner.equals(self)) {
                throw refused(directory, "it belongs to another user: owner=" + owner + ", expected=" + self);
            }
            if (isPosix()) {
                Files.setPosixFilePermissions(directory, OWNER_ONLY);
            }
            return directory;
        }
    }

    /// Makes `directory`, whose parent is there. Fails if there is something of this name.
    public static Path create(Path directory) throws IOException {
        FileAttribute<?>[] attributes = isPosix()
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER_ONLY)}
                : new FileAttribute<?>[0];
        return Files.createDirectory(directory, attributes);
    }

    private static boolean isPosix() {
        return FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
    }

    /// The user whom files of this process belong to. The user's name need not be known to the system, say in a
    /// container.
    private static UserPrincipal self() throws IOException {
        Path probe = Files.createTempFile("wings-", ".owner");
        try {
            return Files.getOwner(probe);
        } finally {
            Files.delete(probe);
        }
    }

    private static WingsException refused(Path directory, String why) {
        return new WingsException(
                ErrorKind.PRECONDITION,
                "a directory for local files cannot be used, configure another one: directory=" + directory + ", "
                        + why);
    }
}
