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
package dev.wings.cli.output;

import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.jspecify.annotations.Nullable;

/// What failed, in words.
public final class FailureText {

    private FailureText() {}

    /// What failed, for messages that name the file already.
    public static String withoutFile(Throwable failure) {
        @Nullable Throwable cause = failure.getCause();
        if (failure instanceof UncheckedIOException && cause != null) {
            return withoutFile(cause);
        }
        return switch (failure) {
            case NoSuchFileException ignored -> "there is no such file";
            case AccessDeniedException ignored -> "permission denied";
            case FileSystemException failed when failed.getReason() != null -> failed.getReason();
            default -> of(failure);
        };
    }

    public static String of(Throwable failure) {
        @Nullable Throwable cause = failure.getCause();
        if (failure instanceof UncheckedIOException && cause != null) {
            return of(cause);
        }
        String message = failure.getMessage();
        return switch (failure) {
            case NoSuchFileException missing -> "there is no such file: " + missing.getFile();
            case AccessDeniedException denied -> "permission denied: " + denied.getFile();
            default -> message == null ? failure.toString() : message;
        };
    }
}
