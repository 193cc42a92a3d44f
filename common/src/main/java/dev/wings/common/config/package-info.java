/// Configuration of services: environment variables, or a file with the same names, read once into a record per
/// service. Start reading at [dev.wings.common.config.Settings].
@NullMarked
package dev.wings.common.config;

import org.jspecify.annotations.NullMarked;
