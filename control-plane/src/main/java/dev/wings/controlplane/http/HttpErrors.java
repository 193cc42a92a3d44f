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
package dev.wings.controlplane.http;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.http.HttpAnswer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.UUID;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.BadRequestException;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.apache.iceberg.exceptions.ForbiddenException;
import org.apache.iceberg.exceptions.NamespaceNotEmptyException;
import org.apache.iceberg.exceptions.NoSuchNamespaceException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.exceptions.NoSuchViewException;
import org.apache.iceberg.exceptions.NoSuchWarehouseException;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.exceptions.UnprocessableEntityException;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.rest.responses.ErrorResponse;
import org.apache.iceberg.rest.responses.ErrorResponseParser;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The one place where errors become HTTP: the error model of the Iceberg REST specification, whose `type` tells
/// clients which exception to throw. A stack is never sent.
final class HttpErrors {

    private static final Logger LOG = LoggerFactory.getLogger(HttpErrors.class);

    private HttpErrors() {}

    static HttpAnswer response(Throwable failure) {
        return switch (failure) {
            case NoSuchNamespaceException e -> error(404, e);
            case NoSuchTableException e -> error(404, e);
            case NoSuchViewException e -> error(404, e);
            case NoSuchWarehouseException e -> error(404, e);
            case NotFoundException e -> error(404, e);
            case AlreadyExistsException e -> error(409, e);
            case NamespaceNotEmptyException e -> error(409, e);
            case CommitFailedException e -> error(409, "CommitFailedException", String.valueOf(e.getMessage()));
            case ForbiddenException e -> error(403, e);
            case UnprocessableEntityException e -> error(422, e);
            case ValidationException e -> error(400, e);
            case BadRequestException e -> error(400, e);
            // Iceberg's code throws this for arguments, which are the client's.
            case IllegalArgumentException e -> error(400, "IllegalArgumentException", String.valueOf(e.getMessage()));
            // This is 500, because clients repeat what fails with 503, and the repeated commit would lose
            // against itself.
            case CommitStateUnknownException e -> {
                LOG.error("the outcome of a commit is unknown", e);
                yield error(500, e);
            }
            case StackOverflowError e -> error(400, "BadRequestException", "the request is nested too deeply");
            case WingsException e -> response(e);
            default -> masked(failure);
        };
    }

    /// The error for a request that uses HTTP wrongly. It has no [ErrorKind], since only HTTP has such errors, and
    /// clients would repeat what is EXHAUSTED.
    static HttpAnswer refused(int status, String reason) {
        String type = status == 413 ? "RequestTooLargeException" : "UnsupportedMediaTypeException";
        return error(status, type, reason);
    }

    private static HttpAnswer response(WingsException failure) {
        ErrorKind kind = failure.kind();
        String message = failure.getMessage();
        return switch (kind) {
            case INVALID -> error(400, "BadRequestException", message);
            case UNAUTHENTICATED -> error(401, "NotAuthorizedException", message);
            case FORBIDDEN -> error(403, "ForbiddenException", message);
            case NOT_FOUND -> error(404, "NotFoundException", message);
            case ALREADY_EXISTS -> error(409, "AlreadyExistsException", message);
            case CONFLICT -> error(409, "CommitFailedException", message);
            case PRECONDITION -> error(412, "PreconditionFailedException", message);
            case EXHAUSTED -> error(429, "TooManyRequestsException", message);
            case UNAVAILABLE, CANCELLED -> error(503, "ServiceUnavailableException", message);
            case DEADLINE -> error(504, "GatewayTimeoutException", message);
            case DATA_LOSS, INTERNAL -> masked(failure);
        };
    }

    private static HttpAnswer masked(Throwable failure) {
        String id = UUID.randomUUID().toString();
        LOG.error("request failed: error_id={}", id, failure);
        return error(500, "InternalServerError", "internal error, see the control plane's log: error_id=" + id);
    }

    private static HttpAnswer error(int status, RuntimeException failure) {
        return error(status, failure.getClass().getSimpleName(), String.valueOf(failure.getMessage()));
    }

    static HttpAnswer error(int status, String type, String message) {
        ErrorResponse error = ErrorResponse.builder()
                .responseCode(status)
                .withType(type)
                .withMessage(message)
                .build();
        byte[] body = ErrorResponseParser.toJson(error).getBytes(StandardCharsets.UTF_8);
        boolean again = status == 429 || status == 503;
        return new HttpAnswer(status, again ? Map.of("Retry-After", "1") : Map.of(), HttpAnswer.JSON, body);
    }
}
