/// Tests that draw from a seed, lent to all modules: [dev.wings.common.seed.SeededTest].
@NullMarked
package dev.wings.common.seed;

import org.jspecify.annotations.NullMarked;
