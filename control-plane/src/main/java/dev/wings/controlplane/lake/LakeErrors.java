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

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;

/// The failures that tables have, in the same words whoever keeps the state.
public final class LakeErrors {

    private LakeErrors() {}

    public static WingsException ofTopic(TableName name) {
        return new WingsException(
                ErrorKind.FORBIDDEN,
                "the table holds the rows of a topic, and only Wings changes it: push rows to the topic instead, or"
                        + " delete the topic to drop its table: name=" + name);
    }

    public static WingsException moved(LakeEntry base, String found) {
        return new WingsException(
                ErrorKind.CONFLICT,
                "the table was changed by somebody else: name=" + base.name() + ", expected=" + base.metadataLocation()
                        + ", found=" + found);
    }

    public static WingsException isGarbage(TableName name, String location) {
        return WingsException.invalid("the metadata file was replaced and is about to be removed, register the one that"
                + " replaced it, or a copy: name=" + name + ", location=" + location);
    }

    public static WingsException locationTaken(TableName name, String location) {
        return WingsException.invalid(
                "the location belongs to another table or view, neither of two may have files where"
                        + " the other has its own: name=" + name + ", location_of_the_other=" + location);
    }

    public static WingsException tooManyLocations(TableName name) {
        return WingsException.invalid("the location was changed too often, make a new table: name=" + name + ", limit="
                + LakeFiles.MAX_DIRECTORIES);
    }

    public static WingsException namespaceIsNew(TableName name) {
        return new WingsException(
                ErrorKind.CONFLICT, "the namespace was deleted and created anew meanwhile: name=" + name.parent());
    }

    public static WingsException tooManyProperties(int found) {
        return WingsException.invalid(
                "too many properties of a namespace: limit=" + LakeMetadataStore.MAX_PROPERTIES + ", found=" + found);
    }
}
