@NullMarked
package dev.wings.controlplane.postgres;

import org.jspecify.annotations.NullMarked;
