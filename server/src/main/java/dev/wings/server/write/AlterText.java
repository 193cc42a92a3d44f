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
import dev.wings.common.proto.Field;
import dev.wings.common.proto.FieldPosition;
import dev.wings.common.proto.SchemaChange;
import dev.wings.common.schema.SchemaChangeProtos;
import dev.wings.common.schema.SchemaText;
import dev.wings.server.sql.StatementReader;
import dev.wings.server.write.WriteStatement.Alteration;
import dev.wings.server.write.WriteStatement.Lenience;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Reads what `ALTER TABLE` changes of columns, in the words of PostgreSQL, DuckDB and Spark.
///
/// ```text
/// action = "add" [ "column" ] [ "if" "not" "exists" ] path type { "default" constant | "comment" text } [
/// place ]
///        | "add" "columns" "(" path type ... { "," path type ... } ")"
///        | "drop" [ "column" ] [ "if" "exists" ] path
///        | "rename" [ "column" ] path "to" name
///        | "alter" [ "column" ] path change
/// change = [ "set" "data" ] "type" type | "drop" "not" "null" | "comment" text | place
///        | "set" "default" constant | "drop" "default"
/// place  = "first" | "after" name
/// path   = name { "." name }
/// ```
final class AlterText {

    private static final Set<String> ENDS = Set.of("first", "after");

    private final StatementReader reader;
    private final List<Alteration> alterations = new ArrayList<>();

    AlterText(StatementReader reader) {
        this.reader = reader;
    }

    /// Reads the next action and returns the changes that it asks for. Fails with INVALID if it is no action.
    List<Alteration> action() {
        if (reader.accept("add")) {
            add();
        } else if (reader.accept("drop")) {
            boolean column = reader.accept("column");
            if (!column && (reader.accept("constraint") || reader.accept("partition"))) {
                throw WingsException.invalid("a topic has columns to drop, and nothing else");
            }
            boolean ifExists = reader.accept("if", "exists");
            change(SchemaChangeProtos.drop(path()), ifExists ? Lenience.IF_EXISTS : Lenience.NONE);
        } else if (reader.accept("rename")) {
            rename();
        } else if (reader.accept("alter") || reader.accept("change")) {
            boolean ignored = reader.accept("column");
            alter(path());
        } else {
            throw reader.expected("ADD COLUMN, DROP COLUMN, RENAME COLUMN, ALTER COLUMN or SET (...)");
        }
        List<Alteration> read = List.copyOf(alterations);
        alterations.clear();
        return read;
    }

    private void change(SchemaChange change, Lenience lenience) {
        alterations.add(new Alteration(change, lenience));
    }

    private void add() {
        if (reader.accept("constraint") || reader.accept("primary") || reader.accept("unique")) {
            throw WingsException.invalid("a topic has no constraints but NOT NULL, which columns are made with");
        }
        if (reader.accept("columns")) {
            reader.expectSign('(');
            boolean more = true;
            while (more) {
                addColumn(Lenience.NONE);
                more = reader.acceptSign(',');
            }
            reader.expectSign(')');
            return;
        }
        boolean ignored = reader.accept("column");
        addColumn(reader.accept("if", "not", "exists") ? Lenience.IF_NOT_EXISTS : Lenience.NONE);
    }

    private void addColumn(Lenience lenience) {
        int start = reader.position();
        List<String> path = path();
        // the last name is read again together with its type, from where it is in the statement
        for (int i = 0; i < path.size() - 1; i++) {
            reader.restart(start);
            String ignored = reader.name("a column's name");
            reader.expectSign('.');
            start = reader.position();
        }
        reader.restart(start);
        Field field = SchemaText.parseSchema(reader.until("a column and its type", ENDS))
                .getFields(0);
        change(SchemaChangeProtos.add(path.subList(0, path.size() - 1), field, place()), lenience);
    }

    private Optional<FieldPosition> place() {
        if (reader.accept("first")) {
            return Optional.of(FieldPosition.getDefaultInstance());
        }
        return reader.accept("after")
                ? Optional.of(FieldPosition.newBuilder()
                        .setAfter(reader.name("a column's name"))
                        .build())
                : Optional.empty();
    }

    private void rename() {
        if (reader.accept("to")) {
            throw WingsException.invalid(
                    "a topic keeps its name, since producers and readers know it by that: CREATE VIEW gives it another");
        }
        boolean ignored = reader.accept("column");
        List<String> path = path();
        reader.expect("to");
        change(
                SchemaChangeProtos.of(path)
                        .setRename(reader.name("a column's name"))
                        .build(),
                Lenience.NONE);
    }

    private void alter(List<String> path) {
        SchemaChange.Builder change = SchemaChangeProtos.of(path);
        if (reader.accept("set", "data", "type") || reader.accept("type")) {
            change.setWiden(SchemaText.parseType(reader.until("a type", ENDS)));
        } else if (reader.accept("drop", "not", "null")) {
            change.setMakeOptional(dev.wings.common.proto.MakeOptional.getDefaultInstance());
        } else if (reader.accept("comment")) {
            change.setDoc(reader.literal("a comment"));
        } else if (reader.accept("set", "not", "null")) {
            throw WingsException.invalid("a column that allows null goes on to allow it, since rows may have it:"
                    + " add another column, and write that");
        } else if (reader.accept("drop", "default")) {
            change(SchemaChangeProtos.dropDefault(path), Lenience.NONE);
            return;
        } else if (reader.accept("set", "default")) {
            Optional<String> value = SchemaText.parseDefault(reader.until("a default", ENDS));
            if (value.isEmpty()) {
                change(SchemaChangeProtos.dropDefault(path), Lenience.NONE);
                return;
            }
            change.setDefaultValue(value.get());
        } else {
            change.setMove(place().orElseThrow(() ->
                    reader.expected("TYPE type, SET DEFAULT value, DROP DEFAULT, DROP NOT NULL, COMMENT 'text',"
                            + " FIRST or AFTER column")));
        }
        change(change.build(), Lenience.NONE);
    }

    /// Reads the name of a column, or the names that lead to a field in it: `address.street`.
    private List<String> path() {
        return path(reader);
    }

    static List<String> path(StatementReader reader) {
        List<String> path = new ArrayList<>();
        boolean more = true;
        while (more) {
            path.add(reader.name("a column's name"));
            more = reader.acceptSign('.');
        }
        return path;
    }
}
