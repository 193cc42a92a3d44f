/// DuckDB, embedded through its C API (the library inside the JDBC driver's jar): instances, prepared statements,
/// streamed results and rescannable Arrow tables. Start reading at [dev.wings.common.duckdb.DuckDb].
///
/// JDBC is not used, because its driver loses the reason of a query that fails before its first rows when
/// results are streamed, and cannot interrupt a stream.
@NullMarked
package dev.wings.common.duckdb;

import org.jspecify.annotations.NullMarked;
