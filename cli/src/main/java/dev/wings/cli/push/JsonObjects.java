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
package dev.wings.cli.push;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import dev.wings.common.error.WingsException;
import dev.wings.common.schema.TopicField;
import dev.wings.common.text.ValueWriter;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/// The objects of a file that are its rows: one after the other, or in one array. Fails with INVALID for what is no
/// object. Closing it closes the file.
abstract sealed class JsonObjects implements AutoCloseable {

    /// Takes JSON as Python and R write it: with NaN and Infinity.
    static final JsonFactory JSON = JsonFactory.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();

    /// @param again whether rows are read more than once; reading goes on behind what is no JSON then, if it
    ///     can
    static JsonObjects open(InputStream in, boolean again) throws IOException {
        if (!again) {
            return new AsTheyCome(JSON.createParser(in));
        }
        BufferedInputStream text = new BufferedInputStream(in, 1 << 16);
        return startsArray(text) ? new OfArray(JSON.createParser(text)) : new OfLines(text);
    }

    private static boolean startsArray(BufferedInputStream text) throws IOException {
        text.mark(FileFormat.SNIFF_BYTES);
        byte[] head = text.readNBytes(FileFormat.SNIFF_BYTES);
        text.reset();
        for (byte b : head) {
            // blanks, and the byte order mark of UTF-8, are passed over
            if (b > ' ') {
                return b == '[';
            }
        }
        return false;
    }

    /// Goes to the next object; false if there is none.
    abstract boolean next() throws IOException;

    /// A parser whose current token starts the object.
    abstract JsonParser row();

    /// Lets [#row] be read once more.
    abstract void again() throws IOException;

    /// Leaves out what the last failure was about; false if nobody can say where the next object starts.
    abstract boolean dropBroken() throws IOException;

    /// Where the last object is, for messages.
    abstract String place();

    /// The line of the current token of [#row], or that of the object where only that is known.
    abstract long line();

    abstract long bytesRead();

    @Override
    public abstract void close() throws IOException;

    /// What a message says of text that is no JSON.
    static String notJson(JsonProcessingException failure) {
        if (failure instanceof JsonEOFException) {
            return "the text is not JSON: it ends in the middle of a value, was the file cut off?";
        }
        String message = String.valueOf(failure.getOriginalMessage());
        boolean betweenObjects = failure.getProcessor() instanceof JsonParser json
                && json.getParsingContext().inRoot();
        if (betweenObjects && message.startsWith("Unexpected character (','")) {
            return "objects one after the other have no commas between them: sed 's/},$/}/' FILE takes those at the"
                    + " ends of lines out, [ before and ] after all rows make an array of them";
        }
        return "the text is not JSON: " + TopicField.printable(message)
                + (message.contains("Invalid UTF-8")
                        ? "; --encoding latin1, or windows-1252, takes text of older programs"
                        : "");
    }

    private static WingsException noObject(JsonParser json) throws IOException {
        return WingsException.invalid("a row is a JSON object: found=" + TopicField.printable(json.getText()));
    }

    /// Objects of rows that are read once.
    private static final class AsTheyCome extends JsonObjects {

        private final JsonParser json;
        private boolean started;
        private boolean inArray;

        AsTheyCome(JsonParser json) {
            this.json = json;
        }

        @Override
        boolean next() throws IOException {
            @Nullable JsonToken token = json.nextToken();
            if (!started) {
                started = true;
                inArray = token == JsonToken.START_ARRAY;
                token = inArray ? json.nextToken() : token;
            }
            if (inArray && token == JsonToken.END_ARRAY) {
                inArray = false;
                if (json.nextToken() != null) {
                    throw WingsException.invalid("nothing can stand after the array of rows");
                }
                return false;
            }
            if (token == null) {
                return false;
            }
            if (token != JsonToken.START_OBJECT) {
                throw noObject(json);
            }
            return true;
        }

        @Override
        JsonParser row() {
            return json;
        }

        @Override
        void again() {
            throw new IllegalStateException("these rows are read once");
        }

        @Override
        boolean dropBroken() {
            return false;
        }

        @Override
        String place() {
            return TextRows.place(json.currentTokenLocation());
        }

        @Override
        long line() {
            return json.currentTokenLocation().getLineNr();
        }

        @Override
        long bytesRead() {
            return Math.max(0, json.currentLocation().getByteOffset());
        }

        @Override
        public void close() throws IOException {
            json.close();
        }
    }

    /// Objects that are taken out as text, to be read again.
    private abstract static sealed class AsText extends JsonObjects {

        private String text = "";
        private @Nullable JsonParser row;

        /// Takes the object that the current token starts.
        final void take(JsonParser json) throws IOException {
            text = ValueWriter.copy(json);
            again();
        }

        @Override
        final void again() throws IOException {
            JsonParser parser = JSON.createParser(text);
            parser.nextToken();
            row = parser;
        }

        @Override
        final JsonParser row() {
            if (row == null) {
                throw new IllegalStateException("there is no row yet");
            }
            return row;
        }
    }

    /// The elements of an array. What follows an element that is no JSON cannot be found.
    private static final class OfArray extends AsText {

        private final JsonParser json;
        private long line = 1;
        private boolean started;
        private boolean ended;

        OfArray(JsonParser json) {
            this.json = json;
        }

        @Override
        boolean next() throws IOException {
            if (ended) {
                return false;
            }
            @Nullable JsonToken token = json.nextToken();
            if (!started) {
                started = true;
                token = json.nextToken();
            }
            line = json.currentTokenLocation().getLineNr();
            if (token == JsonToken.END_ARRAY) {
                ended = true;
                if (json.nextToken() != null) {
                    throw WingsException.invalid("nothing can stand after the array of rows");
                }
                return false;
            }
            if (token != JsonToken.START_OBJECT) {
                WingsException failure = noObject(json);
                json.skipChildren();
                throw failure;
            }
            take(json);
            return true;
        }

        @Override
        boolean dropBroken() {
            return false;
        }

        @Override
        String place() {
            return "line " + line;
        }

        @Override
        long line() {
            return line;
        }

        @Override
        long bytesRead() {
            return Math.max(0, json.currentLocation().getByteOffset());
        }

        @Override
        public void close() throws IOException {
            json.close();
        }
    }

    /// The objects of each line.
    private static final class OfLines extends AsText {

        /// The longest line: a longer row could not be stored.
        private static final int MAX_LINE_BYTES = 256 << 20;

        private final BufferedInputStream in;
        private JsonParser json;
        private long line;
        private long bytes;

        OfLines(BufferedInputStream in) throws IOException {
            this.in = in;
            this.json = JSON.createParser(new byte[0]);
        }

        @Override
        boolean next() throws IOException {
            while (true) {
                @Nullable JsonToken token = json.nextToken();
                if (token == JsonToken.START_OBJECT) {
                    take(json);
                    return true;
                }
                if (token != null) {
                    WingsException failure = noObject(json);
                    dropBroken();
                    throw failure;
                }
                byte @Nullable [] text = nextLine();
                if (text == null) {
                    return false;
                }
                line++;
                json = JSON.createParser(text);
            }
        }

        /// The next line; null at the end.
        private byte @Nullable [] nextLine() throws IOException {
            ByteArrayOutputStream text = new ByteArrayOutputStream();
            int b = in.read();
            if (b < 0) {
                return null;
            }
            while (b >= 0 && b != '\n') {
                text.write(b);
                if (text.size() > MAX_LINE_BYTES) {
                    throw WingsException.invalid("the line is too long: limit=" + MAX_LINE_BYTES);
                }
                b = in.read();
            }
            bytes += text.size() + 1;
            return text.toByteArray();
        }

        @Override
        boolean dropBroken() throws IOException {
            json = JSON.createParser(new byte[0]);
            return true;
        }

        @Override
        String place() {
            return "line " + line;
        }

        @Override
        long line() {
            return line;
        }

        @Override
        long bytesRead() {
            return bytes;
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
