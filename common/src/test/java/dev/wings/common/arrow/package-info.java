/// Tests of the way of a batch, with [dev.wings.common.arrow.WireBatch] in the place of a producer.
@NullMarked
package dev.wings.common.arrow;

import org.jspecify.annotations.NullMarked;
