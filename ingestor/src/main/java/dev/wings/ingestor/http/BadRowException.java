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
package dev.wings.ingestor.http;

/// A row of a body cannot be taken.
final class BadRowException extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient RowFailure failure;
    private final boolean endsBody;

    /// @param endsBody whether nobody can say what comes after the row, so that nothing of the body is taken
    BadRowException(RowFailure failure, boolean endsBody) {
        super(failure.reason());
        this.failure = failure;
        this.endsBody = endsBody;
    }

    RowFailure failure() {
        return failure;
    }

    boolean endsBody() {
        return endsBody;
    }
}
