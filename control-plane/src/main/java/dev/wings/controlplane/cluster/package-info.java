/// The resources of a cluster: tenants, object stores, namespaces and topics. Start reading at
/// [dev.wings.controlplane.cluster.ClusterMetadata], the rules; the state is behind
/// [dev.wings.controlplane.cluster.ClusterMetadataStore].
@NullMarked
package dev.wings.controlplane.cluster;

import org.jspecify.annotations.NullMarked;
