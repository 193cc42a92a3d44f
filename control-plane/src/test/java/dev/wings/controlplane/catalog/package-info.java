@NullMarked
package dev.wings.controlplane.catalog;

import org.jspecify.annotations.NullMarked;
