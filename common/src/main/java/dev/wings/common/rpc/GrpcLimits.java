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
package dev.wings.common.rpc;

import static dev.wings.common.config.Settings.GIB;
import static dev.wings.common.config.Settings.MIB;

import dev.wings.common.config.Settings;
import java.time.Duration;

/// What clients of a gRPC port may take of it.
///
/// @param connections how many may be open at once, shared by the addresses that they come from; others are
///     closed at once
/// @param connectionCalls how many calls of one connection run at once; more wait in the client
/// @param connectionIdle a connection without calls is ended after so long
/// @param connectionAge a connection is asked to go after so long, and takes no new calls then
/// @param connectionAgeGrace how long calls that run then may go on
/// @param receiveBytes the bytes of requests that have not arrived in full, of all connections; each has a
///     quarter of it
/// @param requestTimeout a call whose request has not arrived after so long is ended, and so is a stream whose client
///     says nothing for so long before its own end of the stream
public record GrpcLimits(
        int connections,
        int connectionCalls,
        Duration connectionIdle,
        Duration connectionAge,
        Duration connectionAgeGrace,
        long receiveBytes,
        Duration requestTimeout) {

    /// The limits of a port whose service has no settings for them.
    public static final GrpcLimits DEFAULTS = new GrpcLimits(
            4096,
            1024,
            Duration.ofMinutes(30),
            Duration.ofHours(1),
            Duration.ofDays(1),
            64 * MIB,
            Duration.ofMinutes(1));

    /// The settings of a service that has one gRPC port.
    public static GrpcLimits from(Settings settings) {
        return new GrpcLimits(
                settings.integer(
                        "CONNECTIONS",
                        DEFAULTS.connections,
                        1,
                        1_000_000,
                        "how many gRPC connections may be open, three quarters of them from one address; others are"
                                + " closed at once"),
                settings.integer(
                        "CONNECTION_CALLS",
                        DEFAULTS.connectionCalls,
                        1,
                        1_000_000,
                        "how many gRPC calls of one connection run at once; more wait in the client"),
                settings.duration(
                        "CONNECTION_IDLE",
                        DEFAULTS.connectionIdle,
                        Duration.ofSeconds(1),
                        Duration.ofDays(30),
                        "a gRPC connection without calls is ended after so long; clients connect again by themselves"),
                settings.duration(
                        "CONNECTION_AGE",
                        DEFAULTS.connectionAge,
                        Duration.ofSeconds(1),
                        Duration.ofDays(30),
                        "a gRPC connection takes no new calls after so long; clients make them on another one"),
                settings.duration(
                        "CONNECTION_AGE_GRACE",
                        DEFAULTS.connectionAgeGrace,
                        Duration.ofSeconds(1),
                        Duration.ofDays(365),
                        "how long the calls of such a connection may go on before they are cut"),
                settings.bytes(
                        "RECEIVE_BYTES",
                        DEFAULTS.receiveBytes,
                        MIB,
                        64 * GIB,
                        "how many bytes the requests of all gRPC connections may have that have not arrived in full;"
                                + " one connection may have a quarter of it"),
                settings.duration(
                        "REQUEST_TIMEOUT",
                        DEFAULTS.requestTimeout,
                        Duration.ofSeconds(1),
                        Duration.ofDays(1),
                        "a gRPC call whose request has not arrived after so long is ended"));
    }
}
