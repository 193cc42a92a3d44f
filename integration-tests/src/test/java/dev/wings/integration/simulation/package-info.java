/// The real services on one seeded scheduler, in simulated time: the same seed gives the same run. Start at
/// [dev.wings.integration.simulation.ClusterSimulationTest].
@NullMarked
package dev.wings.integration.simulation;

import org.jspecify.annotations.NullMarked;
