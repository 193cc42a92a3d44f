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

/// The kinds of frames between the server and a process that holds an engine.
///
/// The server asks in order. When a question fails, those after it are left out, up to the first that wants an
/// answer, which fails in its place.
enum FrameType {
    /// Opens an instance with settings of DuckDB and with what the process may take.
    OPEN(true),
    /// Ends the instance, but not the process.
    CLOSE(true),
    RUN(false),
    /// Runs a statement with one parameter, whose result is one text. The answer's body is that text.
    TEXT(true),
    PREPARE(false),
    DESCRIBE(true),
    BIND(false),
    /// Runs a statement. The answer has its columns; then rows come without being asked for, a few frames ahead.
    EXECUTE(true),
    /// Allows one more frame of rows.
    MORE(false),
    CLOSE_ROWS(true),
    CLOSE_STATEMENT(false),
    ADD_TABLE(false),
    DROP_TABLE(false),
    ATTACH(false),
    DETACH(false),
    /// Has the next rows of a scan, which PULL asked for, or says that there are none, or that they cannot be
    /// had.
    SCAN_ROWS(false),
    SCAN_END(false),
    SCAN_FAILED(false),

    // the process sends the frames from here on
    ANSWER(false),
    FAILED(false),
    ROWS(false),
    END_OF_ROWS(false),
    /// Asks for the next rows of a scan.
    PULL(false);

    private static final FrameType[] ALL = values();

    private final boolean answered;

    FrameType(boolean answered) {
        this.answered = answered;
    }

    boolean isAnswered() {
        return answered;
    }

    @SuppressWarnings("EnumOrdinal") // both ends are of one build
    int number() {
        return ordinal();
    }

    static FrameType of(int number) {
        return ALL[number];
    }
}
