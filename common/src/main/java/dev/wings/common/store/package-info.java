/// Object storage: immutable objects under keys. Start at [dev.wings.common.store.ObjectStore].
@NullMarked
package dev.wings.common.store;

import org.jspecify.annotations.NullMarked;
