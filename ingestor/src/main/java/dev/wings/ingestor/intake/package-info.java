/// What an ingestor does with a producer's batches, from the bytes to the outcome, whatever protocol they came by.
/// Start reading at [dev.wings.ingestor.intake.Session].
@NullMarked
package dev.wings.ingestor.intake;

import org.jspecify.annotations.NullMarked;
