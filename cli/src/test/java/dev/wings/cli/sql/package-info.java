@NullMarked
package dev.wings.cli.sql;

import org.jspecify.annotations.NullMarked;
