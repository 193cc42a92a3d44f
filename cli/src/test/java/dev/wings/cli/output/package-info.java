@NullMarked
package dev.wings.cli.output;

import org.jspecify.annotations.NullMarked;
