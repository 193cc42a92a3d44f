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
package dev.wings.controlplane.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wings.common.resource.NamespaceName;
import dev.wings.controlplane.cluster.TopicRecord;
import dev.wings.controlplane.log.Commit;
import dev.wings.controlplane.log.CommitRule;
import dev.wings.controlplane.log.FolioCommit;
import dev.wings.controlplane.log.LogFixture;
import dev.wings.controlplane.log.LogMetadataStore.CommitScope;
import dev.wings.controlplane.log.LogMetadataStoreContract;
import dev.wings.controlplane.state.Stores;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class PostgresLogMetadataStoreIT extends LogMetadataStoreContract {

    private static final int COMMITS = 60;
    private static final int PAGES = 200;

    private final PostgresDatabase database = TestPostgres.shared().openDatabase();
    private final Stores stores = TestPostgres.shared().stores(database);

    @Override
    protected Stores stores() {
        return stores;
    }

    /// However many commits a follower is behind, and however many pages they have: else it would fall behind further
    /// with each look.
    @Test
    void followersReadNoMorePagesThanTheyAreGiven() {
        LogFixture fixture = new LogFixture(cluster(), new NamespaceName("globex", "sales"));
        TopicRecord topic = fixture.createTopic("flights", true);
        FolioCommit.Page[] pages = IntStream.range(0, PAGES)
                .mapToObj(value -> LogFixture.page(topic, "value-" + value, LogFixture.batch(1)))
                .toArray(FolioCommit.Page[]::new);
        for (int i = 0; i < COMMITS; i++) {
            List<FolioCommit> folios = List.of(fixture.folio(pages));
            store().commit(
                            CommitScope.of(fixture.namespaceUid(), folios),
                            state -> CommitRule.decide(fixture.namespaceUid(), folios, state, 0, LogFixture.ANY_AGE));
        }
        String counted = "select idx_tup_fetch + seq_tup_read as pages from pg_stat_xact_user_tables"
                + " where relname = 'pages'";
        long read = database.read("read commits", connection -> {
            assertThat(FollowStatements.readCommits(connection, fixture.namespaceUid(), 1, 2 * PAGES))
                    .extracting(Commit::number)
                    .containsExactly(1L, 2L);
            return Sql.queryOne(connection, counted, row -> row.getLong("pages"))
                    .orElseThrow();
        });
        assertThat(read).isLessThan(COMMITS * PAGES / 4L);
    }
}
