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
package dev.wings.cli.output;

import java.util.OptionalInt;

/// Control of a terminal, as far as single commands need it: ECMA-48 sequences.
public final class Screen {

    /// Goes to the start of the line, and empties it.
    public static final String CLEAR_LINE = "\r\033[K";

    private Screen() {}

    /// Whether people read what is printed to standard output, on a terminal that can move its cursor.
    public static boolean isOutputTerminal() {
        return isTerminal('1');
    }

    /// Whether people read what is printed to standard error, on a terminal that can move its cursor.
    public static boolean isErrorTerminal() {
        return isTerminal('2');
    }

    /// Whether a person types what standard input gives; that needs no cursor that moves.
    public static boolean isInputTerminal() {
        return isAnyTerminal('0');
    }

    /// How many columns the terminal has; empty if that is not known.
    public static OptionalInt columns() {
        return size(1);
    }

    /// How many lines the terminal has; empty if that is not known.
    public static OptionalInt lines() {
        return size(0);
    }

    /// A number of what `stty size` has told the launcher: lines, then columns.
    private static OptionalInt size(int position) {
        String[] size = System.getProperty("wings.terminal-size", "").split(" ", -1);
        try {
            int found = size.length == 2 ? Integer.parseInt(size[position]) : 0;
            return found > 0 ? OptionalInt.of(found) : OptionalInt.empty();
        } catch (NumberFormatException e) {
            return OptionalInt.empty();
        }
    }

    private static boolean isTerminal(char stream) {
        return isAnyTerminal(stream) && !"dumb".equals(System.getenv("TERM"));
    }

    /// Whether a stream is a terminal. Java cannot tell its standard streams apart; the launcher says which of
    /// them are terminals.
    private static boolean isAnyTerminal(char stream) {
        return System.getProperty("wings.terminals", "").indexOf(stream) >= 0;
    }
}
