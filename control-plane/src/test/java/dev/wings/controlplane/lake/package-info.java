@NullMarked
package dev.wings.controlplane.lake;

import org.jspecify.annotations.NullMarked;
