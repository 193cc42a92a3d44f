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
package dev.wings.server.lake;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import java.io.UncheckedIOException;
import java.util.function.Supplier;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.exceptions.ValidationException;

/// Says what failures of reading a table's files mean: a file that the table refers to must be there, whole.
final class LakeErrors {

    private LakeErrors() {}

    /// Runs `work` on a file. If the file is missing, cut or not understood, fails with DATA_LOSS, which names
    /// it; a failure that a retry may mend is passed on.
    static <T> T reading(String file, Supplier<T> work) {
        try {
            return work.get();
        } catch (WingsException e) {
            throw switch (e.kind()) {
                case NOT_FOUND -> lost("missing", file, e);
                case INVALID -> lost("not as the table says (" + e.getMessage() + ")", file, e);
                default -> e;
            };
        } catch (NotFoundException e) {
            throw lost("missing", file, e);
        } catch (UncheckedIOException | ValidationException e) {
            throw lost("damaged", file, e);
        } catch (IllegalArgumentException | IllegalStateException | IndexOutOfBoundsException e) {
            throw lost("damaged", file, e);
        } catch (org.apache.avro.AvroRuntimeException e) {
            throw lost("damaged", file, e);
        }
    }

    /// Returns another thread's failure as one of this thread.
    static RuntimeException again(Exception failure) {
        return failure.getCause() instanceof WingsException known
                ? new WingsException(known.kind(), known.getMessage(), known)
                : new IllegalStateException("a file of a table cannot be read", failure);
    }

    static WingsException lost(String how, String file, Throwable cause) {
        return new WingsException(ErrorKind.DATA_LOSS, "a file of a table is " + how + ": file=" + file, cause);
    }
}
