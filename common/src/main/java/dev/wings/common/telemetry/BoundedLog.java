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

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import ch.qos.logback.core.spi.AppenderAttachable;
import ch.qos.logback.core.spi.AppenderAttachableImpl;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.LoggerFactory;

/// Keeps warnings and errors that are all alike from filling the log: what a client can bring about, it can bring about
/// a thousand times a second, and each time with a stack trace. After so many in a minute, further ones are
/// only counted, and the first one of the next minute says how many they were.
///
/// Lines are alike if they have the same logger and the same text, whatever the values in it. The time is that
/// of the lines.
///
/// Lines that only say that a client has left are not written at all (see [DepartedClients]).
public final class BoundedLog extends UnsynchronizedAppenderBase<ILoggingEvent>
        implements AppenderAttachable<ILoggingEvent> {

    static final int LINES = 20;

    static final long PERIOD_MILLIS = 60_000;

    /// How many texts are told apart: libraries of others put values into them.
    private static final int MAX_TEXTS = 1000;

    private final AppenderAttachableImpl<ILoggingEvent> appenders = new AppenderAttachableImpl<>();
    private final Map<Text, Period> periods = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Text, Period> eldest) {
            return size() > MAX_TEXTS;
        }
    };

    private static final int MAX_TEXT_LENGTH = 200;

    private record Text(String logger, String text) {

        static Text of(ILoggingEvent event) {
            String text = String.valueOf(event.getMessage());
            return new Text(event.getLoggerName(), text.substring(0, Math.min(text.length(), MAX_TEXT_LENGTH)));
        }
    }

    private static final class Period {
        long startMillis;
        int lines;
        long leftOut;
    }

    /// A log that writes to `appender`.
    public static BoundedLog of(Appender<ILoggingEvent> appender) {
        BoundedLog log = new BoundedLog();
        log.setContext(appender.getContext());
        log.addAppender(appender);
        log.start();
        return log;
    }

    @Override
    protected void append(ILoggingEvent event) {
        if (DepartedClients.isAbout(event)) {
            return;
        }
        if (!event.getLevel().isGreaterOrEqual(Level.WARN)) {
            appenders.appendLoopOnAppenders(event);
            return;
        }
        long leftOut;
        synchronized (periods) {
            Period period = periods.computeIfAbsent(Text.of(event), text -> new Period());
            leftOut = period.lines == 0 ? 0 : turn(period, event.getTimeStamp());
            if (period.lines == 0) {
                period.startMillis = event.getTimeStamp();
            }
            if (period.lines == LINES) {
                period.leftOut++;
                return;
            }
            period.lines++;
        }
        if (leftOut > 0) {
            appenders.appendLoopOnAppenders(note(event, leftOut));
        }
        appenders.appendLoopOnAppenders(event);
    }

    /// Begins a new period if the old one is over, and returns how many lines were left out of the old one.
    private static long turn(Period period, long nowMillis) {
        boolean over = nowMillis - period.startMillis >= PERIOD_MILLIS || nowMillis < period.startMillis;
        if (!over) {
            return 0;
        }
        long leftOut = period.leftOut;
        period.lines = 0;
        period.leftOut = 0;
        return leftOut;
    }

    private static ILoggingEvent note(ILoggingEvent event, long leftOut) {
        LoggingEvent note = new LoggingEvent(
                BoundedLog.class.getName(),
                (Logger) LoggerFactory.getLogger(event.getLoggerName()),
                event.getLevel(),
                "lines like the next one were left out: lines={}",
                null,
                new Object[] {leftOut});
        note.setTimeStamp(event.getTimeStamp());
        return note;
    }

    @Override
    public void stop() {
        super.stop();
        appenders.detachAndStopAllAppenders();
    }

    @Override
    public void addAppender(Appender<ILoggingEvent> appender) {
        appenders.addAppender(appender);
    }

    @Override
    public Iterator<Appender<ILoggingEvent>> iteratorForAppenders() {
        return appenders.iteratorForAppenders();
    }

    @Override
    public Appender<ILoggingEvent> getAppender(String name) {
        return appenders.getAppender(name);
    }

    @Override
    public boolean isAttached(Appender<ILoggingEvent> appender) {
        return appenders.isAttached(appender);
    }

    @Override
    public void detachAndStopAllAppenders() {
        appenders.detachAndStopAllAppenders();
    }

    @Override
    public boolean detachAppender(Appender<ILoggingEvent> appender) {
        return appenders.detachAppender(appender);
    }

    @Override
    public boolean detachAppender(String name) {
        return appenders.detachAppender(name);
    }
}
