@NullMarked
package dev.wings.cli.dev;

import org.jspecify.annotations.NullMarked;
