/// The snapshot of a query: the pages of its topics that it reads. Start reading at
/// [dev.wings.server.scan.TopicScans].
@NullMarked
package dev.wings.server.scan;

import org.jspecify.annotations.NullMarked;
