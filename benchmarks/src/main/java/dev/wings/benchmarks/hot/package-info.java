/// The hot spots of the write path, one class each, measured with JMH: `benchmarks/run hot`.
///
/// Those that work on rows take the sample rows, in large batches and in small ones, and tell the time per batch.
@NullMarked
package dev.wings.benchmarks.hot;

import org.jspecify.annotations.NullMarked;
