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
package dev.wings.common.resource;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Finds the names that somebody may have meant by a name that does not exist.
public final class NearestNames {

    private static final int MAX_NAMES = 3;

    /// Every third letter may be wrong.
    private static final int LETTERS_FOR_EACH_CHANGE = 3;

    private final String parent;
    private final String id;
    private final int limit;
    private final Comparator<Near> order;
    private final List<Near> nearest = new ArrayList<>();

    /// For a name without a parent, or one whose parent is known to be right.
    public NearestNames(String id) {
        this("", id);
    }

    /// @param parent has none of the name; other parents may have
    public NearestNames(String parent, String id) {
        this.parent = parent;
        this.id = id;
        this.limit = Math.max(1, id.length() / LETTERS_FOR_EACH_CHANGE);
        this.order = Comparator.comparing((Near near) -> !near.isIn(parent))
                .thenComparingInt(Near::changes)
                .thenComparing(Near::parent)
                .thenComparing(Near::id);
    }

    /// For a topic, which may be in another namespace.
    public static NearestNames of(TopicName wanted) {
        return new NearestNames(wanted.namespace(), wanted.topic());
    }

    /// Looks at a topic that exists.
    public void offer(TopicName name) {
        offer(name.namespace(), name.topic());
    }

    /// Looks at a name that exists below the same parent.
    public void offer(String id) {
        offer(parent, id);
    }

    private void offer(String parent, String id) {
        int changes = changes(this.id, id, limit);
        if (changes <= limit) {
            nearest.add(new Near(parent, id, changes));
            nearest.sort(order);
            if (nearest.size() > MAX_NAMES) {
                nearest.removeLast();
            }
        }
    }

    /// The nearest names, those of the same parent first and without it, others as `parent.id`; none if all are far.
    public List<String> names() {
        return nearest.stream()
                .map(near -> near.isIn(parent) ? near.id() : near.parent() + "." + near.id())
                .toList();
    }

    private record Near(String parent, String id, int changes) {

        boolean isIn(String wanted) {
            return parent.equals(wanted);
        }
    }

    /// How many letters are to be changed, put in or left out; some number above `limit` if they are more than
    /// that.
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
