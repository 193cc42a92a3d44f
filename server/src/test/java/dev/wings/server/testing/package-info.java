/// A server with everything around it, in one process: a control plane in memory and a directory as object store.
@NullMarked
package dev.wings.server.testing;

import org.jspecify.annotations.NullMarked;
