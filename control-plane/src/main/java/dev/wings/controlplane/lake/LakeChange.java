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

import java.util.List;
import java.util.UUID;

/// A change of one table or view: what a commit is made of.
public sealed interface LakeChange {

    TableName name();

    /// The uid of the entry.
    UUID uid();

    /// Where the files of the entry are.
    LakeHome home();

    /// What the pointer is at when the change is made.
    String metadataLocation();

    /// What the change says about files.
    default LakeFiles files() {
        return LakeFiles.NONE;
    }

    /// Makes an entry, whose home is the namespace of its name.
    record Create(LakeEntry entry, LakeFiles files) implements LakeChange {
        public Create(LakeEntry entry) {
            this(entry, LakeFiles.NONE);
        }

        public Create {
            if (entry.topicUid().isPresent() || entry.version() != 1) {
                throw new IllegalStateException("only tables of other engines are made like this: " + entry);
            }
        }

        @Override
        public TableName name() {
            return entry.name();
        }

        @Override
        public UUID uid() {
            return entry.uid();
        }

        @Override
        public LakeHome home() {
            return entry.home();
        }

        @Override
        public String metadataLocation() {
            return entry.metadataLocation();
        }
    }

    /// A change of an entry that is there. No change of the commit is made if its pointer is no longer where
    /// `base` has it.
    sealed interface OfBase extends LakeChange {

        LakeEntry base();

        @Override
        default TableName name() {
            return base().name();
        }

        @Override
        default UUID uid() {
            return base().uid();
        }

        @Override
        default LakeHome home() {
            return base().home();
        }
    }

    /// Moves the pointer of `base`.
    ///
    /// @param obsolete objects of the table's home that nothing of the table needs afterwards
    record Move(LakeEntry base, String metadataLocation, List<String> obsolete, LakeFiles files) implements OfBase {
        public Move(LakeEntry base, String metadataLocation, List<String> obsolete) {
            this(base, metadataLocation, obsolete, LakeFiles.NONE);
        }

        public Move {
            obsolete = List.copyOf(obsolete);
        }
    }

    /// Requires that `base` stays as it is, because the other changes rest on it.
    record Keep(LakeEntry base) implements OfBase {

        @Override
        public String metadataLocation() {
            return base.metadataLocation();
        }
    }
}
