/// What commands print: tables, JSON, numbers for people, exit codes.
@NullMarked
package dev.wings.cli.output;

import org.jspecify.annotations.NullMarked;
