/// Tests of segments, and tables to read.
@NullMarked
package dev.wings.server.http;

import org.jspecify.annotations.NullMarked;
