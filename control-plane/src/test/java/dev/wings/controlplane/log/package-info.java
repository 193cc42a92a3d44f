@NullMarked
package dev.wings.controlplane.log;

import org.jspecify.annotations.NullMarked;
