@NullMarked
package dev.wings.cli;

import org.jspecify.annotations.NullMarked;
