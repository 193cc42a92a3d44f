/// What clients carry for the server, so that any replica can serve any call: signed tickets, prepared statements
/// with their bound parameters, and session options in a cookie.
@NullMarked
package dev.wings.server.session;

import org.jspecify.annotations.NullMarked;
