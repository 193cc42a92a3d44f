/// What a query reads: [Planning] (where to start reading) binds it to empty tables, which shows the columns of its
/// result
/// and what it needs of each table; [Announcements] keeps the snapshot for who asks for the rows next.
@NullMarked
package dev.wings.server.plan;

import org.jspecify.annotations.NullMarked;
