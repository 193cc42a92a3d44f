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

import static org.assertj.core.api.Assertions.assertThat;

import dev.wings.server.sql.ParsedQuery;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PlanCacheTest {

    @Test
    void plansAreFoundByTenantSchemaAndText() {
        PlanCache cache = new PlanCache(10, 1 << 20);
        QueryPlan plan = plan("select 1");
        cache.put(request("a", "default", "select 1"), plan);
        assertThat(cache.find(request("a", "default", "select 1"))).containsSame(plan);
        assertThat(cache.find(request("b", "default", "select 1"))).isEmpty();
        assertThat(cache.find(request("a", "sales", "select 1"))).isEmpty();
        assertThat(cache.find(request("a", "default", "select  1"))).isEmpty();
    }

    @Test
    void theOneThatWasNotUsedForLongestGoesFirst() {
        PlanCache cache = new PlanCache(2, 1 << 20);
        cache.put(request("a", "s", "1"), plan("1"));
        cache.put(request("a", "s", "2"), plan("2"));
        assertThat(cache.find(request("a", "s", "1"))).isPresent();
        cache.put(request("a", "s", "3"), plan("3"));
        assertThat(cache.find(request("a", "s", "2"))).isEmpty();
        assertThat(cache.find(request("a", "s", "1"))).isPresent();
        assertThat(cache.size()).isEqualTo(2);
    }

    @Test
    void memoryIsBounded() {
        long bytes = plan("x".repeat(1000)).bytes();
        PlanCache cache = new PlanCache(1000, 10 * bytes);
        for (int i = 0; i < 100; i++) {
            cache.put(request("a", "s", "q" + i), plan("x".repeat(1000)));
            cache.put(request("a", "s", "q" + i), plan("x".repeat(1000)));
        }
        assertThat(cache.size()).isBetween(8, 10);
        cache.put(request("a", "s", "huge"), plan("x".repeat(100_000)));
        assertThat(cache.size()).isZero();
        cache.put(request("a", "s", "small"), plan("x"));
        assertThat(cache.size()).isEqualTo(1);
    }

    /// I9: many texts of one tenant, or long ones, do not push out those of another.
    @Test
    void plansOfWhoHasTheMostGoFirst() {
        long bytes = plan("x".repeat(1000)).bytes();
        PlanCache cache = new PlanCache(20, 10 * bytes);
        cache.put(request("quiet", "s", "1"), plan("x".repeat(1000)));
        cache.put(request("quiet", "s", "2"), plan("x".repeat(1000)));
        for (int i = 0; i < 100; i++) {
            cache.put(request("long", "s", "q" + i), plan("x".repeat(1000)));
            cache.put(request("many", "s", "q" + i), plan("x"));
        }
        assertThat(cache.find(request("quiet", "s", "1"))).isPresent();
        assertThat(cache.find(request("quiet", "s", "2"))).isPresent();
        assertThat(cache.size()).isBetween(8, 20);
    }

    private static QueryRequest request(String tenant, String schema, String sql) {
        return new QueryRequest("id", tenant, schema, sql, List.of());
    }

    private static QueryPlan plan(String sql) {
        return new QueryPlan(
                new ParsedQuery(
                        sql,
                        List.of(),
                        Set.of(),
                        Set.of(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        false,
                        false,
                        true,
                        ParsedQuery.Explain.NOTHING,
                        Map.of(),
                        Optional.empty()),
                Map.of(),
                List.of(),
                new Description(Optional.empty(), List.of()),
                Optional.empty(),
                TableScans.NONE);
    }
}
