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
package dev.wings.ingestor.flight;

import dev.wings.common.error.WingsException;
import dev.wings.common.resource.NamespaceName;
import dev.wings.common.resource.ResourceId;
import dev.wings.common.resource.TopicName;
import dev.wings.common.rpc.Caller;
import io.grpc.Metadata;
import java.util.List;
import org.apache.arrow.flight.impl.Flight;
import org.jspecify.annotations.Nullable;

/// Which topic a DoPut stream goes to.
final class PutTarget {

    /// What whoever takes this port for another is told.
    static final String PORT = "this is the port of an ingestor, which takes rows by DoPut: queries, and all else of"
            + " Flight SQL, go to the SQL server's port (7704 of `wings dev`)";

    private static final int FULL_NAME_PARTS = 6;

    private PutTarget() {}

    /// The topic of a stream. The path is one element that names the topic in any of its forms, or the elements
    /// namespace and topic, or those of the full name. Fails with INVALID for anything else, with FORBIDDEN for
    /// the topic of another tenant than the caller acts for.
    static TopicName topic(Flight.@Nullable FlightDescriptor descriptor, Metadata headers) {
        if (descriptor == null || descriptor.getType() != Flight.FlightDescriptor.DescriptorType.PATH) {
            throw WingsException.invalid(PORT
                    + "; the first message of a DoPut must carry a descriptor with the topic as its path: found="
                    + (descriptor == null ? "no descriptor" : "a " + descriptor.getType() + " descriptor"));
        }
        Caller caller = Caller.of(headers);
        NamespaceName home = new NamespaceName(caller.tenant(), ResourceId.DEFAULT);
        TopicName name = topic(descriptor.getPathList(), home);
        caller.check(name.tenant(), name);
        return name;
    }

    private static TopicName topic(List<String> path, NamespaceName home) {
        return switch (path.size()) {
            case 1 -> TopicName.resolve(path.getFirst(), home);
            case 2 -> new NamespaceName(home.tenant(), path.getFirst()).topic(path.getLast());
            case FULL_NAME_PARTS -> TopicName.parse(String.join("/", path));
            default ->
                throw WingsException.invalid(
                        "the descriptor's path must name a topic: expected=[topic] or [namespace, topic], elements="
                                + path.size());
        };
    }
}
