/// The control plane: all state of a cluster behind two gRPC services. Start reading at
/// [dev.wings.controlplane.ControlPlane], the parts list.
@NullMarked
package dev.wings.controlplane;

import org.jspecify.annotations.NullMarked;
