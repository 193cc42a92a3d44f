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
package dev.wings.cli.dev;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.filter.ThresholdFilter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeBasedTriggeringPolicy;
import ch.qos.logback.core.util.FileSize;
import dev.wings.common.telemetry.BoundedLog;
import java.nio.file.Path;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/// The log of a platform in one process: everything goes to a file, what somebody should look at to the terminal
/// too.
public final class PlatformLog {

    private static final String FILE_PATTERN =
            "%d{yyyy-MM-dd'T'HH:mm:ss.SSSX, UTC} %-5level [%thread] %logger{0}: %msg%n%ex";
    private static final String TERMINAL_PATTERN = "%d{HH:mm:ss} %level{lower}: %msg%n%nopex";
    private static final long FILE_BYTES = 16 << 20;

    private PlatformLog() {}

    /// Sends all log lines to `wings.log` in `directory`.
    ///
    /// @param onTerminal whether warnings and errors are shown on standard error, without stack traces
    /// @param environment for `WINGS_LOG_LEVEL`, as in services that are processes of their own
    public static Path open(Path directory, boolean onTerminal, Map<String, String> environment) {
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
        Path file = directory.resolve("wings.log");
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        ch.qos.logback.classic.Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.toLevel(environment.getOrDefault("WINGS_LOG_LEVEL", ""), Level.INFO));
        // as in logback.xml of the services
        for (String chatty :
                new String[] {"org.apache.arrow.c.SchemaImporter", "org.apache.arrow.vector.types.pojo.Field"}) {
            context.getLogger(chatty).setLevel(Level.WARN);
        }
        root.addAppender(BoundedLog.of(fileAppender(context, file)));
        if (onTerminal) {
            root.addAppender(BoundedLog.of(terminalAppender(context)));
        }
        return file;
    }

    private static Appender<ILoggingEvent> fileAppender(LoggerContext context, Path file) {
        RollingFileAppender<ILoggingEvent> appender = new RollingFileAppender<>();
        appender.setFile(file.toString());
        SizeBasedTriggeringPolicy<ILoggingEvent> size = new SizeBasedTriggeringPolicy<>();
        size.setContext(context);
        size.setMaxFileSize(new FileSize(FILE_BYTES));
        size.start();
        appender.setRollingPolicy(new KeptLogs(file));
        appender.setTriggeringPolicy(size);
        return start(context, appender, FILE_PATTERN);
    }

    private static Appender<ILoggingEvent> terminalAppender(LoggerContext context) {
        ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
        appender.setTarget("System.err");
        ThresholdFilter warnings = new ThresholdFilter();
        warnings.setLevel(Level.WARN.toString());
        warnings.start();
        appender.addFilter(warnings);
        return start(context, appender, TERMINAL_PATTERN);
    }

    private static Appender<ILoggingEvent> start(
            LoggerContext context, OutputStreamAppender<ILoggingEvent> appender, String pattern) {
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern(pattern);
        encoder.start();
        appender.setContext(context);
        appender.setEncoder(encoder);
        appender.start();
        return appender;
    }
}
