/// Engines of SQL. Start reading at [EnginePool], which lends them to queries. An [Engine] is a locked DuckDB
/// with the tables of one query in it. Each DuckDB is a [SqlEngine], which [EngineProcesses] runs in a process
/// of its own, so that the server's memory and time are safe from what a client's statement takes.
@NullMarked
package dev.wings.server.engine;

import org.jspecify.annotations.NullMarked;
