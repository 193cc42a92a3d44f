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
package dev.wings.integration.simulation;

import java.util.regex.Pattern;

/// A deliberate fault of what is simulated. The simulation has to find it: if it did not, it would not find
/// faults of the real services either.
enum Flaw {
    NONE("nothing"),
    /// The object store confirms what it has not stored.
    FORGETFUL_STORE("I1|I8"),
    /// The database loses everything when a control plane crashes.
    FORGETFUL_DATABASE("I1|I2|NOT_FOUND|not found"),
    /// Plans are, now and then, those of a moment ago.
    STALE_PLANS("I5"),
    /// In a plan of several topics, each topic is seen at another moment.
    TORN_PLANS("I6"),
    /// A folio that is committed again is committed twice.
    FORGETFUL_COMMITS("I4"),
    /// A commit to a table is made although its worker has lost the lease, and others have committed since.
    BLIND_COMMITS("I1|I2|I7|I8"),
    /// What is written to a table has one row twice, and another not at all.
    SLOPPY_SEGMENTS("I7"),
    /// Garbage is removed without a grace.
    HASTY_COLLECTION("I8"),
    /// Nobody removes what is listed as garbage.
    IDLE_COLLECTION("I8");

    private final Pattern promises;

    /// @param promises a pattern of the promises that the fault breaks, as the messages of failures name them
    Flaw(String promises) {
        this.promises = Pattern.compile(promises);
    }

    /// Whether a failure is one that the fault causes.
    boolean explains(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (promises.matcher(String.valueOf(cause.getMessage())).find()) {
                return true;
            }
        }
        return false;
    }
}
