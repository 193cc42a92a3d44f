/// Folios and pages, the objects that acknowledged rows are in until they are compacted. The bytes are documented in
/// `docs/protocol.md`.
///
/// Writing: a [PageBuilder] per partition gathers batches, [FolioWriter] lays pages out as one object. Reading: a
/// plan names a page's byte range, [PageReader] takes those bytes apart; [FolioReader] finds the pages of an object
/// by its own footer, for tools and repair.
@NullMarked
package dev.wings.common.folio;

import org.jspecify.annotations.NullMarked;
