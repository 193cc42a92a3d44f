/// Load that costs the client as little as can be: Flight messages are encoded once and sent as they are, answers are
/// counted, and the bodies of results are skipped, so that on a small machine the server is what is measured.
///
/// Start reading at [dev.wings.benchmarks.load.PutLoad] and [dev.wings.benchmarks.load.GetLoad].
@NullMarked
package dev.wings.benchmarks.load;

import org.jspecify.annotations.NullMarked;
