/// The way of a batch from its stream to its acknowledgement: gathered into a folio, stored, committed, answered.
/// Start reading at [dev.wings.ingestor.folio.FolioPipeline].
@NullMarked
package dev.wings.ingestor.folio;

import org.jspecify.annotations.NullMarked;
