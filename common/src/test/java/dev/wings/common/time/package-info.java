/// Worlds for tests, lent to all modules: [dev.wings.common.time.ManualTime], which a test moves by hand.
@NullMarked
package dev.wings.common.time;

import org.jspecify.annotations.NullMarked;
