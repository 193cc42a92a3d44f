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
package dev.wings.common.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wings.common.proto.ViewColumn;
import java.util.List;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.junit.jupiter.api.Test;

class ViewColumnsTest {

    @Test
    void columnsComeBackAsTheyWere() {
        List<ViewColumn> columns = List.of(
                column("flag", "BOOLEAN"),
                column("small", "INTEGER"),
                column("large", "BIGINT"),
                column("single", "FLOAT"),
                column("double", "DOUBLE"),
                column("day", "DATE"),
                column("time", "TIME"),
                column("local", "TIMESTAMP"),
                column("moment", "TIMESTAMP WITH TIME ZONE"),
                column("text", "VARCHAR"),
                column("bytes", "BLOB"),
                column("id", "UUID"),
                column("sum", "DECIMAL(38,0)"),
                column("list", "STRUCT(a BIGINT, \"b c\" VARCHAR[])[]"),
                column("map", "MAP(VARCHAR, DECIMAL(10,2))").toBuilder()
                        .setRequired(true)
                        .setDoc("by name")
                        .build(),
                column("__offset__", "BIGINT"));

        assertThat(ViewColumns.of(ViewColumns.toIceberg(columns))).isEqualTo(columns);
    }

    @Test
    void idsAreDifferentAtAllDepths() {
        Schema schema =
                ViewColumns.toIceberg(List.of(column("a", "STRUCT(x BIGINT, y BIGINT)"), column("b", "BIGINT[]")));

        assertThat(schema.idToName()).hasSize(5);
    }

    @Test
    void typesThatTopicsDoNotHaveAreText() {
        Schema schema = new Schema(
                NestedField.optional(1, "fine", Types.TimestampNanoType.withZone()),
                NestedField.optional(2, "list", Types.ListType.ofOptional(3, Types.VariantType.get())));

        assertThat(ViewColumns.of(schema)).containsExactly(column("fine", "VARCHAR"), column("list", "VARCHAR"));
    }

    @Test
    void unknownTypeIsRefused() {
        assertThatThrownBy(() -> ViewColumns.toIceberg(List.of(column("a", "INTERVAL"))))
                .hasMessageContaining("INTERVAL");
    }

    private static ViewColumn column(String name, String type) {
        return ViewColumn.newBuilder().setName(name).setType(type).build();
    }
}
