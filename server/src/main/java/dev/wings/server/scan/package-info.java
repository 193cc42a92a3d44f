/// The snapshot of a query: which pages of its topics it reads. Start reading at
/// [dev.wings.server.scan.TopicScans].
@NullMarked
package dev.wings.server.scan;

import org.jspecify.annotations.NullMarked;
