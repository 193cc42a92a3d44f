/// Keeps tables and object stores small: takes old snapshots out of tables
/// ([dev.wings.compactor.maintain.SnapshotExpiry]), and removes objects that nothing refers to any more
/// ([dev.wings.compactor.maintain.GarbageCollector]).
@NullMarked
package dev.wings.compactor.maintain;

import org.jspecify.annotations.NullMarked;
