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

import org.jspecify.annotations.Nullable;

/// The one exception that crosses boundaries. Its message is for the caller: what failed, then `key=value`; never a
/// secret.
///
/// Bugs are not reported with it: they are `IllegalStateException` and fail the request as [ErrorKind#INTERNAL].
public final class WingsException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final ErrorKind kind;

    public WingsException(ErrorKind kind, String message) {
        this(kind, message, null);
    }

    public WingsException(ErrorKind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public ErrorKind kind() {
        return kind;
    }

    /// The message, never null.
    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }

    public static WingsException invalid(String message) {
        return new WingsException(ErrorKind.INVALID, message);
    }

    public static WingsException notFound(String message) {
        return new WingsException(ErrorKind.NOT_FOUND, message);
    }

    public static WingsException unavailable(String message, @Nullable Throwable cause) {
        return new WingsException(ErrorKind.UNAVAILABLE, message, cause);
    }

    public static WingsException exhausted(String message) {
        return new WingsException(ErrorKind.EXHAUSTED, message);
    }

    public static WingsException dataLoss(String message, @Nullable Throwable cause) {
        return new WingsException(ErrorKind.DATA_LOSS, message, cause);
    }
}
