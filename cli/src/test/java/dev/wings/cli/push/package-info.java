@NullMarked
package dev.wings.cli.push;

import org.jspecify.annotations.NullMarked;
