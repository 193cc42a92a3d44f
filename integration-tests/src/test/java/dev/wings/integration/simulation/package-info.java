/// The real services on one seeded scheduler, in simulated time: the same seed gives the same run. Start
/// reading at [dev.wings.integration.simulation.ClusterSimulationTest].
@NullMarked
package dev.wings.integration.simulation;

import org.jspecify.annotations.NullMarked;
