/// What is measured, and how a measured figure is told.
///
/// [dev.wings.benchmarks.figures.FigureKind] lists the figures; the `…Benchmark` classes take them.
@NullMarked
package dev.wings.benchmarks.figures;

import org.jspecify.annotations.NullMarked;
