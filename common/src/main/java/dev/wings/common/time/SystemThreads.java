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
package dev.wings.common.time;

import java.util.concurrent.ThreadFactory;

/// Threads that the machine runs in the order that it likes.
record SystemThreads() implements Threads {

    @Override
    public ThreadFactory virtual(String name) {
        return Thread.ofVirtual().name(name + "-", 0).factory();
    }

    @Override
    public ThreadFactory blocking(String name) {
        // 0 is the machine's usual size
        return blocking(name, 0);
    }

    @Override
    public ThreadFactory blocking(String name, long stackBytes) {
        return Thread.ofPlatform()
                .name(name + "-", 0)
                .stackSize(stackBytes)
                .daemon()
                .factory();
    }
}
