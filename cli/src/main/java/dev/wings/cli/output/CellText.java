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

import java.util.Locale;
import org.jline.utils.WCWidth;

/// Text inside a table's cell.
public final class CellText {

    private CellText() {}

    /// The text on one line, with nothing in it that a terminal would obey.
    public static String printable(String text) {
        boolean clean = true;
        for (int i = 0; i < text.length() && clean; i++) {
            clean = !Character.isISOControl(text.charAt(i));
        }
        if (clean) {
            return text;
        }
        StringBuilder printable = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '\n' -> printable.append("\\n");
                case '\r' -> printable.append("\\r");
                case '\t' -> printable.append("\\t");
                default -> {
                    if (Character.isISOControl(c)) {
                        printable.append(String.format(Locale.ROOT, "\\x%02x", (int) c));
                    } else {
                        printable.append(c);
                    }
                }
            }
        }
        return printable.toString();
    }

    /// How many columns the text takes on a terminal: wide East Asian characters and emoji take two, combining
    /// marks none.
    public static int width(String text) {
        int width = 0;
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            i += Character.charCount(c);
            width += Math.max(0, WCWidth.wcwidth(c));
        }
        return width;
    }
}
