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
package dev.wings.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wings.common.proto.CommitFolioRequest;
import dev.wings.common.proto.CommitFolioResponse;
import dev.wings.common.proto.PlannedPage;
import dev.wings.common.proto.Topic;
import dev.wings.controlplane.TestControlPlane.TestPage;
import dev.wings.controlplane.postgres.TestPostgres;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The whole service over gRPC on a real database.
final class ControlPlaneIT {

    private TestControlPlane wings;

    @BeforeEach
    void open() {
        wings = new TestControlPlane(TestPostgres.shared().createDatabase());
    }

    @AfterEach
    void close() {
        wings.close();
    }

    @Test
    void committedPagesAreInThePlan() {
        Topic topic = wings.createTopic("flights", "origin");
        CommitFolioRequest folio = TestControlPlane.folio(
                wings.namespace(), new TestPage(topic, "JFK", 10), new TestPage(topic, "AMS", 5));
        CommitFolioResponse response = wings.log().commitFolio(folio);

        assertThat(response.getCommitNumber()).isEqualTo(1);
        assertThat(wings.log().commitFolio(folio)).isEqualTo(response);
        List<PlannedPage> pages = wings.plan(topic);
        assertThat(pages).extracting(PlannedPage::getPartitionValue).containsExactly("AMS", "JFK");
        assertThat(pages).extracting(PlannedPage::getEndOffset).containsExactly(5L, 10L);
    }
}
