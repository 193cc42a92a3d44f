/// Persistence in the memory of the process, for the simulation and for tests of what stands above. It passes
/// the same contract suites as the real one. Start reading at [dev.wings.controlplane.memory.MemoryDatabase].
@NullMarked
package dev.wings.controlplane.memory;

import org.jspecify.annotations.NullMarked;
