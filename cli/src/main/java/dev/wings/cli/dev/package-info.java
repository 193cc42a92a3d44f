/// `wings dev`: all services in one process. `Platform` is the parts list.
@NullMarked
package dev.wings.cli.dev;

import org.jspecify.annotations.NullMarked;
