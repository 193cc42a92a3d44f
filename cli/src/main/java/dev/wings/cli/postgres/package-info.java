/// A PostgreSQL that belongs to this process and keeps its data: `EmbeddedPostgres` is all that others need.
@NullMarked
package dev.wings.cli.postgres;

import org.jspecify.annotations.NullMarked;
