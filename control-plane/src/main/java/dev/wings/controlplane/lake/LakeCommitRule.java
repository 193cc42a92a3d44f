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
package dev.wings.controlplane.lake;

import dev.wings.controlplane.cluster.ResourceErrors;
import dev.wings.controlplane.lake.LakeCommitState.Pointer;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Decides whether a commit to tables and views may be made: see [LakeMetadataStore#commit]. No state is kept
/// and nothing is read or written here.
public final class LakeCommitRule {

    private LakeCommitRule() {}

    /// Fails unless all changes may be made together.
    public static void check(List<LakeChange> changes, LakeCommitState state) {
        for (LakeChange change : changes) {
            switch (change) {
                case LakeChange.Create create -> checkNew(create, state);
                case LakeChange.OfBase ofBase ->
                    checkBase(ofBase.base(), state.pointers().get(change.uid()));
            }
        }
        for (LakeChange change : changes) {
            boolean becomesGarbage = changes.stream()
                    .anyMatch(other -> other instanceof LakeChange.Move move
                            && isOfSameHome(move, change)
                            && move.obsolete().contains(change.metadataLocation()));
            if (becomesGarbage || state.listed().contains(change.uid())) {
                throw LakeErrors.isGarbage(change.name(), change.metadataLocation());
            }
        }
        for (int i = 0; i < changes.size(); i++) {
            checkLocations(changes.get(i), changes.subList(0, i), state);
        }
    }

    private static void checkNew(LakeChange.Create create, LakeCommitState state) {
        if (!create.home().namespaceUid().equals(state.namespaces().get(create.uid()))) {
            throw LakeErrors.namespaceIsNew(create.name());
        }
        if (state.taken().contains(create.uid())) {
            throw ResourceErrors.alreadyExists(create.name());
        }
    }

    private static void checkBase(LakeEntry base, @Nullable Pointer pointer) {
        if (pointer == null) {
            throw ResourceErrors.notFound(base.name());
        }
        if (pointer.ofTopic()) {
            throw LakeErrors.ofTopic(base.name());
        }
        if (!pointer.metadataLocation().equals(base.metadataLocation())) {
            throw LakeErrors.moved(base, pointer.metadataLocation());
        }
    }

    private static void checkLocations(LakeChange change, List<LakeChange> before, LakeCommitState state) {
        LakeFiles wanted = state.wanted(change);
        Stream<String> claimed = before.stream()
                .filter(other -> isOfSameHome(other, change))
                .flatMap(other -> other.files().directories().stream());
        Stream.concat(state.others().getOrDefault(change.uid(), List.of()).stream(), claimed)
                .filter(wanted::conflictsWith)
                .findFirst()
                .ifPresent(other -> {
                    throw LakeErrors.locationTaken(change.name(), other);
                });
        if (state.heldBy(change).size() + wanted.directories().size() > LakeFiles.MAX_DIRECTORIES) {
            throw LakeErrors.tooManyLocations(change.name());
        }
    }

    private static boolean isOfSameHome(LakeChange left, LakeChange right) {
        return left.home().namespaceUid().equals(right.home().namespaceUid());
    }
}
