/// Rows become segments: sorted, divided by the table's partitions and at the target size, written as Parquet by
/// DuckDB, described for Iceberg, uploaded. Start reading at [dev.wings.compactor.segment.SegmentWriter].
@NullMarked
package dev.wings.compactor.segment;

import org.jspecify.annotations.NullMarked;
