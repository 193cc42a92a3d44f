/// Tests of the types of a topic.
@NullMarked
package dev.wings.common.schema;

import org.jspecify.annotations.NullMarked;
