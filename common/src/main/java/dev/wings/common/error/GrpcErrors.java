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
package dev.wings.common.error;

import dev.wings.common.proto.Rejection;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The one place where errors become gRPC statuses and the other way round.
public final class GrpcErrors {

    private static final Logger LOG = LoggerFactory.getLogger(GrpcErrors.class);

    private GrpcErrors() {}

    /// The status of a failure. Failures that are ours ([ErrorKind#DATA_LOSS], [ErrorKind#INTERNAL] and any exception
    /// that is not a [WingsException]) are logged with an id; the caller gets the id in place of the text.
    public static StatusRuntimeException toStatus(Throwable failure) {
        return switch (failure) {
            case WingsException known
            when known.kind() == ErrorKind.DATA_LOSS || known.kind() == ErrorKind.INTERNAL ->
                masked(status(known.kind()), known);
            case WingsException known ->
                status(known.kind())
                        .withDescription(Descriptions.shortened(known.getMessage()))
                        .asRuntimeException();
            case StatusRuntimeException status -> status;
            case StatusException status -> status.getStatus().asRuntimeException();
            case CancellationException cancelled ->
                Status.CANCELLED.withDescription(cancelled.getMessage()).asRuntimeException();
            default -> masked(Status.INTERNAL, failure);
        };
    }

    /// A description that is as long as clients take one: its middle is left out if it is longer.
    public static String shortened(String description) {
        return Descriptions.shortened(description);
    }

    /// The exception that a failed call of another Wings service stands for.
    public static WingsException fromStatus(StatusRuntimeException failure) {
        Status status = failure.getStatus();
        String description = status.getDescription();
        return new WingsException(
                kind(status.getCode()), description == null ? status.getCode().name() : description, failure);
    }

    /// The kind that a gRPC code stands for.
    public static ErrorKind kind(Status.Code code) {
        return switch (code) {
            case INVALID_ARGUMENT, OUT_OF_RANGE -> ErrorKind.INVALID;
            case UNAUTHENTICATED -> ErrorKind.UNAUTHENTICATED;
            case PERMISSION_DENIED -> ErrorKind.FORBIDDEN;
            case NOT_FOUND -> ErrorKind.NOT_FOUND;
            case ALREADY_EXISTS -> ErrorKind.ALREADY_EXISTS;
            case FAILED_PRECONDITION -> ErrorKind.PRECONDITION;
            case ABORTED -> ErrorKind.CONFLICT;
            case RESOURCE_EXHAUSTED -> ErrorKind.EXHAUSTED;
            case UNAVAILABLE -> ErrorKind.UNAVAILABLE;
            case DEADLINE_EXCEEDED -> ErrorKind.DEADLINE;
            case CANCELLED -> ErrorKind.CANCELLED;
            case DATA_LOSS -> ErrorKind.DATA_LOSS;
            case OK, UNKNOWN, UNIMPLEMENTED, INTERNAL -> ErrorKind.INTERNAL;
        };
    }

    /// The gRPC status that a kind stands for, without a description.
    public static Status status(ErrorKind kind) {
        return switch (kind) {
            case INVALID -> Status.INVALID_ARGUMENT;
            case UNAUTHENTICATED -> Status.UNAUTHENTICATED;
            case FORBIDDEN -> Status.PERMISSION_DENIED;
            case NOT_FOUND -> Status.NOT_FOUND;
            case ALREADY_EXISTS -> Status.ALREADY_EXISTS;
            case PRECONDITION -> Status.FAILED_PRECONDITION;
            case CONFLICT -> Status.ABORTED;
            case EXHAUSTED -> Status.RESOURCE_EXHAUSTED;
            case UNAVAILABLE -> Status.UNAVAILABLE;
            case DEADLINE -> Status.DEADLINE_EXCEEDED;
            case CANCELLED -> Status.CANCELLED;
            case DATA_LOSS -> Status.DATA_LOSS;
            case INTERNAL -> Status.INTERNAL;
        };
    }

    /// The rejection of a single batch, as it stands in an answer.
    public static Rejection toRejection(WingsException reason) {
        return Rejection.newBuilder()
                .setKind(toProto(reason.kind()))
                .setMessage(reason.getMessage())
                .build();
    }

    /// The exception that a rejection stands for.
    public static WingsException fromRejection(Rejection rejection) {
        return new WingsException(fromProto(rejection.getKind()), rejection.getMessage());
    }

    private static dev.wings.common.proto.ErrorKind toProto(ErrorKind kind) {
        return switch (kind) {
            case INVALID -> dev.wings.common.proto.ErrorKind.INVALID;
            case UNAUTHENTICATED -> dev.wings.common.proto.ErrorKind.UNAUTHENTICATED;
            case FORBIDDEN -> dev.wings.common.proto.ErrorKind.FORBIDDEN;
            case NOT_FOUND -> dev.wings.common.proto.ErrorKind.NOT_FOUND;
            case ALREADY_EXISTS -> dev.wings.common.proto.ErrorKind.ALREADY_EXISTS;
            case PRECONDITION -> dev.wings.common.proto.ErrorKind.PRECONDITION;
            case CONFLICT -> dev.wings.common.proto.ErrorKind.CONFLICT;
            case EXHAUSTED -> dev.wings.common.proto.ErrorKind.EXHAUSTED;
            case UNAVAILABLE -> dev.wings.common.proto.ErrorKind.UNAVAILABLE;
            case DEADLINE -> dev.wings.common.proto.ErrorKind.DEADLINE;
            case CANCELLED -> dev.wings.common.proto.ErrorKind.CANCELLED;
            case DATA_LOSS -> dev.wings.common.proto.ErrorKind.DATA_LOSS;
            case INTERNAL -> dev.wings.common.proto.ErrorKind.INTERNAL;
        };
    }

    private static ErrorKind fromProto(dev.wings.common.proto.ErrorKind kind) {
        return switch (kind) {
            case INVALID -> ErrorKind.INVALID;
            case UNAUTHENTICATED -> ErrorKind.UNAUTHENTICATED;
            case FORBIDDEN -> ErrorKind.FORBIDDEN;
            case NOT_FOUND -> ErrorKind.NOT_FOUND;
            case ALREADY_EXISTS -> ErrorKind.ALREADY_EXISTS;
            case PRECONDITION -> ErrorKind.PRECONDITION;
            case CONFLICT -> ErrorKind.CONFLICT;
            case EXHAUSTED -> ErrorKind.EXHAUSTED;
            case UNAVAILABLE -> ErrorKind.UNAVAILABLE;
            case DEADLINE -> ErrorKind.DEADLINE;
            case CANCELLED -> ErrorKind.CANCELLED;
            case DATA_LOSS -> ErrorKind.DATA_LOSS;
            case INTERNAL, ERROR_KIND_UNSPECIFIED, UNRECOGNIZED -> ErrorKind.INTERNAL;
        };
    }

    private static StatusRuntimeException masked(Status status, Throwable failure) {
        String id = UUID.randomUUID().toString();
        LOG.error("request failed: error_id={}", id, failure);
        return status.withDescription("internal error, see the service's log: error_id=" + id)
                .asRuntimeException(new Metadata());
    }
}
