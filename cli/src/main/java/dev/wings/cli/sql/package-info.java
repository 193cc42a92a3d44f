/// `wings sql`: a client of Flight SQL. `QueryRunner` runs statements, `ResultPrinter` shows rows, `Shell` is
/// the prompt.
@NullMarked
package dev.wings.cli.sql;

import org.jspecify.annotations.NullMarked;
