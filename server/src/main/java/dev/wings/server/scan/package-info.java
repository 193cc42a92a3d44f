/// Rows of topics as Arrow batches: the snapshot of a query, pages read ahead from the object store, and columns
/// matched by field id. Start reading at [dev.wings.server.scan.TopicScans].
@NullMarked
package dev.wings.server.scan;

import org.jspecify.annotations.NullMarked;
