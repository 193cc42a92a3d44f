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
package dev.wings.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.util.logging.LogManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where log lines go. Commands speak for themselves: what libraries log does not belong on a terminal.
///
/// Logback finds this class by its service file before it looks for a configuration to read, which takes a quarter of
/// the time of a short command.
public final class Logs extends ContextAwareBase implements Configurator {

    private static volatile boolean quiet;

    /// Keeps all libraries quiet.
    static void quiet() {
        quiet = true;
        LogManager.getLogManager().reset();
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            silence(context);
        }
    }

    /// Does nothing where services run without the command line.
    @Override
    public ExecutionStatus configure(LoggerContext context) {
        if (!quiet) {
            return ExecutionStatus.INVOKE_NEXT_IF_ANY;
        }
        silence(context);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    private static void silence(LoggerContext context) {
        context.reset();
        context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(Level.OFF);
    }
}
