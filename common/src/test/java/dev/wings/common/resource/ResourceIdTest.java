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
package dev.wings.common.resource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResourceIdTest {

    /// The engine cannot make a schema `main`, and takes the others for its own catalogs and schemas.
    @ParameterizedTest
    @ValueSource(strings = {"system", "information_schema", "pg_catalog", "temp", "main", "memory", "wings"})
    void namespaceWithANameOfSqlIsRefused(String name) {
        assertThatThrownBy(() -> new NamespaceName("default", name))
                .isInstanceOfSatisfying(
                        WingsException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.INVALID))
                .hasMessage("bad namespace id: the name is reserved for SQL: found=\"" + name + "\"");
        assertThat(new NamespaceName(name, "sales").topic(name).topic()).isEqualTo(name);
    }

    @Test
    void idsArePlain() {
        assertThat(ResourceId.check("topic", "a-b_c9")).isEqualTo("a-b_c9");
        for (String bad : new String[] {"", "A", "9a", "a.b", "a/b", "a".repeat(64)}) {
            assertThatThrownBy(() -> ResourceId.check("topic", bad)).hasMessageStartingWith("bad topic id: ");
        }
    }
}
