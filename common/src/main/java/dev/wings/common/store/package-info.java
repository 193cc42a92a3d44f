/// Object storage: immutable objects under keys. Start reading at [dev.wings.common.store.ObjectStore].
@NullMarked
package dev.wings.common.store;

import org.jspecify.annotations.NullMarked;
