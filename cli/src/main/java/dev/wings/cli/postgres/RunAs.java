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

import com.sun.security.auth.module.UnixSystem;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// PostgreSQL refuses to run as root. If this process is root, the programs of PostgreSQL run in a user
/// namespace, in which they see another user; or, where the machine does not allow that (in many containers),
/// as the user nobody, who may still enter directories that only root can.
///
/// @param prefix what goes before each command
/// @param owner user id that must own PostgreSQL's files; -1 for whoever creates them
record RunAs(List<String> prefix, int owner) {

    private static final int NOBODY = 65_534;
    private static final Path SHARED_PROGRAMS = Path.of("/var/cache/wings");

    private static final List<String> IN_NAMESPACE = List.of("unshare", "--user");
    private static final List<String> AS_NOBODY = List.of(
            "setpriv",
            "--reuid=" + NOBODY,
            "--regid=" + NOBODY,
            "--clear-groups",
            "--inh-caps=+dac_override",
            "--ambient-caps=+dac_override");

    RunAs {
        prefix = List.copyOf(prefix);
    }

    /// The way that works for this process, on this machine.
    static RunAs detect() throws InterruptedException {
        if (new UnixSystem().getUid() != 0) {
            return new RunAs(List.of(), -1);
        }
        if (works(IN_NAMESPACE)) {
            return new RunAs(IN_NAMESPACE, -1);
        }
        if (works(AS_NOBODY)) {
            return new RunAs(AS_NOBODY, NOBODY);
        }
        throw new WingsException(
                ErrorKind.PRECONDITION,
                "PostgreSQL does not run as root, and neither `unshare` nor `setpriv` works here to give it another user:"
                        + " run wings as another user");
    }

    /// The directory in which programs are unpacked so that this user can run them: PostgreSQL checks its
    /// programs with the rights of the user alone, so that those of nobody cannot lie in the home of root.
    Path programs(Path own) {
        return owner < 0 ? own : SHARED_PROGRAMS;
    }

    /// The command with its arguments, to be run as that user.
    List<String> command(List<String> command) {
        List<String> whole = new ArrayList<>(prefix);
        whole.addAll(command);
        return whole;
    }

    /// Gives a directory of PostgreSQL, and all in it, to that user.
    void giveAway(Path directory) throws IOException, InterruptedException {
        if (owner < 0 || (int) Files.getAttribute(directory, "unix:uid") == owner) {
            return;
        }
        Process chown = new ProcessBuilder("chown", "-R", owner + ":" + owner, directory.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (chown.waitFor() != 0) {
            throw new IOException("cannot make user " + owner + " the owner of " + directory);
        }
    }

    private static boolean works(List<String> prefix) throws InterruptedException {
        List<String> probe = new ArrayList<>(prefix);
        probe.add("true");
        try {
            return new ProcessBuilder(probe)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            // there is no such program
            return false;
        }
    }
}
