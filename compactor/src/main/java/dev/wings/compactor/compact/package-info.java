/// Making a topic's table, and moving its rows from pages to segments. Start reading at
/// [dev.wings.compactor.compact.Compaction].
@NullMarked
package dev.wings.compactor.compact;

import org.jspecify.annotations.NullMarked;
