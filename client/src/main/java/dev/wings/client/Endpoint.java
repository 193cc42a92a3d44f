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
package dev.wings.client;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.GrpcErrors;
import dev.wings.common.error.WingsException;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.util.regex.Pattern;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;
import org.jspecify.annotations.Nullable;

/// What a client connects to: a service, and the tenant that it acts for there.
///
/// @param address where the service listens
/// @param tenant the id of the tenant that acts
/// @param advice what failures tell besides what the service says
public record Endpoint(Address address, String tenant, Advice advice) {

    /// What gRPC says of a connection that ends under a call: it has no type for it.
    private static final Pattern OF_THE_TRANSPORT = Pattern.compile(
            "^(?:Network closed|Connection (?:closed|reset)"
                    + "|(?:Abrupt )?GOAWAY|Keepalive failed|Channel shutdown|io exception|Transport|Broken pipe"
                    + "|(?:RST_STREAM|Received (?:Goaway|Rst)))|HTTP/2 error code",
            Pattern.CASE_INSENSITIVE);

    /// A service whose failures stay as it tells them.
    public static Endpoint of(Address address, String tenant) {
        return new Endpoint(address, tenant, Advice.NONE);
    }

    /// What a failed gRPC call means.
    WingsException failure(StatusRuntimeException failed) {
        if (failed.getStatus().getCode() == Status.Code.UNAVAILABLE
                && isOfTheConnection(failed, failed.getStatus().getDescription())) {
            return unavailable(failed);
        }
        return advice.refused().apply(GrpcErrors.fromStatus(failed));
    }

    /// What a failed Flight call means.
    WingsException failure(FlightRuntimeException failed) {
        FlightStatusCode code = failed.status().code();
        String description = failed.status().description();
        if (code == FlightStatusCode.UNAVAILABLE && isOfTheConnection(failed, description)) {
            return unavailable(failed);
        }
        return advice.refused()
                .apply(new WingsException(kind(code), description == null ? code.name() : description, failed));
    }

    private WingsException unavailable(Throwable cause) {
        String advised = advice.unreachable().isEmpty() ? "" : ": " + advice.unreachable();
        return isCausedBy(cause, ConnectException.class) || isCausedBy(cause, UnknownHostException.class)
                ? WingsException.unavailable(
                        "cannot reach the " + address.service() + " at " + address + advised, cause)
                : WingsException.unavailable(
                        "the connection to the " + address.service() + " at " + address
                                + " was lost: it was stopped or killed, or the network between broke",
                        cause);
    }

    /// Whether the failure is that of the connection, not one that the service tells.
    private static boolean isOfTheConnection(Throwable failed, @Nullable String description) {
        return isCausedBy(failed, IOException.class)
                || (description != null && OF_THE_TRANSPORT.matcher(description).find());
    }

    private static boolean isCausedBy(Throwable failed, Class<? extends IOException> kind) {
        for (@Nullable Throwable cause = failed; cause != null; cause = cause.getCause()) {
            if (kind.isInstance(cause)) {
                return true;
            }
        }
        return false;
    }

    private static ErrorKind kind(FlightStatusCode code) {
        return switch (code) {
            case INVALID_ARGUMENT -> ErrorKind.INVALID;
            case UNAUTHENTICATED -> ErrorKind.UNAUTHENTICATED;
            case UNAUTHORIZED -> ErrorKind.FORBIDDEN;
            case NOT_FOUND -> ErrorKind.NOT_FOUND;
            case ALREADY_EXISTS -> ErrorKind.ALREADY_EXISTS;
            case RESOURCE_EXHAUSTED -> ErrorKind.EXHAUSTED;
            case UNAVAILABLE -> ErrorKind.UNAVAILABLE;
            case TIMED_OUT -> ErrorKind.DEADLINE;
            case CANCELLED -> ErrorKind.CANCELLED;
            case OK, UNKNOWN, INTERNAL, UNIMPLEMENTED -> ErrorKind.INTERNAL;
        };
    }
}
