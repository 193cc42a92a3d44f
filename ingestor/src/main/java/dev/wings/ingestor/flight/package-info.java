/// The Flight edge: DoPut with raw messages, answers in order. Start reading at
/// [dev.wings.ingestor.flight.PutService].
@NullMarked
package dev.wings.ingestor.flight;

import org.jspecify.annotations.NullMarked;
