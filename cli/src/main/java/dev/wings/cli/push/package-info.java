/// `wings push`: sends files to a topic. `RowFile` reads, `Pusher` sends and counts the answers.
@NullMarked
package dev.wings.cli.push;

import org.jspecify.annotations.NullMarked;
