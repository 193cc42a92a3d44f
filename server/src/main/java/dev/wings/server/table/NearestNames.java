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
package dev.wings.server.table;

import dev.wings.common.resource.TopicName;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// What somebody may have meant by the name of a topic that is not there.
public final class NearestNames {

    private static final int MAX_NAMES = 3;

    /// Every third letter may be wrong.
    private static final int LETTERS_FOR_EACH_CHANGE = 3;

    private final TopicName wanted;
    private final int limit;
    private final Comparator<Near> order;
    private final List<Near> nearest = new ArrayList<>();

    public NearestNames(TopicName wanted) {
        this.wanted = wanted;
        this.limit = Math.max(1, wanted.topic().length() / LETTERS_FOR_EACH_CHANGE);
        this.order = Comparator.comparing((Near near) -> !isBeside(near.name))
                .thenComparingInt(Near::changes)
                .thenComparing(near -> near.name.toString());
    }

    /// Looks at a topic that there is.
    public void offer(TopicName name) {
        int changes = changes(wanted.topic(), name.topic(), limit);
        if (changes <= limit) {
            nearest.add(new Near(name, changes));
            nearest.sort(order);
            if (nearest.size() > MAX_NAMES) {
                nearest.removeLast();
            }
        }
    }

    /// The nearest names, as SQL writes them, those of the same namespace first; none if all are far.
    public List<String> names() {
        return nearest.stream()
                .map(near -> isBeside(near.name) ? near.name.topic() : near.name.namespace() + "." + near.name.topic())
                .toList();
    }

    private boolean isBeside(TopicName name) {
        return name.namespace().equals(wanted.namespace());
    }

    private record Near(TopicName name, int changes) {}

    /// How many letters are to be changed, put in or left out; more than `limit` if they are more than that.
    private static int changes(String from, String to, int limit) {
        if (Math.abs(from.length() - to.length()) > limit) {
            return limit + 1;
        }
        int[] row = new int[to.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int kept = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(kept, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[to.length()];
    }
}
