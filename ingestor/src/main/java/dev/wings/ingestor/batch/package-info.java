/// From the record batches that a producer sends to record batches as they stand in pages: bound to the topic's
/// schema, validated, split by partition. Start reading at [dev.wings.ingestor.batch.BatchIntake].
@NullMarked
package dev.wings.ingestor.batch;

import org.jspecify.annotations.NullMarked;
