/// Replacing small segments by larger ones. Start reading at [dev.wings.compactor.rewrite.Rewriting].
@NullMarked
package dev.wings.compactor.rewrite;

import org.jspecify.annotations.NullMarked;
