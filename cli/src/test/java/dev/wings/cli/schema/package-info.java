@NullMarked
package dev.wings.cli.schema;

import org.jspecify.annotations.NullMarked;
