/// Names of resources: `tenants/{t}/namespaces/{n}/topics/{x}` and their short forms. Start reading at
/// [dev.wings.common.resource.TopicName].
@NullMarked
package dev.wings.common.resource;

import org.jspecify.annotations.NullMarked;
