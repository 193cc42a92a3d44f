@NullMarked
package dev.wings.benchmarks.load;

import org.jspecify.annotations.NullMarked;
