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
package dev.wings.server.plan;

import dev.wings.server.table.SegmentSource;
import dev.wings.server.table.SegmentStats;
import dev.wings.server.table.TableRef;
import dev.wings.server.table.TableSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/// What `EXPLAIN` answers, as lines of text: what a query would read of each of its topics, and then DuckDB's
/// plan.
public final class Explanation {

    public static final Schema SCHEMA = new Schema(List.of(Field.nullable("plan", ArrowType.Utf8.INSTANCE)));

    /// The line that replaces the engine's plan for a count.
    public static final String COUNT = "The number of rows is known without reading any.";

    private Explanation() {}

    public static List<String> lines(Map<TableRef, TableSource> sources) {
        List<String> lines = new ArrayList<>();
        sources.forEach((name, source) -> {
            lines.add(name.schema() + "." + name.table() + ": " + pages(source));
            source.stats().ifPresent(stats -> lines.add("  " + segments(source, stats)));
        });
        return lines;
    }

    private static String pages(TableSource source) {
        boolean none = source.all().map(all -> all.pages() == 0).orElse(source.pages() == 0);
        return "pages=" + source.pages()
                + source.all().map(all -> " of " + all.pages()).orElse("")
                + (none ? "" : ", page_rows=" + source.pageRows())
                + (none ? "" : source.all().map(all -> " of " + all.rows()).orElse(""));
    }

    private static String segments(TableSource source, SegmentStats stats) {
        return "segments=" + stats.readSegments() + " of " + stats.segments()
                + ", row_groups=" + stats.readRowGroups() + " of " + stats.rowGroups() + " in segments looked into"
                + ", rows=" + stats.readRows() + " of " + stats.rows()
                + ", bytes=" + stats.readBytes() + " of " + stats.bytes()
                + ", cached_bytes="
                + source.segments().map(SegmentSource::cachedBytes).orElse(0L);
    }
}
