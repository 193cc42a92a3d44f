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
package dev.wings.common.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.joran.spi.JoranException;
import ch.qos.logback.core.read.ListAppender;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import java.util.List;
import org.junit.jupiter.api.Test;

final class BoundedLogTest {

    private static final String TEXT = "request failed: error_id={}";

    private final LoggerContext context = new LoggerContext();
    private final Logger logger = context.getLogger("some.Service");
    private final ListAppender<ILoggingEvent> written = new ListAppender<>();
    private final BoundedLog log;

    BoundedLogTest() {
        written.setContext(context);
        written.start();
        log = BoundedLog.of(written);
    }

    private void log(Level level, String text, Object value, long millis) {
        LoggingEvent event = new LoggingEvent("test", logger, level, text, null, new Object[] {value});
        event.setTimeStamp(millis);
        log.doAppend(event);
    }

    private List<String> lines() {
        return written.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    @Test
    void linesThatAreAllAlikeAreCountedOnly() {
        for (int i = 0; i < 10_000; i++) {
            log(Level.ERROR, TEXT, i, 1000);
        }
        assertThat(lines()).hasSize(BoundedLog.LINES).startsWith("request failed: error_id=0");
        log(Level.ERROR, TEXT, "late", 1000 + BoundedLog.PERIOD_MILLIS);
        assertThat(lines())
                .hasSize(BoundedLog.LINES + 2)
                .endsWith(
                        "lines like the next one were left out: lines=" + (10_000 - BoundedLog.LINES),
                        "request failed: error_id=late");
        // and from there on as before
        for (int i = 0; i < 10_000; i++) {
            log(Level.ERROR, TEXT, i, 2000 + BoundedLog.PERIOD_MILLIS);
        }
        assertThat(lines()).hasSize(2 * BoundedLog.LINES + 1);
    }

    @Test
    void othersAreWrittenBesideThem() {
        for (int i = 0; i < 1000; i++) {
            log(Level.WARN, TEXT, i, 1000);
        }
        log(Level.ERROR, "cannot start: service={}", "x", 1000);
        for (int i = 0; i < 100; i++) {
            log(Level.INFO, "query ended: id={}", i, 1000);
        }
        assertThat(lines()).hasSize(BoundedLog.LINES + 101).contains("cannot start: service=x");
    }

    /// A text that a library has put values into is another one each time.
    @Test
    void anyNumberOfTextsTakesBoundedMemory() {
        for (int i = 0; i < 100_000; i++) {
            log(Level.ERROR, "text " + i, "", 1000);
        }
        assertThat(lines()).hasSize(100_000);
        written.list.clear();
        for (int i = 0; i < 100; i++) {
            log(Level.ERROR, TEXT, i, 1000);
        }
        assertThat(lines()).hasSize(BoundedLog.LINES);
    }

    /// gRPC's warning about a client that left; others of that class, and of that text, stay.
    @Test
    void clientsThatLeaveAreNotWritten() {
        Logger handler = context.getLogger("io.grpc.netty.NettyServerHandler");
        Throwable left =
                Http2Exception.streamError(3, Http2Error.CANCEL, "Stream closed before write could take place");
        for (Object[] line : new Object[][] {
            {handler, "Stream Error", left},
            {handler, "Stream Error", new IllegalStateException("a bug")},
            {handler, "Exception in onDataRead()", left},
            {logger, "Stream Error", left}
        }) {
            log.doAppend(new LoggingEvent(
                    "test", (Logger) line[0], Level.WARN, (String) line[1], (Throwable) line[2], new Object[0]));
        }
        assertThat(lines()).containsExactly("Stream Error", "Exception in onDataRead()", "Stream Error");
        assertThat(written.list.getFirst().getThrowableProxy().getMessage()).isEqualTo("a bug");
    }

    @Test
    void servicesLogThroughIt() throws JoranException {
        LoggerContext configured = new LoggerContext();
        JoranConfigurator configurator = new JoranConfigurator();
        configurator.setContext(configured);
        configurator.doConfigure(BoundedLog.class.getResource("/logback.xml"));
        Logger root = configured.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        assertThat(root.iteratorForAppenders())
                .toIterable()
                .singleElement()
                .isInstanceOfSatisfying(
                        BoundedLog.class,
                        bounded -> assertThat(bounded.getAppender("console")).isNotNull());
    }
}
