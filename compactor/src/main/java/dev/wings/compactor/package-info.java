/// The compactor: takes background work of the control plane and keeps the Iceberg tables of topics. Start reading at
/// [dev.wings.compactor.Compactor], the parts list, then [dev.wings.compactor.compact.Compaction].
@NullMarked
package dev.wings.compactor;

import org.jspecify.annotations.NullMarked;
