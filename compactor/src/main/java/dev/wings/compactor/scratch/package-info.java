/// Local files of running tasks.
@NullMarked
package dev.wings.compactor.scratch;

import org.jspecify.annotations.NullMarked;
