@NullMarked
package dev.wings.compactor.maintain;

import org.jspecify.annotations.NullMarked;
