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
package dev.wings.common.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ResourcesTest {

    private final List<String> closed = new ArrayList<>();
    private final Resources resources = new Resources();

    private void add(String name) {
        AutoCloseable resource = () -> closed.add(name);
        resources.add(resource);
    }

    @Test
    void lastOpenedIsClosedFirstAndOnce() {
        add("store");
        add("server");
        resources.close();
        resources.close();
        assertThat(closed).containsExactly("server", "store");
    }

    @Test
    void failureToCloseOneClosesTheOthers() {
        add("store");
        AutoCloseable broken = () -> {
            throw new IOException("broken");
        };
        resources.add(broken);
        resources.add(broken);
        add("server");
        assertThatThrownBy(resources::close)
                .isInstanceOf(IllegalStateException.class)
                .hasRootCauseMessage("broken")
                .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
        assertThat(closed).containsExactly("server", "store");
    }

    @Test
    void failureToStartIsKept() {
        add("store");
        AutoCloseable broken = () -> {
            throw new IOException("broken");
        };
        resources.add(broken);
        IllegalStateException start = new IllegalStateException("cannot start");
        resources.closeAfter(start);
        assertThat(start.getSuppressed())
                .singleElement()
                .satisfies(e -> assertThat(e).hasRootCauseMessage("broken"));
        assertThat(closed).containsExactly("store");
    }
}
