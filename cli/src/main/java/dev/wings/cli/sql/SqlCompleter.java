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
package dev.wings.cli.sql;

import dev.wings.client.SqlSession;
import dev.wings.common.error.WingsException;
import java.util.List;
import java.util.Locale;
import org.jline.reader.Candidate;
import org.jline.reader.Completer;
import org.jline.reader.LineReader;
import org.jline.reader.ParsedLine;

/// Completes keywords and the names of topics.
final class SqlCompleter implements Completer {

    private static final List<String> KEYWORDS = List.of(
            "select",
            "distinct",
            "from",
            "where",
            "group by",
            "having",
            "order by",
            "limit",
            "offset",
            "join",
            "left join",
            "on",
            "using",
            "with",
            "recursive",
            "union all",
            "as",
            "and",
            "or",
            "not",
            "in",
            "is null",
            "is not null",
            "between",
            "like",
            "case",
            "when",
            "then",
            "else",
            "end",
            "count(*)",
            "sum(",
            "avg(",
            "min(",
            "max(",
            "desc",
            "asc",
            "interval",
            "cast(",
            "over (",
            "partition by",
            "__offset__",
            "__timestamp__",
            "describe",
            "explain");

    private final SqlSession session;

    SqlCompleter(SqlSession session) {
        this.session = session;
    }

    @Override
    public void complete(LineReader reader, ParsedLine line, List<Candidate> candidates) {
        String word = line.word().toLowerCase(Locale.ROOT);
        KEYWORDS.stream()
                .filter(keyword -> keyword.startsWith(word))
                .map(Candidate::new)
                .forEach(candidates::add);
        try {
            for (SqlSession.TableName name : session.tables()) {
                candidates.add(new Candidate(
                        name.schema().equals("default") ? name.table() : name.schema() + "." + name.table()));
            }
        } catch (WingsException e) {
            // There are no names then; the next statement will say why.
        }
    }
}
