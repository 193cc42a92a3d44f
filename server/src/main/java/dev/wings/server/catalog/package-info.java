/// Topics and their metadata, as the control plane knows them.
@NullMarked
package dev.wings.server.catalog;

import org.jspecify.annotations.NullMarked;
