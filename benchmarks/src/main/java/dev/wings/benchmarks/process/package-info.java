/// Processes that are measured: started as a user would start them, watched through `/proc`.
@NullMarked
package dev.wings.benchmarks.process;

import org.jspecify.annotations.NullMarked;
