/// The whole-path benchmark: `wings dev` under load, each figure next to a floor of the same run.
///
/// Start reading at [dev.wings.benchmarks.Main]; `benchmarks/README.md` says how to run it and how to read it.
@NullMarked
package dev.wings.benchmarks;

import org.jspecify.annotations.NullMarked;
