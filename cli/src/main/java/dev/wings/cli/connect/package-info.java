/// How commands reach a platform: addresses, the control plane's client, and what a failed call means to the
/// user.
@NullMarked
package dev.wings.cli.connect;

import org.jspecify.annotations.NullMarked;
