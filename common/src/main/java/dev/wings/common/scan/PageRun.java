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
package dev.wings.common.scan;

import dev.wings.common.store.ObjectRange;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/// Pages that lie one behind the other in an object, and are read at once.
///
/// A folio holds the pages of a topic side by side, one for each partition. Read one by one, a topic of a hundred
/// partitions would take a hundred requests for each folio.
///
/// @param range of the first page, of the last, and of all between
/// @param pages at least one, by their place in the object
public record PageRun(ObjectRange range, List<PageRef> pages) {

    /// How many bytes of other topics' pages, or of partitions that are not wanted, may lie between two pages:
    /// these are read in less time than another request takes.
    private static final long MAX_GAP_BYTES = 64 << 10;

    public PageRun {
        pages = List.copyOf(pages);
    }

    /// Where a page is in the bytes of the run.
    long position(PageRef page) {
        return page.range().start() - range.start();
    }

    /// Joins neighbours in the order of `pages`, which stays as it is.
    ///
    /// @param maxBytes how many bytes a run of more than one page may have
    public static Iterator<PageRun> of(Iterator<PageRef> pages, long maxBytes) {
        return new Iterator<>() {

            private @Nullable PageRef waiting = pages.hasNext() ? pages.next() : null;

            @Override
            public boolean hasNext() {
                return waiting != null;
            }

            @Override
            public PageRun next() {
                PageRef first = waiting;
                if (first == null) {
                    throw new NoSuchElementException();
                }
                List<PageRef> run = new ArrayList<>();
                long start = first.range().start();
                long end;
                PageRef next = first;
                do {
                    run.add(next);
                    end = next.range().end();
                    next = pages.hasNext() ? pages.next() : null;
                } while (next != null
                        && next.range().key().equals(first.range().key())
                        && next.range().start() >= end
                        && next.range().start() - end <= MAX_GAP_BYTES
                        && next.range().end() - start <= maxBytes);
                waiting = next;
                return new PageRun(new ObjectRange(first.range().key(), start, end), run);
            }
        };
    }
}
