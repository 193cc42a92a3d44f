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
package dev.wings.server.http;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.http.HttpAnswer;
import dev.wings.common.http.HttpBody;
import dev.wings.common.http.HttpService.Answerer;
import dev.wings.common.time.Scheduler;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The bytes of an answer. The answer starts when there are many, so that what fails before that is answered as
/// the failure that it is; one of few bytes is sent as a whole.
final class Outgoing extends OutputStream {

    private static final int PART_BYTES = 64 << 10;

    private static final Scheduler.Timer NOTHING = () -> {};

    private final Answerer answerer;
    private final String type;
    private final byte[] part = new byte[PART_BYTES];
    private int length;
    private Supplier<Scheduler.Timer> onWait = () -> NOTHING;
    private @Nullable HttpBody body;

    Outgoing(Answerer answerer, String type) {
        this.answerer = answerer;
        this.type = type;
    }

    /// @param timer is called when the client has to be waited for; what it returns is cancelled when it takes
    ///     bytes again
    void onWait(Supplier<Scheduler.Timer> timer) {
        onWait = timer;
    }

    /// Whether the client is told by now that there is a result.
    boolean isStarted() {
        return body != null;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int start, int count) throws IOException {
        int from = start;
        int end = start + count;
        while (from < end) {
            if (length == PART_BYTES) {
                flush();
            }
            int copied = Math.min(end - from, PART_BYTES - length);
            System.arraycopy(bytes, from, part, length, copied);
            length += copied;
            from += copied;
        }
    }

    @Override
    public void flush() throws IOException {
        HttpBody to = body;
        if (to == null) {
            to = answerer.start(head(new byte[0]));
            body = to;
        }
        if (!to.isReady()) {
            Scheduler.Timer timer = onWait.get();
            try {
                to.awaitReady();
            } finally {
                timer.cancel();
            }
        }
        to.write(part, 0, length);
        length = 0;
    }

    /// Sends what is left.
    void end() throws IOException {
        if (body == null) {
            answerer.send(head(Arrays.copyOf(part, length)));
        } else {
            flush();
            body.end();
        }
    }

    private HttpAnswer head(byte[] content) {
        return new HttpAnswer(200, Map.of(), type, content);
    }

    /// The failure of a query whose client takes no rows any more.
    static WingsException gone(IOException cause) {
        return new WingsException(ErrorKind.CANCELLED, "the client gave up", cause);
    }
}
