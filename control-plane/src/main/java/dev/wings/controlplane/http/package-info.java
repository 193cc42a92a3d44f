/// The control plane over HTTP: the Iceberg REST catalog under `/iceberg`. Start reading at
/// [dev.wings.controlplane.http.IcebergApi]; [dev.wings.controlplane.http.HttpEndpoint] keeps hostile clients within
/// bounds.
@NullMarked
package dev.wings.controlplane.http;

import org.jspecify.annotations.NullMarked;
