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
package dev.wings.integration.lake;

import java.util.ArrayList;
import java.util.List;

/// What a worker does that others could notice: calls of the control plane and of the object store. They are counted,
/// and a fault may come in between.
public final class Steps {

    /// Something that goes wrong. What it throws is what the worker sees of the step.
    public interface Fault {
        /// @param step counted from 0
        void before(int step);

        /// The step is done, and the worker does not know yet.
        void after(int step);
    }

    /// Ends a worker: it gets no further, and reports nothing.
    static final class Crash extends Error {
        private static final long serialVersionUID = 1;

        Crash() {
            super("the worker is killed");
        }
    }

    private static final Fault NONE = new Fault() {
        @Override
        public void before(int step) {}

        @Override
        public void after(int step) {}
    };

    private final List<String> seen = new ArrayList<>();
    private Fault fault = NONE;

    /// Counts anew.
    public synchronized void arm(Fault what) {
        seen.clear();
        fault = what;
    }

    public void disarm() {
        arm(NONE);
    }

    public synchronized List<String> seen() {
        return List.copyOf(seen);
    }

    /// Returns the number of the step.
    int before(String name) {
        Fault now;
        int step;
        synchronized (this) {
            now = fault;
            step = seen.size();
            seen.add(name);
        }
        now.before(step);
        return step;
    }

    void after(int step) {
        Fault now;
        synchronized (this) {
            now = fault;
        }
        now.after(step);
    }
}
