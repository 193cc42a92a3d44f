/// Runs statements that change schemas, tables and their rows. Start at
/// [dev.wings.server.write.WriteStatement], which reads them, and [dev.wings.server.write.Writes], which does
/// what they say.
@NullMarked
package dev.wings.server.write;

import org.jspecify.annotations.NullMarked;
