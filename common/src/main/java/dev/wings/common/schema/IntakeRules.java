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
package dev.wings.common.schema;

import dev.wings.common.error.WingsException;
import dev.wings.common.proto.IntakeSpec;
import java.util.List;

/// Which rows a topic takes, and what becomes of others.
public record IntakeRules(OnError onError) {

    public static final IntakeRules DEFAULT = new IntakeRules(OnError.REJECT);

    /// What the names of these fields start with in the mask of a request that changes a topic.
    public static final String PREFIX = "intake.";

    /// Fails with INVALID for what is not known here.
    public static IntakeRules fromProto(IntakeSpec proto) {
        return new IntakeRules(OnError.fromProto(proto.getOnError()));
    }

    public IntakeSpec toProto() {
        return IntakeSpec.newBuilder().setOnError(onError.toProto()).build();
    }

    /// The rules with what a client wants changed. Fails with INVALID for a field that cannot be changed.
    ///
    /// @param mask the fields that are taken of `wanted`, as `intake.on_error`
    public IntakeRules update(List<String> mask, IntakeSpec wanted) {
        IntakeRules asked = fromProto(wanted);
        OnError changed = onError;
        for (String field : mask) {
            if (!field.equals("intake.on_error")) {
                throw WingsException.invalid("this field of a topic cannot be changed: field=\""
                        + TopicField.printable(field) + "\". intake.on_error can");
            }
            changed = asked.onError;
        }
        return new IntakeRules(changed);
    }
}
