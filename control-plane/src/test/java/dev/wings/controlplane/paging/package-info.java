@NullMarked
package dev.wings.controlplane.paging;

import org.jspecify.annotations.NullMarked;
