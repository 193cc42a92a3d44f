/// Queries as they run. Start reading at [Queries], which takes them up, gives each its place, its snapshot and
/// its limits, and sends its rows.
@NullMarked
package dev.wings.server.run;

import org.jspecify.annotations.NullMarked;
