/// Engines of SQL. [EnginePool] (where to start reading) lends them to queries; an [Engine] is a locked DuckDB with the
/// tables of one query in it. Each DuckDB is a [SqlEngine], which [EngineProcesses] runs in a process of its own, so
/// that
/// neither the memory nor the time that a client's statement takes is the server's.
@NullMarked
package dev.wings.server.engine;

import org.jspecify.annotations.NullMarked;
