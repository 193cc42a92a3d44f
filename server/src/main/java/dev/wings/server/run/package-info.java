/// Queries as they run: [Queries] (where to start reading) takes them up, gives each its place, its snapshot and its
/// limits, and sends its rows.
@NullMarked
package dev.wings.server.run;

import org.jspecify.annotations.NullMarked;
