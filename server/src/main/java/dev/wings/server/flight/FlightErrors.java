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
package dev.wings.server.flight;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.GrpcErrors;
import dev.wings.common.error.WingsException;
import io.grpc.Status;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.grpc.StatusUtils;

/// Turns failures into those of Flight. This is the only place that does.
final class FlightErrors {

    private FlightErrors() {}

    static FlightRuntimeException toFlight(Throwable failure) {
        return switch (failure) {
            case FlightRuntimeException flight -> flight;
            case WingsException lost when lost.kind() == ErrorKind.DATA_LOSS -> lost(lost);
            default -> StatusUtils.fromGrpcRuntimeException(GrpcErrors.toStatus(failure));
        };
    }

    /// Tells which file is damaged: a client may know that of its own files, and `system.queries` tells it as
    /// well. The text says the kind of the failure, since Flight has no code for it.
    private static FlightRuntimeException lost(WingsException lost) {
        Status masked = GrpcErrors.toStatus(lost).getStatus();
        return StatusUtils.fromGrpcRuntimeException(masked.withDescription(
                        GrpcErrors.shortened(lost.kind() + ": " + lost.getMessage() + "; " + masked.getDescription()))
                .asRuntimeException());
    }
}
