@NullMarked
package dev.wings.controlplane.memory;

import org.jspecify.annotations.NullMarked;
