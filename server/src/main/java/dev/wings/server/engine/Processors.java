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
package dev.wings.server.engine;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;

/// The rank of this process among those that want the processors.
@SuppressWarnings("restricted")
final class Processors {

    /// How many steps the process goes back. Ten steps leave it about a tenth of what another thread gets while
    /// processors are scarce, and all that is left over otherwise.
    static final int STEPS_BACK = 10;

    private Processors() {}

    /// Lets others go first, for good, by `nice(2)`. On Linux it is about the calling thread and the threads
    /// that this one starts. Where it is refused, nothing changes.
    static void standBack() {
        Linker linker = Linker.nativeLinker();
        MethodHandle nice = linker.defaultLookup()
                .find("nice")
                .map(function -> linker.downcallHandle(function, FunctionDescriptor.of(JAVA_INT, JAVA_INT)))
                .orElse(null);
        if (nice == null) {
            return;
        }
        try {
            // it returns the new rank or -1, which may be a rank, too
            int _ = (int) nice.invokeExact(STEPS_BACK);
        } catch (Throwable t) {
            throw new IllegalStateException("a native call failed", t);
        }
    }
}
