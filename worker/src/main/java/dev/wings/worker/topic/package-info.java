/// What a task has to know of its topic, asked of the control plane.
@NullMarked
package dev.wings.worker.topic;

import org.jspecify.annotations.NullMarked;
