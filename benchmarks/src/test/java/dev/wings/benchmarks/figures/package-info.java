@NullMarked
package dev.wings.benchmarks.figures;

import org.jspecify.annotations.NullMarked;
