/// What SIGINT and SIGTERM do to commands that have something to close or to say.
@NullMarked
package dev.wings.cli.signal;

import org.jspecify.annotations.NullMarked;
