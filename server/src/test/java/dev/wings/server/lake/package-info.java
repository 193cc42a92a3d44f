/// Tests of segments, and tables to read.
@NullMarked
package dev.wings.server.lake;

import org.jspecify.annotations.NullMarked;
