/// Engines of SQL, apart from the server: [EngineProcesses] (where to start reading) runs each DuckDB in a process of
/// its own, so that neither the memory nor the time that a client's statement takes is the server's.
@NullMarked
package dev.wings.server.engine;

import org.jspecify.annotations.NullMarked;
