@NullMarked
package dev.wings.controlplane.cluster;

import org.jspecify.annotations.NullMarked;
