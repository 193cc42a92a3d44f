/// Time and chance, injected: nothing else in Wings asks the machine for them.
@NullMarked
package dev.wings.common.time;

import org.jspecify.annotations.NullMarked;
