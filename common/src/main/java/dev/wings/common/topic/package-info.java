/// Topics as the control plane tells services of them: [ResolvedTopic].
@NullMarked
package dev.wings.common.topic;

import org.jspecify.annotations.NullMarked;
