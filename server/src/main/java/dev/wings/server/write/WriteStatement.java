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
package dev.wings.server.write;

import dev.wings.common.error.WingsException;
import dev.wings.common.proto.IntakeSpec;
import dev.wings.common.proto.LakeSpec;
import dev.wings.common.proto.Schema;
import dev.wings.common.proto.SchemaChange;
import dev.wings.common.schema.IntakeText;
import dev.wings.common.schema.LakeText;
import dev.wings.common.schema.SchemaChangeProtos;
import dev.wings.common.schema.SchemaPolicy;
import dev.wings.common.schema.SchemaText;
import dev.wings.server.sql.SqlText;
import dev.wings.server.sql.StatementReader;
import dev.wings.server.table.TableRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// A statement that changes schemas, tables or their rows rather than reading them.
public sealed interface WriteStatement {

    /// `CREATE SCHEMA`.
    ///
    /// @param objectStore the id of the object store that it is bound to, if the statement names one
    record CreateSchema(String schema, boolean ifNotExists, Optional<String> objectStore) implements WriteStatement {}

    /// `DROP SCHEMA`.
    record DropSchema(String schema, boolean ifExists) implements WriteStatement {}

    /// `CREATE TABLE`, with columns of its own or with those of a query.
    ///
    /// @param columns nothing if they are those of the query
    /// @param partitionBy the column that splits the rows into partitions, if there is one
    /// @param query the query whose rows are the first ones
    record CreateTable(
            TableRef table,
            boolean ifNotExists,
            Optional<Schema> columns,
            Optional<String> partitionBy,
            LakeSpec lake,
            SchemaPolicy policy,
            IntakeSpec intake,
            Optional<String> query)
            implements WriteStatement {}

    /// `CREATE VIEW`.
    ///
    /// @param replace whether this view replaces another of its name
    /// @param columns other names for the columns of the query, in their order; an empty list leaves them as
    ///     they are
    /// @param query the query, with blanks in place of what is before it in the statement
    record CreateView(TableRef view, boolean replace, boolean ifNotExists, List<String> columns, String query)
            implements WriteStatement {}

    /// `DROP VIEW`.
    record DropView(TableRef view, boolean ifExists) implements WriteStatement {}

    /// `SHOW CREATE TABLE`, also of a view. It changes nothing, but is served here, since this part of the
    /// server knows how tables are made.
    record ShowCreateTable(TableRef table) implements WriteStatement {}

    /// `DROP TABLE`.
    record DropTable(TableRef table, boolean ifExists) implements WriteStatement {}

    /// `ALTER TABLE` and `COMMENT ON COLUMN`.
    ///
    /// @param alterations of the columns, which are made one after the other
    /// @param lake the options that are changed, which `mask` names
    /// @param policy the schema policy, which is changed if the mask says so
    /// @param intake which rows are taken; of it is changed what the mask names
    record AlterTable(
            TableRef table,
            boolean ifExists,
            List<Alteration> alterations,
            LakeSpec lake,
            SchemaPolicy policy,
            IntakeSpec intake,
            List<String> mask)
            implements WriteStatement {}

    /// A change of a column.
    record Alteration(SchemaChange change, Lenience lenience) {}

    /// Says when a change of a column is left out.
    enum Lenience {
        NONE,
        IF_EXISTS,
        IF_NOT_EXISTS
    }

    /// `INSERT INTO`.
    ///
    /// @param columns that get values, in the order of the query's; an empty list means all of the table
    /// @param query the query whose rows are inserted, or `VALUES (...)`, with blanks in place of what is
    ///     before it in the statement
    record Insert(TableRef table, List<String> columns, String query) implements WriteStatement {}

    /// Returns the statement, if the text is one. Fails with INVALID, which says where and why, if the text
    /// begins as such a statement but goes on in another way.
    ///
    /// @param homeSchema the schema of bare names
    static Optional<WriteStatement> of(String sql, String homeSchema) {
        return switch (SqlText.firstWord(sql)) {
            case "create" -> new Parser(sql, homeSchema).create();
            case "drop" -> new Parser(sql, homeSchema).drop();
            case "alter" -> new Parser(sql, homeSchema).alter();
            case "comment" -> Optional.of(new Parser(sql, homeSchema).comment());
            case "insert" -> Optional.of(new Parser(sql, homeSchema).insert());
            case "show" -> new Parser(sql, homeSchema).show();
            default -> Optional.empty();
        };
    }

    /// Says whether a text begins as such a statement does, whatever follows.
    static boolean mayBe(String sql) {
        return switch (SqlText.firstWord(sql)) {
            case "create", "drop", "insert", "comment" -> true;
            case "alter" -> of(sql, "").isPresent();
            case "show" -> of(sql, "").isPresent();
            default -> false;
        };
    }

    /// Reads one statement.
    final class Parser {

        private static final Set<String> QUERY_WORDS = Set.of(
                "select", "with", "from", "values", "table", "pivot", "unpivot", "describe", "summarize", "show");

        private final StatementReader reader;
        private final String homeSchema;

        Parser(String sql, String homeSchema) {
            this.reader = new StatementReader(sql);
            this.homeSchema = homeSchema;
        }

        Optional<WriteStatement> create() {
            reader.expect("create");
            boolean replace = reader.accept("or", "replace");
            boolean temporary = reader.accept("temporary") || reader.accept("temp");
            if (reader.accept("schema")) {
                return Optional.of(createSchema());
            }
            if (reader.accept("view")) {
                return Optional.of(createView(replace, temporary));
            }
            if (!reader.accept("table")) {
                return Optional.empty();
            }
            if (replace) {
                throw WingsException.invalid(
                        "a table is not replaced, since producers and readers may be at work on it:"
                                + " DROP TABLE it, then CREATE TABLE");
            }
            if (temporary) {
                throw WingsException.invalid("there are no temporary tables: name the rows of a query with WITH, or"
                        + " CREATE TABLE and DROP TABLE");
            }
            return Optional.of(createTable());
        }

        private WriteStatement createSchema() {
            boolean ifNotExists = reader.accept("if", "not", "exists");
            String schema = reader.schema();
            Optional<String> objectStore = Optional.empty();
            if (reader.accept("with")) {
                Options options = options(Set.of("object_store"));
                objectStore = options.find("object_store");
            }
            reader.expectEnd("WITH (object_store = '...') or the end");
            return new CreateSchema(schema, ifNotExists, objectStore);
        }

        private WriteStatement createView(boolean replace, boolean temporary) {
            if (temporary) {
                throw WingsException.invalid("there are no temporary views: name the rows of a query with WITH, or"
                        + " CREATE VIEW and DROP VIEW");
            }
            boolean ifNotExists = reader.accept("if", "not", "exists");
            if (replace && ifNotExists) {
                throw WingsException.invalid("a view is replaced, or left as it is: OR REPLACE or IF NOT EXISTS");
            }
            TableRef view = reader.table(homeSchema);
            List<String> columns = reader.isSign('(') ? names() : List.of();
            reader.expect("as");
            if (reader.isAtEnd()) {
                throw reader.expected("a query");
            }
            return new CreateView(view, replace, ifNotExists, columns, query());
        }

        private WriteStatement createTable() {
            boolean ifNotExists = reader.accept("if", "not", "exists");
            TableRef table = reader.table(homeSchema);
            Optional<Schema> columns =
                    reader.isSign('(') ? Optional.of(columns(reader.parenthesised("columns"))) : Optional.empty();
            LakeSpec.Builder lake = LakeSpec.newBuilder();
            Optional<String> partitionBy = Optional.empty();
            SchemaPolicy policy = SchemaPolicy.STRICT;
            IntakeSpec intake = IntakeSpec.getDefaultInstance();
            boolean more = true;
            while (more) {
                if (reader.accept("partitioned", "by")) {
                    lake.setPartitioning(LakeText.parsePartitioning(
                            reader.parenthesised("columns, as in day(ts)").strip()));
                } else if (reader.accept("with")) {
                    Options options = options(Options.OF_TABLES);
                    options.addTo(lake);
                    partitionBy = options.find("partition_by");
                    policy = options.policy();
                    intake = options.intake();
                } else if (reader.accept("comment")) {
                    throw WingsException.invalid(
                            "a table has no comment of its own, columns have: name type COMMENT 'text'");
                } else {
                    more = false;
                }
            }
            Optional<String> query = Optional.empty();
            if (reader.accept("as")) {
                if (columns.isPresent()) {
                    throw WingsException.invalid(
                            "the columns are those of the query, or those in parentheses, not both:"
                                    + " CREATE TABLE first, then INSERT INTO");
                }
                query = Optional.of(query());
            } else {
                reader.expectEnd("PARTITIONED BY (...), WITH (...), AS SELECT ... or the end");
                if (columns.isEmpty()) {
                    throw reader.expected("\"(\" and columns, or AS SELECT ...");
                }
            }
            return new CreateTable(table, ifNotExists, columns, partitionBy, lake.build(), policy, intake, query);
        }

        private static Schema columns(String text) {
            if (text.isBlank()) {
                throw WingsException.invalid("a table has at least one column: CREATE TABLE name (column type, ...)");
            }
            return SchemaText.parseSchema(text);
        }

        Optional<WriteStatement> drop() {
            reader.expect("drop");
            boolean schema = reader.accept("schema");
            boolean view = !schema && reader.accept("view");
            if (!schema && !view && !reader.accept("table")) {
                return Optional.empty();
            }
            boolean ifExists = reader.accept("if", "exists");
            WriteStatement drop;
            if (schema) {
                drop = new DropSchema(reader.schema(), ifExists);
            } else {
                TableRef name = reader.table(homeSchema);
                drop = view ? new DropView(name, ifExists) : new DropTable(name, ifExists);
            }
            if (reader.isSign(',')) {
                throw WingsException.invalid("one name at a time is expected: found=more");
            }
            if (reader.accept("cascade")) {
                throw WingsException.invalid(
                        schema
                                ? "a schema is dropped when it is empty: DROP TABLE its tables first"
                                : "nothing goes with it, views over it stay and say that it is gone:"
                                        + " leave CASCADE out");
            }
            reader.accept("restrict");
            reader.expectEnd("the end");
            return Optional.of(drop);
        }

        Optional<WriteStatement> alter() {
            if (!reader.accept("alter", "table")) {
                return Optional.empty();
            }
            boolean ifExists = reader.accept("if", "exists");
            TableRef table = reader.table(homeSchema);
            AlterText columns = new AlterText(reader);
            List<Alteration> alterations = new ArrayList<>();
            LakeSpec.Builder lake = LakeSpec.newBuilder();
            List<String> mask = new ArrayList<>();
            SchemaPolicy policy = SchemaPolicy.STRICT;
            IntakeSpec intake = IntakeSpec.getDefaultInstance();
            boolean more = true;
            while (more) {
                if (reader.accept("set")) {
                    Options options = options(Options.CHANGEABLE);
                    options.addTo(lake);
                    options.options().forEach(option -> mask.add(Options.field(option.name())));
                    policy = options.policy();
                    intake = options.intake();
                } else {
                    alterations.addAll(columns.action());
                }
                more = reader.acceptSign(',');
            }
            reader.expectEnd("a comma and another change, or the end");
            return Optional.of(new AlterTable(table, ifExists, alterations, lake.build(), policy, intake, mask));
        }

        WriteStatement comment() {
            reader.expect("comment", "on");
            if (!reader.accept("column")) {
                throw WingsException.invalid(
                        "columns have comments: COMMENT ON COLUMN table.column IS 'text', and nothing else has");
            }
            List<String> path = AlterText.path(reader);
            if (path.size() < 2) {
                throw reader.expected("table.column");
            }
            String column = path.getLast();
            TableRef table = StatementReader.table(path.subList(0, path.size() - 1), homeSchema);
            reader.expect("is");
            String text = reader.accept("null") ? "" : reader.literal("a comment");
            reader.expectEnd("the end");
            SchemaChange change =
                    SchemaChangeProtos.of(List.of(column)).setDoc(text).build();
            return new AlterTable(
                    table,
                    false,
                    List.of(new Alteration(change, Lenience.NONE)),
                    LakeSpec.getDefaultInstance(),
                    SchemaPolicy.STRICT,
                    IntakeSpec.getDefaultInstance(),
                    List.of());
        }

        Optional<WriteStatement> show() {
            if (!reader.accept("show", "create")) {
                return Optional.empty();
            }
            if (!reader.accept("table")) {
                reader.accept("view");
            }
            TableRef table = reader.table(homeSchema);
            reader.expectEnd("the end");
            return Optional.of(new ShowCreateTable(table));
        }

        WriteStatement insert() {
            reader.expect("insert");
            if (reader.accept("or", "replace") || reader.accept("or", "ignore") || reader.accept("overwrite")) {
                throw WingsException.invalid(
                        "rows of a topic are never changed, and have no key to be found by: INSERT INTO adds rows");
            }
            reader.expect("into");
            reader.accept("table");
            TableRef table = reader.table(homeSchema);
            List<String> columns = List.of();
            if (reader.isSign('(') && !isQueryInParentheses()) {
                columns = names();
            }
            if (reader.accept("default", "values")) {
                throw WingsException.invalid(
                        "a row has at least one value: INSERT INTO table (column) VALUES (...), and the other columns get"
                                + " their defaults");
            }
            if (reader.isAtEnd()) {
                throw reader.expected("VALUES (...) or a query");
            }
            return new Insert(table, columns, query());
        }

        /// Returns the query that ends the statement. Fails with INVALID if there is another statement behind
        /// it.
        private String query() {
            String query = reader.rest();
            if (SqlText.isFollowed(query)) {
                throw WingsException.invalid("one statement at a time is expected: found=more behind a semicolon");
            }
            return query;
        }

        private boolean isQueryInParentheses() {
            int start = reader.position();
            boolean more = true;
            while (more) {
                more = reader.acceptSign('(');
            }
            String word = reader.peekWord();
            reader.restart(start);
            return QUERY_WORDS.contains(word);
        }

        private List<String> names() {
            List<String> names = new ArrayList<>();
            reader.expectSign('(');
            boolean more = true;
            while (more) {
                names.add(reader.name("a column's name"));
                more = reader.acceptSign(',');
            }
            reader.expectSign(')');
            return names;
        }

        private Options options(Set<String> known) {
            List<Option> options = new ArrayList<>();
            reader.expectSign('(');
            boolean more = true;
            while (more) {
                String name = reader.name("an option").toLowerCase(Locale.ROOT);
                if (!known.contains(name)) {
                    throw WingsException.invalid("unknown option: found=" + name + ", known="
                            + String.join(", ", known.stream().sorted().toList()));
                }
                reader.expectSign('=');
                options.add(new Option(name, reader.literal("a value")));
                more = reader.acceptSign(',');
            }
            reader.expectSign(')');
            return new Options(options);
        }
    }

    /// An option of `WITH (name = 'value', ...)`.
    record Option(String name, String value) {}

    /// The options of a statement. If a name is given more than once, its last option counts.
    record Options(List<Option> options) {

        private static final String POLICY = "schema_policy";

        /// The options that tables can have: those of `wings topic create`, with underscores.
        static final Set<String> OF_TABLES = Set.of(
                "partition_by",
                "lake_partition_by",
                "lake_sort_by",
                "lake_time_as",
                "freshness",
                "target_segment_bytes",
                POLICY,
                IntakeText.ON_ERROR,
                IntakeText.TIMESTAMP_COLUMN,
                IntakeText.MAX_LATE,
                IntakeText.MAX_FUTURE);

        /// The options of a table that can be changed.
        static final Set<String> CHANGEABLE = Set.of(
                "freshness",
                "target_segment_bytes",
                POLICY,
                IntakeText.ON_ERROR,
                IntakeText.TIMESTAMP_COLUMN,
                IntakeText.MAX_LATE,
                IntakeText.MAX_FUTURE);

        Optional<String> find(String name) {
            return options.stream()
                    .filter(option -> option.name().equals(name))
                    .map(Option::value)
                    .reduce((first, second) -> second);
        }

        /// Returns the name that an option that can be changed has in a request.
        static String field(String name) {
            return IntakeText.OPTIONS.contains(name)
                    ? IntakeText.field(name)
                    : name.equals(POLICY) ? POLICY : "lake." + name;
        }

        SchemaPolicy policy() {
            return find(POLICY).map(SchemaPolicy::parse).orElse(SchemaPolicy.STRICT);
        }

        IntakeSpec intake() {
            IntakeSpec.Builder intake = IntakeSpec.newBuilder();
            IntakeText.OPTIONS.forEach(
                    option -> find(option).ifPresent(value -> IntakeText.set(intake, option, value)));
            return intake.build();
        }

        void addTo(LakeSpec.Builder lake) {
            find("lake_partition_by").map(LakeText::parsePartitioning).ifPresent(lake::setPartitioning);
            find("lake_sort_by").map(LakeText::parseSortOrder).ifPresent(lake::addAllSortOrder);
            find("lake_time_as").map(LakeText::parseTimeAs).ifPresent(lake::setTimeAs);
            find("freshness").map(LakeText::parseFreshness).ifPresent(lake::setFreshness);
            find("target_segment_bytes").map(LakeText::parseBytes).ifPresent(lake::setTargetSegmentBytes);
        }
    }
}
