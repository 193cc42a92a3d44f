/// Schemas as people type them and as DuckDB names them.
@NullMarked
package dev.wings.cli.schema;

import org.jspecify.annotations.NullMarked;
