/// The Flight edge: DoPut with raw messages, answers in order. Start with [dev.wings.ingestor.flight.PutService].
@NullMarked
package dev.wings.ingestor.flight;

import org.jspecify.annotations.NullMarked;
