/// Time, chance and threads, injected: nothing else in Wings asks the machine for them. Start reading at
/// [dev.wings.common.time.World].
@NullMarked
package dev.wings.common.time;

import org.jspecify.annotations.NullMarked;
