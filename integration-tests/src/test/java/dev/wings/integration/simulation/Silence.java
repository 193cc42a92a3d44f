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
package dev.wings.integration.simulation;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;

/// Keeps everybody from writing to the log. Its output is shared with threads that are not simulated: whoever
/// waits for them waits in the time of the machine, and whoever crashes meanwhile keeps the output for ever.
final class Silence extends TurboFilter implements BeforeAllCallback, AfterAllCallback, AutoCloseable {

    @Override
    public FilterReply decide(
            Marker marker, Logger logger, Level level, String format, Object[] parameters, Throwable failure) {
        return FilterReply.DENY;
    }

    /// Keeps the log silent until the result is closed.
    static Silence keep() {
        Silence silence = new Silence();
        logs().addTurboFilter(silence);
        return silence;
    }

    @Override
    public void close() {
        logs().getTurboFilterList().remove(this);
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        logs().addTurboFilter(this);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        close();
    }

    private static LoggerContext logs() {
        return (LoggerContext) LoggerFactory.getILoggerFactory();
    }
}
