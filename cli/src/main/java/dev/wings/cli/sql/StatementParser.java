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
package dev.wings.cli.sql;

import org.jline.reader.EOFError;
import org.jline.reader.ParsedLine;
import org.jline.reader.Parser;
import org.jline.reader.SyntaxError;
import org.jline.reader.impl.DefaultParser;

/// Tells the line reader when a statement is complete: at its semicolon; a backslash command, and
/// `exit` and the like, at the end of its line.
final class StatementParser implements Parser {

    private final DefaultParser words = new DefaultParser()
            .escapeChars(new char[0])
            .quoteChars(new char[0])
            .eofOnUnclosedQuote(false)
            .eofOnEscapedNewLine(false);

    @Override
    public ParsedLine parse(String line, int cursor, ParseContext context) throws SyntaxError {
        if (context == ParseContext.ACCEPT_LINE && !isComplete(line)) {
            throw new EOFError(-1, -1, "the statement is not complete");
        }
        return words.parse(line, cursor, ParseContext.COMPLETE);
    }

    static boolean isComplete(String text) {
        return text.stripLeading().startsWith("\\")
                || Shell.isWord(text)
                || Statements.isBlank(Statements.of(text).rest());
    }

    @Override
    public boolean isEscapeChar(char c) {
        return false;
    }
}
