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
package dev.wings.compactor.segment;

import dev.wings.common.lake.KeptTypes;
import dev.wings.common.schema.FieldType.Primitive;
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TopicSchema;
import dev.wings.compactor.segment.ParquetFooter.Long64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.Schema;

/// The times, at all depths, that a table keeps as something else.
///
/// For the engine, times are times. Those that are longs in segments become so by the footer alone, since their
/// bits are the same; those that are texts become texts when they are written, and are read again as such.
///
/// @param longs ids of the fields that are longs in segments
/// @param texts ids of those that are texts there
record KeptTimes(Set<Integer> longs, Set<Integer> texts) {

    static KeptTimes of(TopicSchema topic, Schema table) {
        KeptTimes times = new KeptTimes(new HashSet<>(), new HashSet<>());
        times.add(topic.fields(), table);
        return times;
    }

    private void add(List<TopicField> fields, Schema table) {
        for (TopicField field : fields) {
            if (field.type() == Primitive.TIME) {
                int id = field.id();
                boolean ignored = switch (KeptTypes.kept(field, table).type()) {
                    case Primitive.LONG -> longs.add(id);
                    case Primitive.STRING -> texts.add(id);
                    default -> false;
                };
            }
            add(field.type().children(), table);
        }
    }

    Map<Integer, Long64> inSegments() {
        return longs(Long64.LONG);
    }

    Map<Integer, Long64> inEngine() {
        return longs(Long64.TIME);
    }

    private Map<Integer, Long64> longs(Long64 type) {
        Map<Integer, Long64> types = new HashMap<>();
        longs.forEach(id -> types.put(id, type));
        return types;
    }

    /// The field in the type in which the engine writes it, and reads it again from segments.
    TopicField written(TopicField field, Schema table) {
        return texts.isEmpty() ? field : KeptTypes.kept(field, table);
    }
}
