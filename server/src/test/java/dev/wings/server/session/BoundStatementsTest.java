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
package dev.wings.server.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.List;
import org.junit.jupiter.api.Test;

class BoundStatementsTest {

    private final BoundStatements bound = new BoundStatements(400);

    private static StatementHandle statement(String id, String tenant, Object... values) {
        return new StatementHandle(id, tenant, "default", "UTC", "select ?", 1, List.of(values), ByteString.EMPTY);
    }

    private boolean remembers(String id, String tenant) {
        return !bound.latest(statement(id, tenant)).parameters().isEmpty();
    }

    @Test
    void valuesAreThoseOfTheStatementAndItsTenant() {
        bound.remember(statement("a", "t", 1), 10);
        assertThat(bound.latest(statement("a", "t"))).isEqualTo(statement("a", "t", 1));
        assertThat(bound.latest(statement("a", "t", 5))).isEqualTo(statement("a", "t", 5));
        assertThat(remembers("b", "t")).isFalse();
        assertThat(remembers("a", "other")).isFalse();
        bound.forget("a");
        assertThat(remembers("a", "t")).isFalse();
        bound.forget("a");
    }

    @Test
    void tenantWithMoreThanItsShareLosesItsOwnOldest() {
        bound.remember(statement("quiet", "q", 1), 60);
        for (int i = 0; i < 100; i++) {
            bound.remember(statement("noisy" + i, "n", 1), 30);
        }
        assertThat(remembers("quiet", "q")).isTrue();
        assertThat(remembers("noisy96", "n")).isFalse();
        assertThat(remembers("noisy97", "n")).isTrue();
        assertThat(remembers("noisy99", "n")).isTrue();
    }

    @Test
    void allTogetherAreBounded() {
        for (int i = 0; i < 100; i++) {
            bound.remember(statement("s" + i, "t" + i, 1), 100);
        }
        assertThat(remembers("s95", "t95")).isFalse();
        for (int i = 96; i < 100; i++) {
            assertThat(remembers("s" + i, "t" + i)).isTrue();
            bound.remember(statement("s" + i, "t" + i, 2), 100);
        }
        assertThat(remembers("s96", "t96")).isTrue();
    }
}
