/// A control plane on a PostgreSQL of its own and a worker whose segments are made up, to measure commits of tables
/// alone.
@NullMarked
package dev.wings.benchmarks.commit;

import org.jspecify.annotations.NullMarked;
