@NullMarked
package dev.wings.controlplane;

import org.jspecify.annotations.NullMarked;
