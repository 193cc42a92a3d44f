@NullMarked
package dev.wings.benchmarks.floor;

import org.jspecify.annotations.NullMarked;
