@NullMarked
package dev.wings.benchmarks.process;

import org.jspecify.annotations.NullMarked;
