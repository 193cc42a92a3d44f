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
package dev.wings.server.catalog;

import dev.wings.common.proto.PlanScanResponse;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/// The first messages of a plan.
///
/// @param parts the messages in order
/// @param whole whether the plan has no others
/// @param bytes how many bytes the messages have
public record PlanBeginning(List<PlanScanResponse> parts, boolean whole, long bytes) {

    public PlanBeginning {
        parts = List.copyOf(parts);
    }

    static PlanBeginning read(Iterator<PlanScanResponse> answers, long maxBytes) {
        List<PlanScanResponse> parts = new ArrayList<>();
        long bytes = 0;
        while (bytes <= maxBytes && answers.hasNext()) {
            PlanScanResponse part = answers.next();
            parts.add(part);
            bytes += part.getSerializedSize();
        }
        return new PlanBeginning(parts, bytes <= maxBytes, bytes);
    }
}
