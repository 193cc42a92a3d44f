/// What a task has to know of its topic, asked of the control plane.
@NullMarked
package dev.wings.compactor.topic;

import org.jspecify.annotations.NullMarked;
