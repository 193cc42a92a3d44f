/// Tests of what SQL knows of the control plane.
@NullMarked
package dev.wings.server.catalog;

import org.jspecify.annotations.NullMarked;
