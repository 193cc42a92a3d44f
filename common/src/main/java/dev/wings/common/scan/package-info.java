/// Rows of pages as Arrow batches: read ahead from the object store, columns matched by field id. Start reading at
/// [dev.wings.common.scan.PageTable].
@NullMarked
package dev.wings.common.scan;

import org.jspecify.annotations.NullMarked;
