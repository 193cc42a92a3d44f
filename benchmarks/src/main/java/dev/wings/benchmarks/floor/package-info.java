/// What the same stack does when nothing is stored: the floors that the figures of Wings are set against.
///
/// A floor runs in a process of its own, like `wings dev`, so that both pay for the same wires and switches.
@NullMarked
package dev.wings.benchmarks.floor;

import org.jspecify.annotations.NullMarked;
