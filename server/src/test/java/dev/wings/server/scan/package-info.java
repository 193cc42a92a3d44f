/// Tests of scans.
@NullMarked
package dev.wings.server.scan;

import org.jspecify.annotations.NullMarked;
