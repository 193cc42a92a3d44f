@NullMarked
package dev.wings.cli.postgres;

import org.jspecify.annotations.NullMarked;
