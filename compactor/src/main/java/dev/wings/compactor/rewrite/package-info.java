/// Replacing small segments by larger ones. Start reading at [dev.wings.compactor.rewrite.SegmentRewrite].
@NullMarked
package dev.wings.compactor.rewrite;

import org.jspecify.annotations.NullMarked;
