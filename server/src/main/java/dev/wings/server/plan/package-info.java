/// What a query reads. Start reading at [Planning], which binds it to empty tables; this shows the columns of
/// its result and what it needs of each table. [Announcements] keeps the snapshot for whoever asks for the rows
/// next.
@NullMarked
package dev.wings.server.plan;

import org.jspecify.annotations.NullMarked;
