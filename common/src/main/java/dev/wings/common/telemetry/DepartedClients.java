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

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import org.jspecify.annotations.Nullable;

/// Recognises log lines of libraries about clients that leave while they are answered, as `wings sql ... |
/// head` does each time.
///
/// gRPC's server logs a warning, with a stack trace, for each failure of one HTTP/2 stream: the client has
/// reset its stream while bytes for it were waiting, or sends on a stream that has ended. A client may do
/// either at will, it concerns no other client, and the call itself ends as cancelled, which its metrics count.
final class DepartedClients {

    private static final String LOGGER = "io.grpc.netty.NettyServerHandler";
    private static final String TEXT = "Stream Error";
    private static final String FAILURE = "io.netty.handler.codec.http2.Http2Exception$StreamException";

    private DepartedClients() {}

    static boolean isAbout(ILoggingEvent event) {
        if (!LOGGER.equals(event.getLoggerName()) || !TEXT.equals(event.getMessage())) {
            return false;
        }
        @Nullable IThrowableProxy failure = event.getThrowableProxy();
        return failure != null && FAILURE.equals(failure.getClassName());
    }
}
