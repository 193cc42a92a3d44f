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
package dev.wings.common.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class CacheStateTest {

    private static final ObjectId OBJECT = new ObjectId(URI.create("file:///s"), "a", 1000);

    private static final List<ByteRange> ALL = List.of(new ByteRange(0, OBJECT.bytes()));

    @Test
    void forgottenFileTakesNoRoom() {
        CacheState state = new CacheState(2000, 64, 4, 1);
        CachedFile forgotten = state.use(OBJECT, new UUID(0, 1), 1);
        assertThat(state.release(forgotten)).isTrue();
        assertThatThrownBy(() -> state.claim(forgotten, ALL)).isInstanceOf(IllegalStateException.class);
        CachedFile known = state.use(OBJECT, new UUID(0, 2), 2);
        assertThatThrownBy(() -> state.claim(forgotten, ALL)).isInstanceOf(IllegalStateException.class);
        assertThat(state.usedBytes()).isZero();
        state.claim(known, ALL);
        assertThat(state.usedBytes()).isEqualTo(OBJECT.bytes());
    }
}
