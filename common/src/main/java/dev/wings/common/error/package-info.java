/// The one exception of Wings and its kinds, and their mapping to protocols.
@NullMarked
package dev.wings.common.error;

import org.jspecify.annotations.NullMarked;
