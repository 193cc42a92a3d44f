/// The Iceberg table of a topic while a task works on it. Start reading at [dev.wings.compactor.table.LeasedTable].
@NullMarked
package dev.wings.compactor.table;

import org.jspecify.annotations.NullMarked;
