/// Where commands find a platform, as which tenant they call it, and what a failed call means to the user.
@NullMarked
package dev.wings.cli.connect;

import org.jspecify.annotations.NullMarked;
