/// The Iceberg table of a topic while a task works on it. Start reading at [dev.wings.worker.table.LeasedTable].
@NullMarked
package dev.wings.worker.table;

import org.jspecify.annotations.NullMarked;
