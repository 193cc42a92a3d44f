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
package dev.wings.common.store;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// The contract can fail: a store that lets the last create win does not pass.
final class ObjectStoreContractCanaryTest {

    @Test
    void storeThatOverwritesFailsTheContract() {
        Overwriting contract = new Overwriting();
        contract.openStore();
        assertThatThrownBy(contract::takenKeyIsRefusedAndKeepsItsObject).isInstanceOf(AssertionError.class);
        assertThatThrownBy(contract::ofSixteenRacingCreatesOneWins).isInstanceOf(AssertionError.class);
        contract.closeStore();
    }

    private static final class Overwriting extends ObjectStoreContract {
        @Override
        protected ObjectStore openEmpty() {
            MemoryObjectStore memory = new MemoryObjectStore();
            return new ObjectStore() {
                @Override
                public void create(String key, List<ByteBuffer> content) {
                    synchronized (memory) {
                        memory.delete(key);
                        memory.create(key, content);
                    }
                }

                @Override
                public void read(String key, long start, ByteBuffer into) {
                    memory.read(key, start, into);
                }

                @Override
                public Optional<ObjectInfo> find(String key) {
                    return memory.find(key);
                }

                @Override
                public List<ObjectInfo> list(String prefix, String startAfter, int limit) {
                    return memory.list(prefix, startAfter, limit);
                }

                @Override
                public void delete(String key) {
                    memory.delete(key);
                }

                @Override
                public void close() {
                    memory.close();
                }
            };
        }
    }
}
