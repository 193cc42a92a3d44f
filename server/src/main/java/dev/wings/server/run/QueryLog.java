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
package dev.wings.server.run;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// The queries of this server: those that run, and the last that ran. Safe for use by many threads.
public final class QueryLog {

    private static final int MAX_FINISHED = 1000;

    private final Set<RunningQuery> running = new HashSet<>();
    private final Deque<QueryInfo> finished = new ArrayDeque<>();

    synchronized void add(RunningQuery query) {
        running.add(query);
    }

    synchronized void remove(RunningQuery query) {
        running.remove(query);
        finished.addLast(query.info());
        if (finished.size() > MAX_FINISHED) {
            finished.removeFirst();
        }
    }

    synchronized List<RunningQuery> running() {
        return new ArrayList<>(running);
    }

    /// Returns the queries of a tenant, the oldest first.
    public synchronized List<QueryInfo> queries(String tenant) {
        return Stream.concat(finished.stream(), running.stream().map(RunningQuery::info))
                .filter(query -> query.tenant().equals(tenant))
                .sorted((a, b) -> a.startTime().compareTo(b.startTime()))
                .toList();
    }
}
