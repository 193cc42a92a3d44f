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
package dev.wings.controlplane.catalog;

import dev.wings.common.error.WingsException;
import dev.wings.controlplane.lake.LakeChange;
import dev.wings.controlplane.lake.LakeHome;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.apache.iceberg.exceptions.BadRequestException;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.exceptions.UnprocessableEntityException;
import org.apache.iceberg.exceptions.ValidationException;

/// One attempt to change tables or views: writes the new metadata files, then moves all pointers at once.
///
/// A file is removed again when its pointer certainly never moves to it. When that is not certain it stays.
final class CatalogCommit {

    /// An attempt that another commit outran is made again on what that made of the table, if the request still
    /// allows it.
    private static final int MAX_ATTEMPTS = 5;

    private final MetadataFiles files;
    private final List<LakeChange> changes = new ArrayList<>();
    private final List<NewFile> written = new ArrayList<>();

    private record NewFile(LakeHome home, String location) {}

    private CatalogCommit(MetadataFiles files) {
        this.files = files;
    }

    /// Runs `body`, which adds changes, and commits them. May run it again.
    static <T> T run(CatalogEntries entries, MetadataFiles files, Function<CatalogCommit, T> body) {
        for (int attempt = 1; ; attempt++) {
            try {
                return files.attempt(() -> runOnce(entries, files, body));
            } catch (LostRaceException e) {
                if (attempt == MAX_ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private static <T> T runOnce(CatalogEntries entries, MetadataFiles files, Function<CatalogCommit, T> body) {
        CatalogCommit commit = new CatalogCommit(files);
        T result;
        try {
            result = body.apply(commit);
        } catch (RuntimeException | Error e) {
            commit.discard();
            throw e;
        }
        if (commit.changes.isEmpty()) {
            return result;
        }
        // From here on only a refusal proves that no pointer is at the files; whatever else goes wrong, the
        // files stay.
        Optional<RuntimeException> refusal = entries.commit(commit.changes);
        if (refusal.isPresent()) {
            commit.discard();
            throw refusal.get();
        }
        return result;
    }

    /// Writes the metadata file that `change` will point to.
    void add(LakeChange change, LakeHome home, String location, String json) {
        written.add(new NewFile(home, location));
        files.write(home, location, json);
        changes.add(change);
    }

    /// Adds a change that points to a file which is there.
    void add(LakeChange change) {
        changes.add(change);
    }

    private void discard() {
        written.forEach(file -> files.discard(file.home(), file.location()));
    }

    /// The pointer was no longer where it had been read.
    static final class LostRaceException extends CommitFailedException {
        private static final long serialVersionUID = 1;

        LostRaceException(WingsException cause) {
            super(cause, "Cannot commit: %s", cause.getMessage());
        }
    }

    /// What an update does.
    interface Update<T> {
        T apply();
    }

    /// Runs Iceberg's code on what a client sent: any other exception than its own refusals is the client's
    /// mistake.
    static <T> T applied(Update<T> update) {
        try {
            return update.apply();
        } catch (CommitFailedException
                | ValidationException
                | BadRequestException
                | UnprocessableEntityException
                | NotFoundException
                | IllegalArgumentException
                | WingsException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new BadRequestException(e, "Cannot be applied: %s", e.getMessage());
        }
    }
}
