/// `wings sql`: a Flight SQL client. `SqlSession` runs queries, `ResultPrinter` shows rows, `Shell` is the
/// prompt.
@NullMarked
package dev.wings.cli.sql;

import org.jspecify.annotations.NullMarked;
