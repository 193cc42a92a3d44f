/// The SQL server: Flight SQL over the rows that were pushed. Start reading at [dev.wings.server.SqlServer], which is
/// the parts list. The path of a query is `flight` → `run` (with `plan`, `sql`, `engine`) → `scan`.
@NullMarked
package dev.wings.server;

import org.jspecify.annotations.NullMarked;
