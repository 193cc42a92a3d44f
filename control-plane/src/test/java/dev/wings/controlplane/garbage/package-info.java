@NullMarked
package dev.wings.controlplane.garbage;

import org.jspecify.annotations.NullMarked;
