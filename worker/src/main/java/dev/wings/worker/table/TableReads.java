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
package dev.wings.worker.table;

import dev.wings.common.error.WingsException;
import java.io.UncheckedIOException;
import java.util.function.Supplier;
import org.apache.avro.AvroRuntimeException;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.exceptions.ValidationException;

/// Gives failures of reading a table's files their meaning: a file that the table refers to must be there,
/// whole.
public final class TableReads {

    private TableReads() {}

    /// Runs `work`, which reads files of a table. What is missing, cut or not understood is DATA_LOSS; what a retry may
    /// mend stays what it is.
    ///
    /// @param what says what is read, for the message: `manifest list of a table: location=...`
    public static <T> T reading(String what, Supplier<T> work) {
        try {
            return work.get();
        } catch (RuntimeException e) {
            throw translated(what, e);
        }
    }

    private static RuntimeException translated(String what, RuntimeException failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof WingsException known) {
                return switch (known.kind()) {
                    case NOT_FOUND, INVALID -> WingsException.dataLoss(what + ", cause=" + known.getMessage(), failure);
                    default -> known;
                };
            }
            if (cause instanceof NotFoundException missing) {
                return WingsException.dataLoss(what + ", cause=" + missing.getMessage(), failure);
            }
        }
        return switch (failure) {
            case UncheckedIOException damaged -> WingsException.dataLoss(what + ", cause=" + damaged, damaged);
            case AvroRuntimeException damaged -> WingsException.dataLoss(what + ", cause=" + damaged, damaged);
            case ValidationException damaged -> WingsException.dataLoss(what + ", cause=" + damaged, damaged);
            default -> failure;
        };
    }
}
