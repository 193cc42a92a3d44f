/// The service that producers write to: takes Arrow batches over Flight, gathers them into folios, stores and
/// commits those, and acknowledges. Start reading at [dev.wings.ingestor.Ingestor].
@NullMarked
package dev.wings.ingestor;

import org.jspecify.annotations.NullMarked;
