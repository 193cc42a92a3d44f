/// Persistence in PostgreSQL. Start reading at [dev.wings.controlplane.postgres.PostgresDatabase]; the tables
/// are described in the migrations, `V*.sql`. All SQL of the control plane is here, and no rule is.
@NullMarked
package dev.wings.controlplane.postgres;

import org.jspecify.annotations.NullMarked;
